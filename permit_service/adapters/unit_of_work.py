# SPDX-License-Identifier: Apache-2.0
"""One transaction of permit_service, with its outbox written last."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from permit_service.adapters.register import SqlRegister
from permit_service.adapters.rulings import SqlRulings
from permit_service.adapters.stores import (
    SqlAccounts,
    SqlApplications,
    SqlGrants,
    SqlPermits,
)
from permit_service.adapters.tables import OUTBOX
from permit_service.ports import UnitOfWork
from shared.clock import Clock
from shared.events import Fact
from shared.ids import IdSource
from shared.outbox import Outbox


class SqlUnits:
    """Opens units of work on one database; `src` and `topic` name the producer of entries."""

    def __init__(
        self, engine: Engine, *, src: str, topic: str, ids: IdSource, clock: Clock
    ) -> None:
        self._engine = engine
        self._src = src
        self._topic = topic
        self._ids = ids
        self._clock = clock

    @contextmanager
    def __call__(self) -> Iterator[UnitOfWork]:
        """Open one; leaving it without commit undoes everything."""
        with Session(self._engine, expire_on_commit=False) as session:
            outbox = Outbox(
                session,
                tables=OUTBOX,
                src=self._src,
                topic=self._topic,
                ids=self._ids,
                clock=self._clock,
            )
            yield SqlUnit(session, outbox, self._src)


class SqlUnit:
    """`UnitOfWork` on a session."""

    def __init__(self, session: Session, outbox: Outbox, src: str) -> None:
        self._session = session
        self._outbox = outbox
        self.applications = SqlApplications(session)
        self.grants = SqlGrants(session)
        self.permits = SqlPermits(session)
        self.rulings = SqlRulings(session)
        self.accounts = SqlAccounts(session)
        self.register = SqlRegister(session, outbox, src)

    def record(self, fact: Fact) -> None:
        """Collect a fact; its entry is sealed when the unit commits."""
        self._outbox.record(fact)

    def commit(self) -> None:
        """Write the outbox last and commit everything at once."""
        self._outbox.flush()
        self._session.commit()
