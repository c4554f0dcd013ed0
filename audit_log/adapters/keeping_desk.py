# SPDX-License-Identifier: Apache-2.0
"""What is kept, held, erased and dropped: a `KeepingDesk` in one transaction."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine, Row, insert, select, update
from sqlalchemy.dialects import postgresql

from audit_log.adapters import cursors, dropping, shredding, shredding_again
from audit_log.adapters.casework import PostgresCases
from audit_log.adapters.exports import PostgresExports
from audit_log.adapters.own_producer import OwnProducer
from audit_log.adapters.reader import PostgresReader, dropped_ranges, read_copies
from audit_log.adapters.searching_cohorts import cohorts_named
from audit_log.adapters.tables import (
    ERASURE,
    ERASURE_WAITING,
    HOLD,
    LOG_STATE,
    PRODUCER,
    TOPIC_COPY,
)
from audit_log.domain.cohorts import CohortKey
from audit_log.domain.copies import Copies, TopicCopy
from audit_log.domain.destroyed import Destroyed, SaidErasure
from audit_log.domain.holds import Hold, HoldKind, NotHers
from audit_log.domain.retention import BOUNDS, retention_of
from audit_log.ports import (
    DroppedRange,
    ErasureRecord,
    KeepingTransaction,
    KeptMonth,
    Pseudonyms,
    Shredded,
    Shredding,
)
from shared.clock import Clock
from shared.events import Fact

_ALL: Final = 1 << 62
_LOCK_TIMEOUT: Final = "2s"
_LEAF: Final = re.compile(r"ev_(\d)_(\d{4})_(\d{2})")
_TYPES: Final = (
    "SELECT DISTINCT t.value FROM ev AS e JOIN term AS t ON t.id = e.ty"
    " WHERE e.retention = %s AND e.month = %s ORDER BY t.value"
)
_HELD: Final = (
    "SELECT DISTINCT e.month, t.value FROM held_ev AS e JOIN term AS t ON t.id = e.ty"
    " ORDER BY e.month, t.value"
)
_LEAVES: Final = "SELECT relname FROM pg_class WHERE relispartition AND relname LIKE 'ev\\_%\\_%'"


class PostgresKeepingDesk:
    """See the port for what each method guarantees."""

    def __init__(self, connection: Connection, own: OwnProducer, clock: Clock) -> None:
        self._connection = connection
        self._own = own
        self._clock = clock

    @property
    def exports(self) -> PostgresExports:
        """The evidence packs on their way."""
        return PostgresExports(self._connection)

    def add_months(self, first: int, count: int) -> int:
        """See to it that each class has these months."""
        made = 0
        with cursors.of(self._connection) as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", (_LOCK_TIMEOUT,))
            for month in range(first, first + count):
                made += sum(_add(cursor, int(kept), month) for kept in BOUNDS)
            for kept, month in _astray(cursor):
                made += _add(cursor, kept, month)
        return made

    def months(self) -> Sequence[KeptMonth]:
        """Give every month that has its own place, the oldest first."""
        found: list[KeptMonth] = []
        with cursors.of(self._connection) as cursor:
            for (name,) in cursor.execute(_LEAVES).fetchall():
                named = _LEAF.fullmatch(name)
                if named is None:
                    continue
                kept, year, month = (int(part) for part in named.groups())
                found.append(KeptMonth(retention=kept, month=year * 12 + month - 1))
        return sorted(found, key=lambda one: (one.month, one.retention))

    def types(self, kept: KeptMonth) -> Sequence[str]:
        """Give the entry types that a month has."""
        with cursors.of(self._connection) as cursor:
            rows = cursor.execute(_TYPES, (kept.retention, kept.month)).fetchall()
        return [one for (one,) in rows]

    def held_months(self) -> Sequence[KeptMonth]:
        """Give the months of which rows are held, with the types held."""
        types: dict[tuple[int, int], list[str]] = {}
        with cursors.of(self._connection) as cursor:
            for month, entry_type in cursor.execute(_HELD).fetchall():
                place = (int(retention_of(entry_type)), month)
                types.setdefault(place, []).append(entry_type)
        return [
            KeptMonth(retention=kept, month=month, types=tuple(held))
            for (kept, month), held in types.items()
        ]

    def cohorts_named(self, dataset: str) -> Sequence[CohortKey]:
        """Give the cohorts that entries about a dataset name."""
        return cohorts_named(self._connection, dataset, _ALL)

    def drop(
        self,
        kept: KeptMonth,
        longer: Sequence[str],
        told: Sequence[NotHers],
        *,
        drop_id: str,
        terms: bytes,
        at: datetime,
    ) -> DroppedRange | None:
        """Drop a month's search rows and sealed parts."""
        with cursors.of(self._connection) as cursor:
            return dropping.drop(cursor, kept, longer, told, drop_id=drop_id, terms=terms, at=at)

    def drop_held(
        self,
        kept: KeptMonth,
        passed: Sequence[str],
        told: Sequence[NotHers],
        *,
        drop_id: str,
        terms: bytes,
        at: datetime,
    ) -> DroppedRange | None:
        """Drop held rows of these types that no hold covers."""
        with cursors.of(self._connection) as cursor:
            return dropping.drop_held(
                cursor, kept, passed, told, drop_id=drop_id, terms=terms, at=at
            )

    def empty_quarantine(self, before: datetime) -> int:
        """Empty what was quarantined before."""
        with cursors.of(self._connection) as cursor:
            cursor.execute(
                "UPDATE quarantine SET data = '' WHERE quarantined_at < %s AND length(data) > 0",
                (before,),
            )
            return cursor.rowcount

    def dropped(self) -> Sequence[DroppedRange]:
        """Give everything that was ever dropped, the newest first."""
        return dropped_ranges(self._connection, _ALL)

    def holds(self) -> Sequence[Hold]:
        """Give every hold, the newest first."""
        rows = self._connection.execute(select(HOLD).order_by(HOLD.c.id.desc()))
        return [_hold(row) for row in rows]

    def hold(self, hold_id: str) -> Hold | None:
        """Give a hold, locked."""
        wanted = select(HOLD).where(HOLD.c.id == hold_id).with_for_update()
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else _hold(row)

    def case_entries(self, case_id: str) -> Sequence[int] | None:
        """Give the entries that a case's requests to open name."""
        cases = PostgresCases(self._connection)
        if cases.get(case_id) is None:
            return None
        return sorted({index for one in cases.reveals(case_id) for index in one.indexes})

    def add_hold(self, hold: Hold) -> None:
        """Keep a new hold."""
        self._connection.execute(insert(HOLD).values(_values(hold)))

    def change_hold(self, hold: Hold) -> None:
        """Keep where a hold stands."""
        self._connection.execute(
            update(HOLD)
            .where(HOLD.c.id == hold.id)
            .values(
                lift_asked_by=hold.lift_asked_by,
                lift_asked_at=hold.lift_asked_at,
                lifted_by=hold.lifted_by,
                lifted_at=hold.lifted_at,
            )
        )

    def erasures(self) -> Sequence[ErasureRecord]:
        """Give every erasure, done and waiting, the newest first."""
        done = {
            row.id: ErasureRecord(
                id=row.id,
                kind=row.kind,
                ground=row.ground,
                asked_at=row.recorded_at,
                done_at=row.recorded_at,
                outcome="done",
                parts=row.parts,
            )
            for row in self._connection.execute(select(ERASURE))
        }
        for row in self._connection.execute(select(ERASURE_WAITING)):
            ended = done.get(row.id)
            done[row.id] = ErasureRecord(
                id=row.id,
                kind=row.kind,
                ground=row.ground,
                asked_at=row.asked_at,
                done_at=row.ended_at,
                outcome=row.outcome or "waiting",
                parts=None if ended is None else ended.parts,
            )
        return sorted(done.values(), key=lambda one: one.asked_at, reverse=True)

    def waiting(self) -> Sequence[Shredding]:
        """Give the erasures that wait, the oldest first."""
        wanted = select(ERASURE_WAITING).where(ERASURE_WAITING.c.ended_at.is_(None))
        return [
            Shredding(
                id=row.id,
                ground=row.ground,
                kind=row.kind,
                subject=bytes(row.subject),
                pseudonyms=tuple(row.pseudonyms),
                person=None if row.dataset is None else (row.dataset, row.ordinal),
            )
            for row in self._connection.execute(wanted.order_by(ERASURE_WAITING.c.id))
        ]

    def shred(self, wanted: Shredding, at: datetime, told: Sequence[NotHers]) -> Shredded:
        """Do an erasure; see `Log.shred`."""
        with cursors.of(self._connection) as cursor:
            return shredding.shred(cursor, wanted, at, told)

    def lacking(self, erasures: Sequence[Destroyed]) -> Sequence[Destroyed]:
        """Give those that are not done here, or whose key is here again."""
        with cursors.of(self._connection) as cursor:
            return shredding_again.lacking(cursor, erasures)

    def shred_again(self, one: Destroyed, pseudonyms: Pseudonyms) -> int:
        """Do an erasure that was done before."""
        with cursors.of(self._connection) as cursor:
            return shredding_again.shred_again(cursor, one, pseudonyms)

    def destroyed_by(self, said: SaidErasure) -> Destroyed | None:
        """Find the key of which an entry says that it was destroyed."""
        with cursors.of(self._connection) as cursor:
            return shredding_again.destroyed_by(cursor, said)

    def done_before(self) -> Sequence[Destroyed]:
        """Give every erasure that this database knows."""
        with cursors.of(self._connection) as cursor:
            return shredding_again.done_before(cursor)

    def size(self) -> int:
        """Give the size of the tree."""
        return int(self._connection.execute(select(LOG_STATE.c.size)).scalar_one())

    def end_waiting(self, erasure_id: str, outcome: str, at: datetime) -> None:
        """End a waiting erasure, and forget whom it was about."""
        self._connection.execute(
            update(ERASURE_WAITING)
            .where(ERASURE_WAITING.c.id == erasure_id)
            .values(
                ended_at=at,
                outcome=outcome,
                subject=None,
                pseudonyms=[],
                dataset=None,
                ordinal=None,
            )
        )

    def copies(self) -> Copies:
        """Give what Kafka may still hold, as last read."""
        return read_copies(self._connection)

    def say_copies(self, topics: Sequence[TopicCopy]) -> None:
        """Keep what was read of the topics."""
        for one in topics:
            lives = None if one.lives is None else int(one.lives.total_seconds()) + 1
            values = {"seconds": lives, "read_at": one.read_at}
            self._connection.execute(
                postgresql.insert(TOPIC_COPY)
                .values(topic=one.topic, **values)
                .on_conflict_do_update(index_elements=[TOPIC_COPY.c.topic], set_=values)
            )

    def topics(self) -> Sequence[str]:
        """Give the topics of the registered producers."""
        wanted = select(PRODUCER.c.topic).where(PRODUCER.c.topic.is_not(None)).distinct()
        return sorted(self._connection.execute(wanted).scalars())

    def first_year(self) -> int | None:
        """Give the year of the oldest search row."""
        years = PostgresReader(self._connection).years()
        return years[0] if years else None

    def record(self, fact: Fact) -> str:
        """Say something through the log's own producer; give the entry's id."""
        with cursors.of(self._connection) as cursor:
            return self._own.say(cursor, [fact], self._clock.now())[0]


