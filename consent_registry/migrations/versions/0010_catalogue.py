# SPDX-License-Identifier: Apache-2.0
"""What was published of datasets in the public catalogue."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_entry",
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=True),
        sa.Column("terms", postgresql.JSONB(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset"], ["dataset.dataset"], name=op.f("fk_catalogue_entry_dataset_dataset")
        ),
        sa.PrimaryKeyConstraint("dataset", name=op.f("pk_catalogue_entry")),
    )


def downgrade() -> None:
    op.drop_table("catalogue_entry")
