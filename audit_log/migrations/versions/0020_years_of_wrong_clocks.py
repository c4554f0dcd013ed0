# SPDX-License-Identifier: Apache-2.0
"""The earliest and the latest month of all blocks are found at once.

A search for a name needs every year in which something was sequenced. A clock that was wrong for a
while makes years that neither the first nor the last entry has.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX ix_ev_block_low_month ON ev_block (low_month)")
    op.execute("CREATE INDEX ix_ev_block_high_month ON ev_block (high_month)")


def downgrade() -> None:
    op.execute("DROP INDEX ix_ev_block_low_month, ix_ev_block_high_month")
