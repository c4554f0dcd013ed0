# SPDX-License-Identifier: Apache-2.0
"""The projected timelines of members: rows of `standing` and the terms they share.

Equal terms are stored once. A stored body that cannot be read, or is not the one that its digest
was made of, comes back as GIVEN without terms, which permits nothing, and raises an alarm.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from pyroaring import BitMap
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Text,
    and_,
    case,
    cast,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from consent_registry.adapters.alarms import raise_alarm
from consent_registry.adapters.copy_text import instant
from consent_registry.adapters.copying import copy_behind
from consent_registry.adapters.sets import among, by_key, paired
from consent_registry.adapters.tables import CONSENT_TERMS, STANDING
from consent_registry.domain.history import Segment, Standing, State
from consent_registry.domain.terms import (
    Terms,
    UnreadableTerms,
    canonical_text,
    from_json,
    text_of,
)
from consent_registry.domain.unreadable import UnreadableKind
from shared.ids import DatasetId, EventId, Ordinal

_COLUMNS: Final = tuple(column.name for column in STANDING.columns)
_STATES: Final = [state.value for state in State]
_STATE_AT: Final = {-place: name for place, name in enumerate(_STATES, start=1)}
_LAST_ID: Final = (1 << 31) - 1  # what `paired` can carry
_NO_TERMS: Final = "none"
_IDS_AT_ONCE: Final = 20_000
# One statement with one JSON parameter, however many terms there are.
_INSERT_TERMS: Final = text(
    "INSERT INTO consent_terms (sha256, body) SELECT decode(sha256, 'hex'), body "
    "FROM json_to_recordset(CAST(:new AS json)) AS new (sha256 text, body jsonb) "
    "ON CONFLICT DO NOTHING RETURNING sha256, terms_id"
)
_KNOWN_TERMS: Final = text(
    "SELECT t.sha256, t.terms_id FROM json_array_elements_text(CAST(:digests AS json)) AS digest"
    " CROSS JOIN LATERAL (SELECT sha256, terms_id FROM consent_terms"
    " WHERE sha256 = decode(digest, 'hex') OFFSET 0) AS t"
)


class Standings:
    """Timelines within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sought: dict[int, tuple[Terms, int]] = {}

    def seek(self, wanted: Iterable[Terms]) -> None:
        """Note the rows of those of these terms that are there already."""
        digests = {id(one): (one, _digest(canonical_text(one))) for one in wanted}
        rows = self._known_ids({digest for _, digest in digests.values()})
        self._sought |= {
            key: (one, rows[digest]) for key, (one, digest) in digests.items() if digest in rows
        }

    def forget(self, dataset: DatasetId, ordinals: Sequence[Ordinal]) -> None:
        """Delete these members' rows."""
        if ordinals:
            of_members = among(STANDING.c.ordinal, ordinals)
            self._connection.execute(
                delete(STANDING).where(STANDING.c.dataset == dataset, of_members)
            )

    def add(
        self, dataset: DatasetId, timelines: Mapping[Ordinal, Sequence[Segment]], now: datetime
    ) -> None:
        """Copy in timelines of members who have no rows."""
        standings = [segment.standing for line in timelines.values() for segment in line]
        ids = self._terms_ids([one.terms for one in standings if one.terms is not None])
        rows = [
            (
                dataset,
                ordinal,
                instant(segment.starts_at),
                instant(segment.ends_at) if segment.ends_at else None,
                segment.standing.state.value,
                ids.get(id(segment.standing.terms)),
                segment.standing.event_id,
                segment.starts_at > now,
            )
            for ordinal, line in timelines.items()
            for segment in line
        ]
        if rows:
            copy_behind(self._connection, STANDING, _COLUMNS, rows)

    def read(
        self, dataset: DatasetId, ordinals: Sequence[Ordinal]
    ) -> Mapping[Ordinal, Sequence[Segment]]:
        """Give timelines by member; of nobody nothing is asked."""
        if not ordinals:
            return {}
        rows = self._connection.execute(
            select(STANDING)
            .where(STANDING.c.dataset == dataset, among(STANDING.c.ordinal, ordinals))
            .order_by(STANDING.c.ordinal, STANDING.c.starts_at)
        ).all()
        terms = read_terms(self._connection, {r.terms_id for r in rows if r.terms_id is not None})
        found: dict[Ordinal, list[Segment]] = {}
        for row in rows:
            found.setdefault(Ordinal(row.ordinal), []).append(_segment(row, terms))
        return found

    def turning(self, dataset: DatasetId, upto: datetime, limit: int) -> Sequence[Ordinal]:
        """Give members with a pending row that has begun."""
        wanted = (
            select(STANDING.c.ordinal)
            .where(STANDING.c.dataset == dataset, STANDING.c.pending, STANDING.c.starts_at <= upto)
            .order_by(STANDING.c.starts_at, STANDING.c.ordinal)
            .limit(limit)
        )
        found = self._connection.execute(wanted).scalars()
        return [Ordinal(ordinal) for ordinal in dict.fromkeys(found)]

    def turned(self, dataset: DatasetId, ordinals: Sequence[Ordinal], upto: datetime) -> None:
        """Settle these members' pending rows."""
        self._connection.execute(
            update(STANDING)
            .where(
                STANDING.c.dataset == dataset,
                among(STANDING.c.ordinal, ordinals),
                STANDING.c.pending,
                STANDING.c.starts_at <= upto,
            )
            .values(pending=False)
        )

    def to_turn(self, dataset: DatasetId, after: datetime) -> Sequence[Ordinal]:
        """Give members with a row that begins later."""
        wanted = (
            select(STANDING.c.ordinal)
            .where(STANDING.c.dataset == dataset, STANDING.c.starts_at > after)
            .order_by(STANDING.c.ordinal)
            .distinct()
        )
        return [Ordinal(ordinal) for ordinal in self._connection.execute(wanted).scalars()]

    def _terms_ids(self, wanted: Sequence[Terms]) -> dict[int, int]:
        """Give the row of each of these terms by the object's identity; store the new ones.

        By identity, because an import shares its terms and comparing them would cost more.
        Insertion is in one order, so that two writers never wait for each other in a circle.
        """
        each = {id(terms): terms for terms in wanted}
        found = {key: self._sought[key][1] for key in each if key in self._sought}
        written = {key: canonical_text(one) for key, one in each.items() if key not in found}
        if not written:
            return found
        digests = {key: _digest(text) for key, text in written.items()}
        texts = {digest: written[key] for key, digest in digests.items()}
        rows = self._known_ids(texts)
        missing = sorted(digest for digest in texts if digest not in rows)
        if missing:
            new = ",".join(
                f'{{"sha256":"{digest.hex()}","body":{texts[digest]}}}' for digest in missing
            )
            made = self._connection.execute(_INSERT_TERMS, {"new": f"[{new}]"})
            rows |= {bytes(row.sha256): row.terms_id for row in made}
        if overtaken := [digest for digest in missing if digest not in rows]:
            rows |= self._known_ids(overtaken)
        return found | {key: rows[digest] for key, digest in digests.items()}

    def _known_ids(self, digests: Iterable[bytes]) -> dict[bytes, int]:
        wanted = {"digests": json.dumps([digest.hex() for digest in digests])}
        found = self._connection.execute(_KNOWN_TERMS, wanted)
        return {bytes(row.sha256): row.terms_id for row in found}


