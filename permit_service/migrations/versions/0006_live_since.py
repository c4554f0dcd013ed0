# SPDX-License-Identifier: Apache-2.0
"""Since when a permit has opened anything: kept, so that its state at any instant can be told.

Of permits issued before, the instant of their signing stands for it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("permit", sa.Column("live_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("permit", "live_at")
