# SPDX-License-Identifier: Apache-2.0
"""When consent_registry last refused to hear of an end: those it refuses go behind all others."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("untold_end", sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("untold_end", "refused_at")
