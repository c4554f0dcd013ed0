# SPDX-License-Identifier: Apache-2.0
"""A hold of a person covers entries that name a cohort of her dataset, until it is told otherwise.

`held_index` names each such entry with its cohort and revision; whoever drops or erases takes away
those of which consent_registry says that they are not about her.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_SEALED = """
    SELECT h.id AS hold, e.idx, e.retention, e.month{none}
    FROM ev AS e JOIN hold AS h ON h.kind = 'case' AND e.idx = ANY(h.entries)
    WHERE h.lifted_at IS NULL
    UNION ALL
    SELECT h.id, e.idx, e.retention, e.month{none}
    FROM ev AS e JOIN hold AS h ON h.kind = 'permit' AND e.permit = ANY(h.permits)
    WHERE h.lifted_at IS NULL
    UNION ALL
    SELECT h.id, e.idx, e.retention, e.month{none}
    FROM hold AS h JOIN term AS t ON t.kind = 3 AND t.value = h.dataset
    JOIN ev AS e ON e.dataset = t.id
    WHERE h.kind = 'dataset' AND h.lifted_at IS NULL
    UNION ALL
    SELECT h.id, e.idx, e.retention, e.month{none}
    FROM hold AS h JOIN term AS t ON t.kind = 3 AND t.value = h.dataset
    JOIN ev_person AS p ON p.dataset = t.id AND p.ordinal = h.ordinal
    JOIN ev AS e ON e.idx = p.idx
    WHERE h.kind = 'person' AND h.lifted_at IS NULL
"""
_COHORTS = """
    UNION ALL
    SELECT h.id, e.idx, e.retention, e.month, c.cohort, c.revision
    FROM hold AS h JOIN term AS t ON t.kind = 3 AND t.value = h.dataset
    JOIN ev_cohort AS c ON c.dataset = t.id
    JOIN ev AS e ON e.idx = c.idx
    WHERE h.kind = 'person' AND h.lifted_at IS NULL
"""
_NONE = ", NULL::integer AS cohort, NULL::bigint AS revision"


def upgrade() -> None:
    made = _SEALED.format(none=_NONE) + _COHORTS
    op.execute(f"CREATE OR REPLACE VIEW held_index AS {made}")


def downgrade() -> None:
    op.execute("DROP VIEW held_index")
    op.execute(f"CREATE VIEW held_index AS {_SEALED.format(none='')}")
