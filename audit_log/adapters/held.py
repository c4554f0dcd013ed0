# SPDX-License-Identifier: Apache-2.0
"""Which of the entries that a hold may cover it does not: what was told of a held person's cohorts.

For a statement over the view `held_index AS h`.
"""

import json
from collections.abc import Sequence
from typing import Final

from psycopg.sql import SQL, Composed, Literal

from audit_log.domain.holds import NotHers

_COVERS: Final = SQL(
    "NOT EXISTS (SELECT FROM json_to_recordset({0}::json)"
    "  AS n(hold text, cohort text, since bigint)"
    " JOIN term AS c ON c.kind = 6 AND c.value = n.cohort"
    " WHERE n.hold = h.hold AND c.id = h.cohort"
    "  AND (n.since IS NULL OR h.revision >= n.since))"
)


def covers(told: Sequence[NotHers]) -> Composed:
    """Say in SQL that `h` covers its entry; without a word about its cohort it does."""
    listed = [
        {"hold": one.hold, "cohort": " ".join(one.cohort), "since": one.since} for one in told
    ]
    return _COVERS.format(Literal(json.dumps(listed)))