def keeping_transactions(engine: Engine, own: OwnProducer, clock: Clock) -> KeepingTransaction:
    """Give what opens a transaction: committed when its block ends, gone when it raises."""
    return partial(_transaction, engine, own, clock)


@contextmanager
def _transaction(engine: Engine, own: OwnProducer, clock: Clock) -> Iterator[PostgresKeepingDesk]:
    with engine.begin() as connection:
        yield PostgresKeepingDesk(connection, own, clock)


def _add(cursor: psycopg.Cursor, kept: int, month: int) -> int:
    """Make one class's month in both tables, if it is not there; give how many were made."""
    row = cursor.execute(
        "SELECT log_add_month('ev', %s::int, %s::int)::int"
        " + log_add_month('sealed', %s::int, %s::int)::int",
        (kept, month, kept, month),
    ).fetchone()
    return 0 if row is None else int(row[0])


def _astray(cursor: psycopg.Cursor) -> list[tuple[int, int]]:
    """Give the classes and months whose rows came before their place was made."""
    found: set[tuple[int, int]] = set()
    for kept in BOUNDS:
        for parent in ("ev", "sealed"):
            name = psycopg.sql.Identifier(f"{parent}_{int(kept)}_default")
            months = psycopg.sql.SQL("SELECT DISTINCT month FROM {}").format(name)
            found |= {(int(kept), month) for (month,) in cursor.execute(months).fetchall()}
    return sorted(found)


def _hold(row: Row[Any]) -> Hold:
    return Hold(
        id=row.id,
        kind=HoldKind(row.kind),
        authority=row.authority,
        placed_by=row.placed_by,
        placed_at=row.placed_at,
        dataset=row.dataset,
        ordinal=row.ordinal,
        permits=tuple(row.permits),
        matter=row.matter,
        entries=tuple(row.entries),
        lift_asked_by=row.lift_asked_by,
        lift_asked_at=row.lift_asked_at,
        lifted_by=row.lifted_by,
        lifted_at=row.lifted_at,
    )


def _values(hold: Hold) -> dict[str, Any]:
    lists = {"permits": list(hold.permits), "entries": list(hold.entries)}
    return {**asdict(hold), "kind": hold.kind.value, **lists}
