# SPDX-License-Identifier: Apache-2.0
"""`Catalogue` on PostgreSQL: one row for each dataset."""

from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.tables import CATALOGUE_ENTRY
from consent_registry.domain.published import Basis, Published
from consent_registry.domain.terms import from_json, to_json
from shared.ids import DatasetId


class SqlCatalogue:
    """The port `Catalogue`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def published(self, dataset: DatasetId) -> Published | None:
        """Read the row, without the marks."""
        entry = CATALOGUE_ENTRY.c
        wanted = select(entry.people, entry.terms, entry.versions, entry.published_at)
        row = self._connection.execute(wanted.where(entry.dataset == dataset)).one_or_none()
        if row is None:
            return None
        return Published(
            people=row.people,
            terms=from_json(row.terms) if row.terms else (),
            at=row.published_at,
            versions=row.versions or {},
        )

    def basis(self, dataset: DatasetId) -> Basis | None:
        """Read the marks; a row from before they were kept has none."""
        entry = CATALOGUE_ENTRY.c
        wanted = select(entry.salt, entry.marks, entry.reach)
        row = self._connection.execute(wanted.where(entry.dataset == dataset)).one_or_none()
        if row is None or row.marks is None:
            return None
        return Basis(salt=bytes(row.salt), marks=bytes(row.marks), reach=row.reach)

    def publish(self, dataset: DatasetId, facts: Published, basis: Basis) -> None:
        """Insert the row, or replace it."""
        values = {
            "people": facts.people,
            "terms": to_json(facts.terms),
            "published_at": facts.at,
            "versions": dict(facts.versions),
            "salt": basis.salt,
            "marks": basis.marks,
            "reach": basis.reach,
        }
        statement = postgresql.insert(CATALOGUE_ENTRY).values(dataset=dataset, **values)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["dataset"], set_=values)
        )

    def confirm(self, dataset: DatasetId, at: datetime) -> None:
        """Move the row's time."""
        hers = CATALOGUE_ENTRY.c.dataset == dataset
        self._connection.execute(update(CATALOGUE_ENTRY).where(hers).values(published_at=at))