def _digest(written: str) -> bytes:
    return hashlib.sha256(written.encode()).digest()


def held_at(
    connection: Connection,
    dataset: DatasetId,
    at: datetime,
    who: ColumnElement[bool] | None = None,
) -> Iterator[tuple[BitMap, Standing]]:
    """Give the distinct standings of everybody, or of these members, and who has each.

    Whose consent is given and names no terms that there could be has none, which permits nothing,
    and raises an alarm.
    """
    stand = STANDING.c
    terms = and_(stand.state == State.GIVEN.value, stand.terms_id.between(1, _LAST_ID))
    # A state without terms is told by its place, before all terms; one that nobody knows as none.
    place = func.coalesce(func.array_position(cast(_STATES, ARRAY(Text)), stand.state), 0)
    wanted = select(paired(case((terms, stand.terms_id), else_=-place), stand.ordinal)).where(
        stand.dataset == dataset,
        stand.starts_at <= at,
        or_(stand.ends_at.is_(None), stand.ends_at > at),
    )
    value = connection.execute(wanted if who is None else wanted.where(who)).scalar_one()
    people = by_key(b"" if value is None else bytes(value))
    read = read_terms(connection, [key for key in people if key > 0])
    if any(_STATE_AT.get(key) == State.GIVEN.value for key in people):
        raise_alarm(connection, UnreadableKind.TERMS, [_NO_TERMS])
    for key, ordinals in people.items():
        state = State.GIVEN if key > 0 else State(_STATE_AT.get(key))
        yield ordinals, Standing(state=state, terms=read.get(key))


def read_terms(connection: Connection, ids: Iterable[int]) -> dict[int, Terms | None]:
    """Read terms by id; None for what cannot be read or is not there, with an alarm."""
    waiting = sorted(ids)
    found: dict[int, Terms | None] = {}
    for start in range(0, len(waiting), _IDS_AT_ONCE):
        part = waiting[start : start + _IDS_AT_ONCE]
        terms = CONSENT_TERMS.c
        # As text: the driver takes three times as long to read JSON.
        wanted = select(terms.terms_id, terms.sha256, cast(terms.body, Text).label("body"))
        for row in connection.execute(wanted.where(among(terms.terms_id, part))):
            found[row.terms_id] = _readable(orjson.loads(row.body), bytes(row.sha256))
    if bad := [str(terms_id) for terms_id in waiting if found.get(terms_id) is None]:
        raise_alarm(connection, UnreadableKind.TERMS, bad)
    return found


def is_as_stored(body: object, sha256: bytes) -> bool:
    """Say whether a stored body is the one that its digest was made of."""
    return hashlib.sha256(text_of(body).encode()).digest() == sha256


def _readable(body: object, sha256: bytes) -> Terms | None:
    """Read a body; None, too, for one that somebody has altered: it permits nothing."""
    if not is_as_stored(body, sha256):
        return None
    try:
        return from_json(body)
    except UnreadableTerms:
        return None


def _segment(row: Row[Any], terms: Mapping[int, Terms | None]) -> Segment:
    standing = Standing(
        state=State(row.state),
        terms=terms.get(row.terms_id) if row.terms_id is not None else None,
        event_id=EventId(row.event_id),
    )
    return Segment(starts_at=row.starts_at, ends_at=row.ends_at, standing=standing)
