# SPDX-License-Identifier: Apache-2.0
"""When consent_registry last refused a statement: applications it refuses go behind all others."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "untold_ruling", sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("untold_ruling", "refused_at")
