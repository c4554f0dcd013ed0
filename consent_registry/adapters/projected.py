# SPDX-License-Identifier: Apache-2.0
"""`Projected` on PostgreSQL: numbers by the page, and terms held against their digests."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, select, union

from consent_registry.adapters.sets import among
from consent_registry.adapters.standings import is_as_stored
from consent_registry.adapters.tables import (
    BAR,
    CONSENT_TERMS,
    DATASET_MEMBER,
    PARTICIPANT,
    STANDING,
)
from consent_registry.ports.projected import Numbered
from shared.ids import DatasetId, Ordinal

_TERMS_AT_ONCE: Final = 1_000


class SqlProjected:
    """The port `Projected`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def numbers(self, dataset: DatasetId, after: Ordinal | None, limit: int) -> Sequence[Numbered]:
        """Read a page of each table by its key, and of all three what comes first."""
        pages = []
        for table in (DATASET_MEMBER, STANDING, BAR):
            page = select(table.c.ordinal).where(table.c.dataset == dataset)
            if after is not None:
                page = page.where(table.c.ordinal > after)
            page = page.distinct().order_by(table.c.ordinal).limit(limit)
            pages.append(select(page.subquery()))
        every = union(*pages).subquery()
        first = select(every.c.ordinal).order_by(every.c.ordinal).limit(limit).subquery()
        member, person = DATASET_MEMBER.c, PARTICIPANT.c
        hers = (member.dataset == dataset) & (member.ordinal == first.c.ordinal)
        living = person.pid.is_not(None) & person.erased_at.is_(None)
        wanted = (
            select(first.c.ordinal, living.label("living"))
            .select_from(first)
            .outerjoin(DATASET_MEMBER, hers)
            .outerjoin(PARTICIPANT, person.pid == member.pid)
            .order_by(first.c.ordinal)
        )
        rows = self._connection.execute(wanted)
        return [Numbered(Ordinal(row.ordinal), living=row.living) for row in rows]

    def living(self, dataset: DatasetId, ordinals: Sequence[Ordinal]) -> Mapping[Ordinal, str]:
        """Look them up."""
        member, person = DATASET_MEMBER.c, PARTICIPANT.c
        wanted = (
            select(member.ordinal, member.pid)
            .join(PARTICIPANT, person.pid == member.pid)
            .where(
                member.dataset == dataset,
                among(member.ordinal, ordinals),
                person.erased_at.is_(None),
            )
        )
        return {Ordinal(row.ordinal): row.pid for row in self._connection.execute(wanted)}

    def altered_terms(self) -> Sequence[int]:
        """Read the table by its key, a piece at a time."""
        terms = CONSENT_TERMS.c
        bad: list[int] = []
        wanted = select(CONSENT_TERMS).order_by(terms.terms_id).limit(_TERMS_AT_ONCE)
        rows = self._connection.execute(wanted).all()
        while rows:
            bad += [row.terms_id for row in rows if not is_as_stored(row.body, bytes(row.sha256))]
            later = wanted.where(terms.terms_id > rows[-1].terms_id)
            rows = self._connection.execute(later).all()
        return bad
