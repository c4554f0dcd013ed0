# SPDX-License-Identifier: Apache-2.0
"""`Stops` on PostgreSQL, and the sets of stopped members that indexes hold."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Any, Final

from pyroaring import BitMap
from sqlalchemy import Connection, Row, insert, select, text

from consent_registry.adapters.alarms import raise_alarm
from consent_registry.adapters.sets import among
from consent_registry.adapters.tables import DATASET_MEMBER, STOP_EVENT, STOP_REACH
from consent_registry.adapters.ties import TIE
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.register import Member
from consent_registry.domain.stops import StopEvent, StopKind
from consent_registry.domain.unreadable import UnreadableKind
from shared.ids import DatasetId, Ordinal, Revision

# The last event of each person and kind decides, as `standing_stops` reads them; one that cannot
# be read stops her for good. It counts for whoever a merge, pending or confirmed, joins to her.
_STOPPED: Final = text(
    f"WITH RECURSIVE {TIE}, last AS ("  # noqa: S608 - of our own words
    " SELECT DISTINCT ON (pid, kind, bad) pid, kind, begins, bad FROM ("
    "  SELECT *, CASE WHEN kind = ANY(:kinds) THEN NULL ELSE number END AS bad FROM stop_event"
    " ) AS every"
    " WHERE CAST(:known_at AS timestamptz) IS NULL OR recorded_at <= :known_at"
    " OR kind = 'erasure'"
    " ORDER BY pid, kind, bad, number DESC"
    "), s AS ("
    " SELECT pid, kind, bad FROM last WHERE begins OR bad IS NOT NULL"
    " UNION SELECT tie.other, s.kind, s.bad FROM s JOIN tie ON tie.pid = s.pid"
    ") SELECT DISTINCT m.ordinal, s.kind, s.bad FROM s"
    " JOIN dataset_member AS m ON m.pid = s.pid AND m.dataset = :dataset"
    " WHERE CAST(:ordinals AS bigint[]) IS NULL OR m.ordinal = ANY(:ordinals)"
)

_KINDS: Final = [kind.value for kind in StopKind if kind is not StopKind.UNREADABLE]


def mark_stopped(
    index: CohortIndex,
    connection: Connection,
    dataset: DatasetId,
    ordinals: Sequence[int] | None = None,
    known_at: datetime | None = None,
) -> None:
    """Note in an index who of a dataset, or of these members, is stopped, as known then or now."""
    into: Mapping[StopKind, BitMap] = {
        StopKind.RESTRICTION: index.restricted,
        StopKind.OBJECTION: index.objecting,
        StopKind.ERASURE: index.erased,
        StopKind.UNREADABLE: index.restricted,
    }
    for kind, people in _stopped(connection, dataset, ordinals, known_at).items():
        into[kind].update(people)


def _stopped(
    connection: Connection,
    dataset: DatasetId,
    ordinals: Sequence[int] | None,
    known_at: datetime | None = None,
) -> Mapping[StopKind, Set[Ordinal]]:
    chosen = None if ordinals is None else list(ordinals)
    values = {"dataset": dataset, "ordinals": chosen, "known_at": known_at, "kinds": _KINDS}
    found: dict[StopKind, set[Ordinal]] = {}
    bad: set[str] = set()
    for row in connection.execute(_STOPPED, values):
        found.setdefault(_kind(row.kind), set()).add(Ordinal(row.ordinal))
        if row.bad is not None:
            bad.add(str(row.bad))
    raise_alarm(connection, UnreadableKind.STOP, sorted(bad))
    return found


def _kind(stored: str) -> StopKind:
    return StopKind(stored) if stored in _KINDS else StopKind.UNREADABLE


class SqlStops:
    """The port `Stops`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, pid: str) -> Sequence[StopEvent]:
        """Read one person's events."""
        wanted = select(STOP_EVENT).where(STOP_EVENT.c.pid == pid).order_by(STOP_EVENT.c.number)
        return [self._event(row) for row in self._connection.execute(wanted)]

    def stopped(
        self, dataset: DatasetId, ordinals: Sequence[Ordinal]
    ) -> Mapping[StopKind, Set[Ordinal]]:
        """Ask as the index does."""
        return _stopped(self._connection, dataset, ordinals)

    def of_members(
        self, dataset: DatasetId, ordinals: Sequence[Ordinal]
    ) -> Mapping[Ordinal, Sequence[StopEvent]]:
        """Read members' events."""
        wanted = (
            select(STOP_EVENT, DATASET_MEMBER.c.ordinal)
            .join(DATASET_MEMBER, DATASET_MEMBER.c.pid == STOP_EVENT.c.pid)
            .where(DATASET_MEMBER.c.dataset == dataset, among(DATASET_MEMBER.c.ordinal, ordinals))
            .order_by(STOP_EVENT.c.number)
        )
        found: dict[Ordinal, list[StopEvent]] = {}
        for row in self._connection.execute(wanted):
            found.setdefault(Ordinal(row.ordinal), []).append(self._event(row))
        return found

    def add(
        self,
        pid: str,
        kind: StopKind,
        *,
        begins: bool,
        at: datetime,
        request_id: str | None,
        reach: Sequence[tuple[Member, Revision]],
    ) -> None:
        """Add rows."""
        number = self._connection.execute(
            insert(STOP_EVENT)
            .values(pid=pid, kind=kind.value, begins=begins, recorded_at=at, request_id=request_id)
            .returning(STOP_EVENT.c.number)
        ).scalar_one()
        rows = [
            {
                "number": number,
                "dataset": member.dataset,
                "ordinal": member.ordinal,
                "revision": revision,
            }
            for member, revision in reach
        ]
        if rows:
            self._connection.execute(insert(STOP_REACH), rows)

    def changed_since(self, dataset: DatasetId, revision: Revision) -> Sequence[Ordinal]:
        """Read whom later events reach."""
        wanted = select(STOP_REACH.c.ordinal).where(
            STOP_REACH.c.dataset == dataset, STOP_REACH.c.revision > revision
        )
        return [Ordinal(ordinal) for ordinal in self._connection.execute(wanted).scalars()]

    def _event(self, row: Row[Any]) -> StopEvent:
        kind = _kind(row.kind)
        if kind is StopKind.UNREADABLE:
            raise_alarm(self._connection, UnreadableKind.STOP, [str(row.number)])
        return StopEvent(
            number=row.number,
            pid=row.pid,
            kind=kind,
            begins=row.begins,
            recorded_at=row.recorded_at,
            request_id=row.request_id,
        )
