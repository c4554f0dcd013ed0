# SPDX-License-Identifier: Apache-2.0
"""`OptOuts` on PostgreSQL: the register's events, its head, and whom they reach."""

from collections.abc import Iterator, Sequence, Set
from datetime import datetime
from typing import Any, Final

from pyroaring import BitMap
from sqlalchemy import Connection, Row, exists, insert, select, text, update
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.alarms import raise_alarm
from consent_registry.adapters.tables import (
    OPT_OUT_EVENT,
    OPT_OUT_PERSON,
    OPT_OUT_REACH,
    OPT_OUT_REGISTER,
    PARTICIPANT,
)
from consent_registry.adapters.ties import TIE
from consent_registry.domain.errors import ParticipantUnknown
from consent_registry.domain.optout import (
    About,
    OptOutEvent,
    OptOutKind,
    OptOutRegister,
    about_of,
)
from consent_registry.domain.records import Channel
from consent_registry.domain.register import Member
from consent_registry.domain.unreadable import UnreadableKind
from consent_registry.ports.register import Latest
from shared.ids import DatasetId, Ordinal, Revision

_HASH_BYTES: Final = 32
_READABLE: Final = (
    "(kind IN ('registered', 'reversed') AND channel = ANY(:channels)"
    " AND (about IN ('all', 'genomic') OR about LIKE 'holder:_%'))"
)
_KNOWN: Final = "(CAST(:known_at AS timestamptz) IS NULL OR recorded_at <= :known_at)"
# The last event of each person and breadth decides; `about` is read as `About.covers` reads it. An
# event that cannot be read opts her out of everything, as `_event` has it.
# It counts for whoever a merge, pending or confirmed, joins to her.
_OPTED_OUT: Final = text(
    f"WITH RECURSIVE {TIE}, last AS ("  # noqa: S608 - of our own words
    " SELECT DISTINCT ON (pid, about) pid, about, kind, bad FROM ("
    "  SELECT pid, number, NULL AS bad, kind, about FROM opt_out_event"
    f"  WHERE {_READABLE} AND {_KNOWN}"
    "  UNION ALL SELECT pid, number, optout_id, 'registered', 'all' FROM opt_out_event"
    f"  WHERE NOT {_READABLE} AND {_KNOWN}"
    " ) AS every ORDER BY pid, about, number DESC"
    "), o AS ("
    " SELECT pid, about, bad FROM last WHERE kind = 'registered'"
    " UNION SELECT tie.other, o.about, o.bad FROM o JOIN tie ON tie.pid = o.pid"
    ") SELECT DISTINCT m.ordinal, o.bad FROM o"
    " JOIN dataset_member AS m ON m.pid = o.pid AND m.dataset = :dataset"
    " JOIN dataset AS d ON d.dataset = m.dataset"
    " WHERE (o.about NOT LIKE 'holder:%' OR o.about = 'holder:' || d.controller)"
    " AND (CAST(:ordinals AS bigint[]) IS NULL OR m.ordinal = ANY(:ordinals))"
)


def opted_out_members(
    connection: Connection,
    dataset: DatasetId,
    ordinals: Sequence[int] | None = None,
    known_at: datetime | None = None,
) -> BitMap:
    """Read who of a dataset, or of these members, is opted out, as known then or now."""
    chosen = None if ordinals is None else list(ordinals)
    values = {
        "dataset": dataset,
        "ordinals": chosen,
        "known_at": known_at,
        "channels": [channel.value for channel in Channel],
    }
    rows = connection.execute(_OPTED_OUT, values).all()
    bad = sorted({str(row.bad) for row in rows if row.bad is not None})
    raise_alarm(connection, UnreadableKind.OPT_OUT, bad)
    return BitMap(row.ordinal for row in rows)


