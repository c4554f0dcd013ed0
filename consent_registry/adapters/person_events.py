# SPDX-License-Identifier: Apache-2.0
"""`PersonEvents` on PostgreSQL: sealed and chained events about people, and their bars."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, exists, func, insert, select, text, update
from sqlalchemy.dialects import postgresql

from consent_registry.adapters import mandate_holders, person_bars
from consent_registry.adapters.alarms import raise_alarm
from consent_registry.adapters.person_keys import PersonKeys
from consent_registry.adapters.sealing import SALT_BYTES, PersonSealer
from consent_registry.adapters.sets import among
from consent_registry.adapters.tables import (
    CONSENT_EVENT,
    DATASET_MEMBER,
    OPT_OUT_PERSON,
    OPT_OUT_REGISTER,
    PERSON_EVENT,
    PERSON_REACH,
)
from consent_registry.domain.bars import BarSegment
from consent_registry.domain.mandates import Mandate
from consent_registry.domain.person_events import (
    PersonKind,
    PersonRecord,
    commitment,
    event_hash,
    sealed_from,
)
from consent_registry.domain.records import NO_PREVIOUS, Channel
from consent_registry.domain.unreadable import UnreadableKind
from consent_registry.ports.person_events import Listed
from consent_registry.ports.register import Latest
from shared.ids import DatasetId, Ordinal, Revision

_EVENT: Final = PERSON_EVENT.c
_UNSETTLED: Final = text(
    "SELECT matter FROM person_event AS p WHERE kind = 'merge_proposed' AND recorded_at <= :at "
    "AND NOT EXISTS (SELECT FROM person_event AS s WHERE s.matter = p.matter "
    "AND s.kind <> 'merge_proposed' AND s.recorded_at <= :at) "
    "GROUP BY matter ORDER BY min(recorded_at), matter"
)
_ALWAYS: Final = datetime.max.replace(tzinfo=UTC)
# Preferences are kept and read; no decision about the use of data depends on them.
_DECIDES: Final = _EVENT.kind.not_in([PersonKind.PREFERENCES.value])


class SqlPersonEvents:
    """The port `PersonEvents`; `salts(n)` gives n fresh random bytes."""

    def __init__(
        self,
        connection: Connection,
        *,
        keys: PersonKeys,
        sealer: PersonSealer,
        salts: Callable[[int], bytes],
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._sealer = sealer
        self._salts = salts

    def of(self, pids: Iterable[str]) -> Mapping[str, Sequence[PersonRecord]]:
        """Read, and open what can be opened; about nobody nothing is asked."""
        asked = list(pids)
        if not asked:
            return {}
        wanted = select(PERSON_EVENT).where(among(_EVENT.pid, asked))
        rows = self._connection.execute(wanted.order_by(_EVENT.pid, _EVENT.number)).all()
        keys = self._keys.known({row.pid for row in rows})
        found: dict[str, list[PersonRecord]] = {}
        bad: list[str] = []
        for row in rows:
            personal = self._opened(row, keys)
            if personal is None:
                bad.append(row.event_id)
            found.setdefault(row.pid, []).append(_record(row, personal or b""))
        raise_alarm(self._connection, UnreadableKind.EVENT, bad)
        return found

    def append(self, records: Sequence[PersonRecord]) -> Sequence[bytes]:
        """Seal, chain and insert."""
        pids = {record.pid for record in records}
        keys = self._keys.to_seal(pids)
        last = self._last_hashes(pids)
        hashes: list[bytes] = []
        rows: list[dict[str, object]] = []
        for record in records:
            salt = self._salts(SALT_BYTES)
            committed = commitment(record.event_id, salt, record.personal)
            previous = last.get(record.pid, NO_PREVIOUS)
            chained = event_hash(previous, record.open_part(), committed)
            sealed = self._sealer.seal(keys[record.pid], record.event_id, salt, record.personal)
            rows.append(_values(record, sealed, committed, previous, chained))
            last[record.pid] = chained
            hashes.append(chained)
        if rows:
            self._connection.execute(insert(PERSON_EVENT), rows)
        return hashes

    def shut(self, pids: Iterable[str]) -> frozenset[str]:
        """Try their keys; the alarm names their events."""
        found = frozenset(pid for pid, key in self._keys.known(pids).items() if key is None)
        if found:
            theirs = select(CONSENT_EVENT.c.event_id).where(among(CONSENT_EVENT.c.pid, found))
            bad = [str(one) for one in self._connection.execute(theirs).scalars()]
            raise_alarm(self._connection, UnreadableKind.EVENT, bad)
        return found

    def known(self, pids: Iterable[str]) -> frozenset[str]:
        """Look people up; about nobody nothing is asked, which is most of an import."""
        asked = list(pids)
        if not asked:
            return frozenset()
        wanted = select(_EVENT.pid).where(among(_EVENT.pid, asked), _DECIDES).distinct()
        return frozenset(self._connection.execute(wanted).scalars())

    def known_members(
        self, dataset: DatasetId, ordinals: Sequence[Ordinal] | None
    ) -> Mapping[Ordinal, str]:
        """Look members up."""
        member = DATASET_MEMBER.c
        people = select(_EVENT.pid).where(_DECIDES)
        wanted = select(member.ordinal, member.pid).where(
            member.dataset == dataset, member.pid.in_(people)
        )
        if ordinals is not None:
            wanted = wanted.where(among(member.ordinal, ordinals))
        rows = self._connection.execute(wanted.order_by(member.ordinal))
        return {Ordinal(row.ordinal): row.pid for row in rows}

    def said_of(self, studies: Iterable[str], dataset: DatasetId) -> frozenset[str]:
        """Look them up by the study first: most people say nothing of any."""
        spoke = select(_EVENT.pid).where(among(_EVENT.study, studies), _EVENT.study != "")
        member = DATASET_MEMBER.c
        wanted = select(member.pid).where(member.dataset == dataset, member.pid.in_(spoke))
        return frozenset(self._connection.execute(wanted).scalars())

    def latest(self, event_id: str) -> Latest | None:
        """Look the event up, and whether the person said more of that study."""
        event, later = PERSON_EVENT.alias("event").c, PERSON_EVENT.alias("later").c
        since = exists().where(
            later.pid == event.pid, later.study == event.study, later.number > event.number
        )
        wanted = select(event.recorded_at, since.label("since")).where(
            event.event_id == event_id, event.study != ""
        )
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else Latest(recorded_at=row.recorded_at, latest=not row.since)

    def ring(self, pids: Iterable[str]) -> frozenset[str]:
        """Follow merges until nobody new is met."""
        found = frozenset(pids)
        edge = found
        while edge:
            wanted = select(_EVENT.about).where(
                among(_EVENT.pid, edge), _EVENT.kind == PersonKind.MERGE_PROPOSED.value
            )
            edge = frozenset(self._connection.execute(wanted).scalars()) - found
            found |= edge
        return found

    def pids_of(self, matter: str) -> frozenset[str]:
        """Look a matter up."""
        wanted = select(_EVENT.pid).where(_EVENT.matter == matter).distinct()
        return frozenset(self._connection.execute(wanted).scalars())

    def unsettled_merges(self, at: datetime | None = None) -> Sequence[str]:
        """Read what waits."""
        found = self._connection.execute(_UNSETTLED, {"at": at or _ALWAYS}).scalars()
        return [str(matter) for matter in found]

    def enrol(self, pids: Iterable[str], name: DatasetId, at: datetime) -> Mapping[str, Ordinal]:
        """Look them up; number who is not there under the register's lock."""
        wanted, person = set(pids), OPT_OUT_PERSON.c
        rows = self._connection.execute(select(OPT_OUT_PERSON).where(among(person.pid, wanted)))
        found = {row.pid: Ordinal(row.ordinal) for row in rows}
        missing = sorted(wanted - found.keys())
        if not missing:
            return found
        empty = {"name": name, "number": 0, "people": 0, "recorded_at": at, "edge": b""}
        register = OPT_OUT_REGISTER.c
        self._connection.execute(
            postgresql.insert(OPT_OUT_REGISTER).values(empty).on_conflict_do_nothing()
        )
        people = select(register.people).where(register.name == name).with_for_update()
        first = self._connection.execute(people).scalar_one()
        new = {pid: Ordinal(first + at) for at, pid in enumerate(missing)}
        numbered = [{"pid": pid, "ordinal": ordinal} for pid, ordinal in new.items()]
        self._connection.execute(insert(OPT_OUT_PERSON), numbered)
        self._connection.execute(
            update(OPT_OUT_REGISTER)
            .where(register.name == name)
            .values(people=first + len(missing))
        )
        return found | new

    def reach(self, dataset: DatasetId, revision: Revision, ordinals: Sequence[Ordinal]) -> None:
        """Insert rows."""
        rows = [
            {"dataset": dataset, "revision": revision, "ordinal": ordinal}
            for ordinal in sorted(set(ordinals))
        ]
        if rows:
            self._connection.execute(insert(PERSON_REACH), rows)

    def changed_since(self, dataset: DatasetId, revision: Revision) -> Sequence[Ordinal]:
        """Read whom later changes reached."""
        reached = PERSON_REACH.c
        wanted = select(reached.ordinal).where(
            reached.dataset == dataset, reached.revision > revision
        )
        found = self._connection.execute(wanted.distinct()).scalars()
        return [Ordinal(ordinal) for ordinal in found]

    def put_bars(
        self, dataset: DatasetId, bars: Mapping[Ordinal, Sequence[BarSegment]], now: datetime
    ) -> None:
        """Replace rows."""
        person_bars.put(self._connection, dataset, bars, now)

    def bars(
        self, dataset: DatasetId, ordinals: Sequence[Ordinal]
    ) -> Mapping[Ordinal, Sequence[BarSegment]]:
        """Read rows."""
        return person_bars.read(self._connection, dataset, ordinals)

    def to_turn(self, dataset: DatasetId, after: datetime) -> Sequence[Ordinal]:
        """Read who will be barred."""
        return person_bars.to_turn(self._connection, dataset, after)

    def turning(self, dataset: DatasetId, upto: datetime, limit: int) -> Sequence[Ordinal]:
        """Read who was barred by the calendar."""
        return person_bars.turning(self._connection, dataset, upto, limit)

    def turned(self, dataset: DatasetId, ordinals: Sequence[Ordinal], upto: datetime) -> None:
        """Note that it was said."""
        person_bars.turned(self._connection, dataset, ordinals, upto)

    def name_holder(self, mandate: Mandate, pid: str) -> None:
        """Insert a row."""
        login = self._sealer.blind(mandate.issuer, mandate.subject) if mandate.issuer else None
        whose = (mandate.mandate_id, pid)
        mandate_holders.put(self._connection, whose, login, mandate.ends)

    def wards(self, issuer: str, subject: str) -> frozenset[str]:
        """Read rows."""
        return mandate_holders.wards(self._connection, self._sealer.blind(issuer, subject))

    def without_holder(self, limit: int) -> Sequence[tuple[str, str]]:
        """Read mandates without a row."""
        return mandate_holders.without_row(self._connection, limit)

    def listed(
        self,
        kind: PersonKind,
        before: tuple[datetime, str] | None,
        limit: int,
        known_at: datetime | None = None,
    ) -> Sequence[Listed]:
        """Read a page."""
        return mandate_holders.listed(self._connection, kind, before, limit, known_at)

    def _last_hashes(self, pids: Iterable[str]) -> dict[str, bytes]:
        newest = (
            select(_EVENT.pid, func.max(_EVENT.number).label("number"))
            .where(among(_EVENT.pid, pids))
            .group_by(_EVENT.pid)
            .subquery()
        )
        wanted = select(_EVENT.pid, _EVENT.hash).join(
            newest, (_EVENT.pid == newest.c.pid) & (_EVENT.number == newest.c.number)
        )
        return {row.pid: bytes(row.hash) for row in self._connection.execute(wanted)}

    def _opened(self, row: Row[Any], keys: Mapping[str, bytes | None]) -> bytes | None:
        """Open a personal part and hold it against its commitment; None when that fails.

        Empty where the key is gone: that is an erasure and no alarm.
        """
        if row.pid not in keys:
            return b""
        key = keys[row.pid]
        opened = None if key is None else self._sealer.open(key, row.event_id, bytes(row.sealed))
        if opened is not None:
            salt, personal = opened
            if commitment(row.event_id, salt, personal) == bytes(row.commitment):
                return personal
        return None


def _record(row: Row[Any], personal: bytes) -> PersonRecord:
    return PersonRecord(
        event_id=row.event_id,
        pid=row.pid,
        number=row.number,
        kind=PersonKind(row.kind),
        matter=row.matter,
        about=row.about,
        effective_from=sealed_from(personal) or row.effective_from,
        effective_to=row.effective_to,
        recorded_at=row.recorded_at,
        channel=Channel(row.channel),
        personal=personal,
        study=row.study,
    )


def _values(
    record: PersonRecord, sealed: bytes, committed: bytes, previous: bytes, chained: bytes
) -> dict[str, object]:
    return {
        "event_id": record.event_id,
        "pid": record.pid,
        "number": record.number,
        "kind": record.kind.value,
        "matter": record.matter,
        "about": record.about,
        "effective_from": record.shown_from,
        "effective_to": record.effective_to,
        "recorded_at": record.recorded_at,
        "channel": record.channel.value,
        "sealed": sealed,
        "commitment": committed,
        "previous": previous,
        "hash": chained,
        "study": record.study,
    }
