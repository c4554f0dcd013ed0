# SPDX-License-Identifier: Apache-2.0
"""`Events` on PostgreSQL: sealed and chained events, and the timelines projected from them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Subquery, exists, func, select

from consent_registry.adapters.alarms import raise_alarm
from consent_registry.adapters.as_of import index_as_of, revision_known
from consent_registry.adapters.copy_text import instant
from consent_registry.adapters.copying import copy_behind
from consent_registry.adapters.index_cache import IndexCache
from consent_registry.adapters.person_keys import PersonKeys
from consent_registry.adapters.sealing import SALT_BYTES, PersonSealer
from consent_registry.adapters.sets import picked
from consent_registry.adapters.standings import Standings
from consent_registry.adapters.tables import CONSENT_EVENT, IMPORTED_LINE
from consent_registry.domain.chains import Link
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.history import Kind, Segment
from consent_registry.domain.identifiers import is_own_id
from consent_registry.domain.manifest import AsOf
from consent_registry.domain.records import (
    NO_PREVIOUS,
    Channel,
    EventRecord,
    Source,
    commitment,
    event_hash,
)
from consent_registry.domain.terms import Terms
from consent_registry.domain.unreadable import UnreadableKind
from consent_registry.ports.register import Latest
from shared.ids import DatasetId, EventId, Ordinal, Revision

_COLUMNS: Final = tuple(column.name for column in CONSENT_EVENT.columns)
_LINE_COLUMNS: Final = tuple(column.name for column in IMPORTED_LINE.columns)
_MEMBERS_AT_ONCE: Final = 1_000
_STORED_AT_ONCE: Final = 500


class SqlEvents:
    """The port `Events`; `salts(n)` gives n fresh random bytes."""

    def __init__(
        self,
        connection: Connection,
        *,
        keys: PersonKeys,
        sealer: PersonSealer,
        cache: IndexCache,
        salts: Callable[[int], bytes],
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._sealer = sealer
        self._cache = cache
        self._salts = salts
        self._standings = Standings(connection)

    def of_members(
        self, dataset: DatasetId, ordinals: Sequence[Ordinal]
    ) -> Mapping[Ordinal, Sequence[EventRecord]]:
        """Read, and open what can be opened."""
        if not ordinals:
            return {}
        events = _events_of(dataset, ordinals)
        wanted = select(events).order_by(events.c.ordinal, events.c.revision)
        rows = self._connection.execute(wanted).all()
        keys = self._keys.known({row.pid for row in rows})
        found: dict[Ordinal, list[EventRecord]] = {}
        bad: list[str] = []
        for row in rows:
            personal = self._opened(row, keys)
            if personal is None:
                bad.append(row.event_id)
            record = _record(row, personal or b"")
            found.setdefault(Ordinal(row.ordinal), []).append(record)
        if bad:
            raise_alarm(self._connection, UnreadableKind.EVENT, bad)
        return found

    def latest(self, event_id: EventId) -> Latest | None:
        """Look up the event, and whether its member has one of a later revision."""
        if not is_own_id(event_id):
            return None
        event, later = CONSENT_EVENT.alias("event").c, CONSENT_EVENT.alias("later").c
        since = exists().where(
            later.dataset == event.dataset,
            later.ordinal == event.ordinal,
            later.revision > event.revision,
        )
        wanted = select(event.recorded_at, since.label("since")).where(event.event_id == event_id)
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else Latest(recorded_at=row.recorded_at, latest=not row.since)

    def links(self, dataset: DatasetId) -> Iterator[Link]:
        """Read in pieces of members, so that a whole dataset is never in memory."""
        members = select(func.coalesce(func.max(CONSENT_EVENT.c.ordinal), -1)).where(
            CONSENT_EVENT.c.dataset == dataset
        )
        last = int(self._connection.execute(members).scalar_one())
        for start in range(0, last + 1, _MEMBERS_AT_ONCE):
            upto = start + _MEMBERS_AT_ONCE
            wanted = (
                select(CONSENT_EVENT)
                .where(
                    CONSENT_EVENT.c.dataset == dataset,
                    CONSENT_EVENT.c.ordinal >= start,
                    CONSENT_EVENT.c.ordinal < upto,
                )
                .order_by(CONSENT_EVENT.c.ordinal, CONSENT_EVENT.c.revision)
            )
            rows = self._connection.execute(wanted).all()
            keys = self._keys.known({row.pid for row in rows})
            yield from (self._link(row, keys) for row in rows)

    def _link(self, row: Row[Any], keys: Mapping[str, bytes | None]) -> Link:
        key = keys.get(row.pid)
        opened = None if key is None else self._sealer.open(key, row.event_id, bytes(row.sealed))
        return Link(
            record=_record(row, opened[1] if opened else b""),
            committed=bytes(row.commitment),
            previous=bytes(row.previous),
            chained=bytes(row.hash),
            opened=opened,
            unreadable=row.pid in keys and opened is None,
        )

    def append(
        self, records: Sequence[EventRecord], first: Set[Ordinal], fresh: Set[str]
    ) -> Mapping[EventId, bytes]:
        """Seal, chain and copy in."""
        keys = self._keys.to_seal({record.pid for record in records}, fresh)
        last = self._last_hashes([record for record in records if record.ordinal not in first])
        hashes: dict[EventId, bytes] = {}
        parts = max(1, len(records) // _STORED_AT_ONCE)  # alike: a COPY of few waits for all others
        for part in range(parts):
            here = slice(len(records) * part // parts, len(records) * (part + 1) // parts)
            self._append(records[here], keys, last, hashes)
        return hashes

    def _append(
        self,
        records: Sequence[EventRecord],
        keys: Mapping[str, bytes],
        last: dict[tuple[DatasetId, Ordinal], bytes],
        hashes: dict[EventId, bytes],
    ) -> None:
        """Add a part, which is stored while the next one is sealed."""
        rows: list[tuple[object, ...]] = []
        chance = self._salts(SALT_BYTES * len(records))
        for at, record in enumerate(records):
            salt = chance[SALT_BYTES * at : SALT_BYTES * (at + 1)]
            committed = commitment(record.event_id, salt, record.personal)
            member = (record.dataset, record.ordinal)
            previous = last.get(member, NO_PREVIOUS)
            chained = event_hash(previous, record.open_part(), committed)
            sealed = self._sealer.seal(keys[record.pid], record.event_id, salt, record.personal)
            rows.append(_row(record, sealed, committed, previous, chained))
            last[member] = hashes[record.event_id] = chained
        copy_behind(self._connection, CONSENT_EVENT, _COLUMNS, rows)

    def key(self, pids: Set[str]) -> None:
        """Copy keys in, behind."""
        self._keys.to_seal(pids, pids)

    def taken_in(self, lines: Sequence[tuple[str, Source]]) -> None:
        """Copy rows in; the key refuses a line that was taken in before."""
        rows = [(one.file_sha256, one.line, one.mapping, pid) for pid, one in lines]
        if rows:
            copy_behind(self._connection, IMPORTED_LINE, _LINE_COLUMNS, rows)

    def seek(self, terms: Iterable[Terms]) -> None:
        """Look terms up."""
        self._standings.seek(terms)

    def project(
        self,
        dataset: DatasetId,
        timelines: Mapping[Ordinal, Sequence[Segment]],
        now: datetime,
        first: Set[Ordinal],
    ) -> None:
        """Replace timelines."""
        self._standings.forget(dataset, [ordinal for ordinal in timelines if ordinal not in first])
        self._standings.add(dataset, timelines, now)

    def timelines(
        self, dataset: DatasetId, ordinals: Sequence[Ordinal]
    ) -> Mapping[Ordinal, Sequence[Segment]]:
        """Read timelines."""
        return self._standings.read(dataset, ordinals)

    def turning(self, dataset: DatasetId, upto: datetime, limit: int) -> Sequence[Ordinal]:
        """Read who has turned and was not said to have."""
        return self._standings.turning(dataset, upto, limit)

    def turned(self, dataset: DatasetId, ordinals: Sequence[Ordinal], upto: datetime) -> None:
        """Note that it was said."""
        self._standings.turned(dataset, ordinals, upto)

    def to_turn(self, dataset: DatasetId, after: datetime) -> Sequence[Ordinal]:
        """Read who will turn."""
        return self._standings.to_turn(dataset, after)

    def changed_since(self, dataset: DatasetId, revision: Revision) -> Sequence[Ordinal]:
        """Read whose events came later."""
        wanted = (
            select(CONSENT_EVENT.c.ordinal)
            .where(CONSENT_EVENT.c.dataset == dataset, CONSENT_EVENT.c.revision > revision)
            .distinct()
        )
        return [Ordinal(ordinal) for ordinal in self._connection.execute(wanted).scalars()]

    def index_as_of(
        self, dataset: DatasetId, times: AsOf, of: Sequence[Ordinal] | None = None
    ) -> CohortIndex:
        """Read and open everything."""
        return index_as_of(self._connection, self, dataset, times, of)

    def revision_known(self, dataset: DatasetId, known_at: datetime) -> Revision:
        """Read the newest."""
        return revision_known(self._connection, dataset, known_at)

    def index(self, dataset: DatasetId, at: datetime) -> AbstractContextManager[CohortIndex]:
        """Bring the cached index to this transaction's state."""
        return self._cache.at(self._connection, dataset, at)

    def _last_hashes(
        self, records: Sequence[EventRecord]
    ) -> dict[tuple[DatasetId, Ordinal], bytes]:
        found: dict[tuple[DatasetId, Ordinal], bytes] = {}
        for dataset in {record.dataset for record in records}:
            ordinals = [record.ordinal for record in records if record.dataset == dataset]
            events = _events_of(dataset, ordinals).c
            wanted = select(events.ordinal, events.hash).order_by(events.ordinal, events.revision)
            for row in self._connection.execute(wanted):
                found[(dataset, Ordinal(row.ordinal))] = bytes(row.hash)
        return found

    def _opened(self, row: Row[Any], keys: Mapping[str, bytes | None]) -> bytes | None:
        """Open a personal part and hold it against its commitment; None when that fails.

        A key that is gone is an erasure, and the part is empty; a key that does not open, a part
        that its key does not open, or that is not what was committed to, is an alarm. Either way
        the person is left out.
        """
        if row.pid not in keys:
            return b""
        key = keys[row.pid]
        opened = None if key is None else self._sealer.open(key, row.event_id, bytes(row.sealed))
        if opened is not None:
            salt, personal = opened
            if commitment(EventId(row.event_id), salt, personal) == bytes(row.commitment):
                return personal
        return None