class SqlOptOuts:
    """The port `OptOuts`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def register(self, name: DatasetId, at: datetime) -> OptOutRegister:
        """Read the head, or give an empty one."""
        wanted = select(OPT_OUT_REGISTER).where(OPT_OUT_REGISTER.c.name == name)
        return _register(self._connection.execute(wanted).one_or_none(), name, at)

    def hold(self, name: DatasetId, at: datetime) -> OptOutRegister:
        """Make the head if there is none, and lock it."""
        values = {"name": name, "number": 0, "people": 0, "recorded_at": at, "edge": b""}
        statement = postgresql.insert(OPT_OUT_REGISTER).values(values).on_conflict_do_nothing()
        self._connection.execute(statement)
        wanted = select(OPT_OUT_REGISTER).where(OPT_OUT_REGISTER.c.name == name).with_for_update()
        return _register(self._connection.execute(wanted).one(), name, at)

    def hold_person(self, pid: str) -> None:
        """Lock the row that every new membership refers to."""
        wanted = select(PARTICIPANT.c.erased_at).where(PARTICIPANT.c.pid == pid).with_for_update()
        if self._connection.execute(wanted).scalar_one() is not None:
            raise ParticipantUnknown

    def ordinal(self, pid: str) -> Ordinal | None:
        """Look a person up."""
        wanted = select(OPT_OUT_PERSON.c.ordinal).where(OPT_OUT_PERSON.c.pid == pid)
        found = self._connection.execute(wanted).scalar_one_or_none()
        return None if found is None else Ordinal(found)

    def latest(self, optout_id: str) -> Latest | None:
        """Look the event up, and the last one of the same person."""
        event, later = OPT_OUT_EVENT.alias("event").c, OPT_OUT_EVENT.alias("later").c
        since = exists().where(later.pid == event.pid, later.number > event.number)
        wanted = select(event.recorded_at, since.label("since")).where(event.optout_id == optout_id)
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else Latest(recorded_at=row.recorded_at, latest=not row.since)

    def of(self, pid: str) -> Sequence[OptOutEvent]:
        """Read one person's events in order."""
        wanted = _events().where(OPT_OUT_EVENT.c.pid == pid)
        return [self._event(row) for row in self._connection.execute(wanted)]

    def out(
        self, dataset: DatasetId, ordinals: Sequence[Ordinal], known_at: datetime | None = None
    ) -> Set[Ordinal]:
        """Ask as the index does."""
        found = opted_out_members(self._connection, dataset, ordinals, known_at)
        return {Ordinal(ordinal) for ordinal in found}

    def add(
        self,
        event: OptOutEvent,
        reach: Sequence[tuple[Member, Revision]],
        after: OptOutRegister,
    ) -> None:
        """Add rows, and move the head."""
        person = {"pid": event.pid, "ordinal": event.ordinal}
        self._connection.execute(
            postgresql.insert(OPT_OUT_PERSON).values(person).on_conflict_do_nothing()
        )
        self._connection.execute(
            insert(OPT_OUT_EVENT).values(
                number=event.number,
                optout_id=event.optout_id,
                pid=event.pid,
                kind=event.kind.value,
                about=event.about.text,
                recorded_at=event.recorded_at,
                channel=event.channel.value,
                salt=event.salt,
            )
        )
        rows = [
            {
                "number": event.number,
                "dataset": member.dataset,
                "ordinal": member.ordinal,
                "revision": revision,
            }
            for member, revision in reach
        ]
        if rows:
            self._connection.execute(insert(OPT_OUT_REACH), rows)
        self._connection.execute(
            update(OPT_OUT_REGISTER)
            .where(OPT_OUT_REGISTER.c.name == after.name)
            .values(
                number=after.number,
                people=after.people,
                recorded_at=after.recorded_at,
                edge=b"".join(after.edge),
            )
        )

    def changed_since(self, dataset: DatasetId, revision: Revision) -> Sequence[Ordinal]:
        """Read whom later events reach."""
        wanted = select(OPT_OUT_REACH.c.ordinal).where(
            OPT_OUT_REACH.c.dataset == dataset, OPT_OUT_REACH.c.revision > revision
        )
        return [Ordinal(ordinal) for ordinal in self._connection.execute(wanted).scalars()]

    def first(self, number: Revision) -> Iterator[tuple[str, OptOutEvent]]:
        """Read the first events with their pseudonyms."""
        wanted = (
            _events()
            .add_columns(PARTICIPANT.c.pseudonym)
            .join(PARTICIPANT, PARTICIPANT.c.pid == OPT_OUT_EVENT.c.pid)
            .where(OPT_OUT_EVENT.c.number <= number)
        )
        for row in self._connection.execute(wanted):
            yield row.pseudonym, self._event(row)

    def _event(self, row: Row[Any]) -> OptOutEvent:
        """Read a row: what it says, or that she is opted out of everything and somebody must look.

        Its leaf is another one then, and so is the root over the register.
        """
        try:
            said = (OptOutKind(row.kind), about_of(row.about), Channel(row.channel))
        except ValueError:
            raise_alarm(self._connection, UnreadableKind.OPT_OUT, [str(row.optout_id)])
            said = (OptOutKind.REGISTERED, About(), Channel.API)
        kind, about, channel = said
        return OptOutEvent(
            number=Revision(row.number),
            optout_id=row.optout_id,
            pid=row.pid,
            ordinal=Ordinal(row.ordinal),
            kind=kind,
            about=about,
            recorded_at=row.recorded_at,
            channel=channel,
            salt=bytes(row.salt),
        )


def _events() -> Any:
    return (
        select(OPT_OUT_EVENT, OPT_OUT_PERSON.c.ordinal)
        .join(OPT_OUT_PERSON, OPT_OUT_PERSON.c.pid == OPT_OUT_EVENT.c.pid)
        .order_by(OPT_OUT_EVENT.c.number)
    )


def _register(row: Row[Any] | None, name: DatasetId, at: datetime) -> OptOutRegister:
    if row is None:
        return OptOutRegister(name=name, number=Revision(0), people=0, recorded_at=at)
    edge = bytes(row.edge)
    return OptOutRegister(
        name=name,
        number=Revision(row.number),
        people=row.people,
        recorded_at=row.recorded_at,
        edge=tuple(edge[i : i + _HASH_BYTES] for i in range(0, len(edge), _HASH_BYTES)),
    )
