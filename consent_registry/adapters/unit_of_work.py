# SPDX-License-Identifier: Apache-2.0
"""One transaction of the registry, with its entries, messages and feed changes written last."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from consent_registry.adapters.acknowledgements import SqlAcknowledgements
from consent_registry.adapters.alarms import SqlAlarms
from consent_registry.adapters.approvals import SqlApprovals
from consent_registry.adapters.catalogue import SqlCatalogue
from consent_registry.adapters.cohorts import SqlCohorts
from consent_registry.adapters.copying import wait_for_copies
from consent_registry.adapters.datasets import SqlDatasets, SqlWithdrawals
from consent_registry.adapters.destruction import SqlDestruction
from consent_registry.adapters.erasures import SqlErasures
from consent_registry.adapters.events import SqlEvents
from consent_registry.adapters.feed import SqlFeed
from consent_registry.adapters.forms import SqlForms
from consent_registry.adapters.imports import SqlImports
from consent_registry.adapters.index_cache import IndexCache
from consent_registry.adapters.notices import SqlNotices
from consent_registry.adapters.opt_outs import SqlOptOuts
from consent_registry.adapters.people import SqlPeople
from consent_registry.adapters.person_events import SqlPersonEvents
from consent_registry.adapters.person_keys import PersonKeys
from consent_registry.adapters.projected import SqlProjected
from consent_registry.adapters.read_ahead import ReadAhead
from consent_registry.adapters.releases import SqlReleases
from consent_registry.adapters.rights import SqlRightsRequests, SqlTasks
from consent_registry.adapters.rounds import SqlRounds
from consent_registry.adapters.rulings import SqlRulings
from consent_registry.adapters.sealing import PersonSealer
from consent_registry.adapters.shown_states import SqlShownStates
from consent_registry.adapters.stand_ins import SqlStandIns
from consent_registry.adapters.stops import SqlStops
from consent_registry.adapters.studies import SqlStudies
from consent_registry.adapters.tables import OUTBOX
from consent_registry.adapters.terms_in_use import SqlTermsInUse
from consent_registry.domain.destroyed import Destroyed
from consent_registry.domain.register import RegisterChange
from consent_registry.ports import OutsideErasures, UnitOfWork
from shared.clock import Clock
from shared.events import Fact
from shared.ids import IdSource
from shared.messages import DomainMessage
from shared.outbox import Outbox
from shared.periods import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Producer:
    """Who this process is to the audit log, and where its entries go."""

    src: str
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a unit of work is made of besides its connection.

    `calendar_at` gives the calendar of the policy in force at an instant.
    """

    producer: Producer
    sealer: PersonSealer
    outside: OutsideErasures
    cache: IndexCache
    clock: Clock
    ids: IdSource
    salts: Callable[[int], bytes]
    calendar_at: Callable[[datetime], Calendar]


class SqlUnits:
    """Opens units of work on one database."""

    def __init__(self, engine: Engine, around: Surroundings) -> None:
        self._engine = engine
        self._around = around
        self._ahead = ReadAhead(engine)
        wait_for_copies(engine)

    @contextmanager
    def __call__(self) -> Iterator[UnitOfWork]:
        """Open one that may commit; leaving it without commit undoes everything."""
        with self._engine.connect() as connection:
            yield SqlUnit(connection, self._around, self._ahead)

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """Open one that sees a single state throughout and changes nothing."""
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._engine.connect().execution_options(**options) as connection:
            yield SqlUnit(connection, self._around, self._ahead)


class SqlUnit:
    """The port `UnitOfWork` on one connection."""

    def __init__(self, connection: Connection, around: Surroundings, ahead: ReadAhead) -> None:
        self._connection = connection
        self._around = around
        self._changes: list[RegisterChange] = []
        self._destroyed: list[Destroyed] = []
        self._outbox = Outbox(
            connection,
            tables=OUTBOX,
            src=around.producer.src,
            topic=around.producer.topic,
            ids=around.ids,
            clock=around.clock,
            salts=around.salts,
        )
        self.datasets = SqlDatasets(connection)
        self.people = SqlPeople(connection, around.ids)
        self.cohorts = SqlCohorts(connection)
        self.withdrawals = SqlWithdrawals(connection)
        self.opt_outs = SqlOptOuts(connection)
        self.stops = SqlStops(connection)
        self.erasures = SqlErasures(connection)
        self.destruction = SqlDestruction(connection, around.producer.src)
        self.approvals = SqlApprovals(connection)
        self.rulings = SqlRulings(connection)
        keys = PersonKeys(connection, around.sealer, around.outside)
        self.requests = SqlRightsRequests(
            connection,
            keys=keys,
            sealer=around.sealer,
            salts=around.salts,
            calendar_at=around.calendar_at,
        )
        self.tasks = SqlTasks(connection)
        self.feed = SqlFeed(connection)
        self.acknowledgements = SqlAcknowledgements(connection)
        self.alarms = SqlAlarms(connection)
        self.stand_ins = SqlStandIns(connection)
        self.shown = SqlShownStates(connection)
        self.imports = SqlImports(connection, ahead)
        self.catalogue = SqlCatalogue(connection)
        self.studies = SqlStudies(connection)
        self.notices = SqlNotices(connection)
        self.rounds = SqlRounds(connection)
        self.releases = SqlReleases(connection)
        self.forms = SqlForms(connection)
        self.terms = SqlTermsInUse(connection)
        self.projected = SqlProjected(connection)
        self.person_events = SqlPersonEvents(
            connection, keys=keys, sealer=around.sealer, salts=around.salts
        )
        self.events = SqlEvents(
            connection, keys=keys, sealer=around.sealer, cache=around.cache, salts=around.salts
        )

    def record(self, fact: Fact) -> None:
        """Collect a fact; its entry is sealed when the unit commits."""
        self._outbox.record(fact)

    def publish(self, message: DomainMessage) -> None:
        """Collect a message."""
        self._outbox.publish(message)

    def announce(self, change: RegisterChange) -> None:
        """Collect a change; it gets its positions when the unit commits."""
        self._changes.append(change)

    def forget(self, destroyed: Destroyed) -> None:
        """Collect an erasure; it is written down when the unit commits."""
        self._destroyed.append(destroyed)

    def commit(self) -> None:
        """Take the producer's lock last, write feed and outbox under it, and commit.

        What was destroyed is written down outside first: a commit that fails then is done again.
        """
        if self._changes:
            count = sum(len(change.items) for change in self._changes)
            positions = self._outbox.next_positions(count)
            self.feed.add(self._changes, positions, self._around.clock.now())
            self._changes = []
        self._outbox.flush()
        if self._destroyed:
            self._around.outside.remember(self._destroyed)
            self._destroyed = []
        self._connection.commit()