def _events_of(dataset: DatasetId, ordinals: Sequence[Ordinal]) -> Subquery:
    of_dataset = CONSENT_EVENT.c.dataset == dataset
    return picked(CONSENT_EVENT, CONSENT_EVENT.c.ordinal, ordinals, of_dataset)


def _row(
    record: EventRecord, sealed: bytes, committed: bytes, previous: bytes, chained: bytes
) -> tuple[object, ...]:
    return (
        record.event_id,
        record.pid,
        record.dataset,
        record.ordinal,
        record.revision,
        record.kind.value,
        instant(record.expressed_at),
        instant(record.effective_from),
        instant(record.effective_to) if record.effective_to else None,
        instant(record.recorded_at),
        record.channel.value,
        record.form_version,
        None,
        None,
        None,
        record.withdrawal_id,
        sealed,
        committed,
        previous,
        chained,
    )


def _record(row: Row[Any], personal: bytes) -> EventRecord:
    source = None
    if row.file_sha256 is not None:
        source = Source(file_sha256=bytes(row.file_sha256), line=row.line, mapping=row.mapping)
    return EventRecord(
        event_id=EventId(row.event_id),
        pid=row.pid,
        dataset=DatasetId(row.dataset),
        ordinal=Ordinal(row.ordinal),
        kind=Kind(row.kind),
        expressed_at=row.expressed_at,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        recorded_at=row.recorded_at,
        revision=Revision(row.revision),
        channel=Channel(row.channel),
        personal=personal,
        form_version=row.form_version,
        source=source,
        withdrawal_id=row.withdrawal_id,
    )
