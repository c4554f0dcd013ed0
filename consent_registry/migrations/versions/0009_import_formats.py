# SPDX-License-Identifier: Apache-2.0
"""What an import's file is written in; everything before was CSV."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "import_batch", sa.Column("format", sa.Text(), server_default="csv", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("import_batch", "format")
