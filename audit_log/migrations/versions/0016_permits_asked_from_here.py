# SPDX-License-Identifier: Apache-2.0
"""permit_service is asked about uses from where the examination stands, not from the first entry.

Of what came before, parts may be gone by now whose absence then would look like an evasion.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "INSERT INTO rule_cursor (name, next_idx, moved_at)"
        " SELECT 'permits', next_idx, now() FROM rule_cursor WHERE name = 'entries'"
        " ON CONFLICT DO NOTHING"
    )


def downgrade() -> None:
    """Leave it: a cursor only goes on, and the release before does not look at this one."""
