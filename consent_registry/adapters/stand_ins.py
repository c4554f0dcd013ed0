# SPDX-License-Identifier: Apache-2.0
"""`StandIns` on PostgreSQL."""

import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, insert, text

from consent_registry.adapters.tables import STAND_IN
from consent_registry.domain.bitmaps import canonical_bytes, from_bytes
from consent_registry.domain.disclosure import StandIn
from shared.ids import DatasetId

_NEAR: Final = text(
    "WITH near AS (SELECT number FROM stand_in WHERE dataset = :dataset AND size = 0 UNION "
    "SELECT one.number FROM json_array_elements_text(CAST(:sizes AS json)) AS wanted "
    "CROSS JOIN LATERAL (SELECT number FROM stand_in WHERE dataset = :dataset AND size BETWEEN "
    "CAST(wanted AS bigint) - :within AND CAST(wanted AS bigint) + :within "
    "AND state = :state) AS one) "
    "SELECT reach, people, coalesce(rank, number) AS rank FROM stand_in JOIN near USING (number)"
)


class SqlStandIns:
    """The port `StandIns`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def near(
        self, dataset: DatasetId, sizes: Sequence[int], *, within: int, state: int
    ) -> Sequence[StandIn]:
        """Read by size."""
        listed = json.dumps(sorted(set(sizes)))
        wanted = {"dataset": dataset, "sizes": listed, "within": within, "state": state}
        rows = self._connection.execute(_NEAR, wanted).all()
        return [
            StandIn(people=from_bytes(bytes(row.people)), reach=row.reach, rank=row.rank)
            for row in rows
        ]

    def add(self, dataset: DatasetId, made: Sequence[StandIn], *, state: int) -> None:
        """Insert in order."""
        rows = [
            {
                "dataset": dataset,
                "size": len(one.people),
                "reach": one.reach,
                "people": canonical_bytes(one.people),
                "state": state,
                "rank": one.rank,
            }
            for one in made
        ]
        if rows:
            self._connection.execute(insert(STAND_IN), rows)
