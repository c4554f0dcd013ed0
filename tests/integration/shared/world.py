# SPDX-License-Identifier: Apache-2.0
"""What the tests of the shared data parts start from: a migrated sample database and its outbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shared.clock import SystemClock
from shared.db import engine
from shared.events import Actor, Entry, Fact, parse_entry
from shared.ids import Uuid7Source
from shared.outbox import DomainMessage, Outbox
from tests.integration.shared.sample.tables import OUTBOX
from tests.support.postgres import fresh_database

SAMPLE = "tests.integration.shared.sample"
SRC = "zz/sample/1"
TOPIC = "audit.zz.v1"


@contextmanager
def sample_engine() -> Iterator[Engine]:
    one = engine(fresh_database(SAMPLE), pool_size=10)
    try:
        yield one
    finally:
        one.dispose()


def outbox(session: Session, *, epoch: int = 1) -> Outbox:
    return Outbox(
        session,
        tables=OUTBOX,
        src=SRC,
        topic=TOPIC,
        ids=Uuid7Source(),
        clock=SystemClock(),
        epoch=epoch,
    )


def fact(reason: str) -> Fact:
    return Fact(
        type="placet.consent.given.v1",
        occurred_at=datetime.now(UTC),
        trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
        reason=reason,
        actor=Actor(issuer="https://idp.example", subject="anna", client_id="desk"),
    )


def message(number: int, *, key: str = "GDI-ZZ-DATASET-1") -> DomainMessage:
    return DomainMessage(
        id=Uuid7Source().new(),
        type="placet.consent.narrowed.v1",
        key=key,
        topic="consent.changes.v1",
        occurred_at=datetime.now(UTC),
        payload={"number": number},
    )


def say(database: Engine, *reasons: str) -> None:
    """Commit one transaction that records a fact for each reason."""
    with Session(database) as session, session.begin():
        box = outbox(session)
        for reason in reasons:
            box.record(fact(reason))
        box.flush()


def waiting(database: Engine) -> list[Entry]:
    """Read the entries still in the outbox, by id."""
    table = OUTBOX.outbox
    with database.connect() as connection:
        rows = connection.execute(select(table).order_by(table.c.id)).all()
    return [parse_entry(bytes(row.value)) for row in rows if row.kind == "entry"]
