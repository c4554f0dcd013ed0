# SPDX-License-Identifier: Apache-2.0
"""`Catalogue` on PostgreSQL: one row for each dataset."""

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.tables import CATALOGUE_ENTRY
from consent_registry.domain.catalogue import Published
from consent_registry.domain.terms import from_json, to_json
from shared.ids import DatasetId


class SqlCatalogue:
    """The port `Catalogue`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def published(self, dataset: DatasetId) -> Published | None:
        """Read the row."""
        wanted = select(CATALOGUE_ENTRY).where(CATALOGUE_ENTRY.c.dataset == dataset)
        row = self._connection.execute(wanted).one_or_none()
        if row is None:
            return None
        return Published(
            people=row.people,
            terms=from_json(row.terms) if row.terms else (),
            at=row.published_at,
        )

    def publish(self, dataset: DatasetId, facts: Published) -> None:
        """Insert the row, or replace it."""
        values = {
            "people": facts.people,
            "terms": to_json(facts.terms),
            "published_at": facts.at,
        }
        statement = postgresql.insert(CATALOGUE_ENTRY).values(dataset=dataset, **values)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["dataset"], set_=values)
        )
