# SPDX-License-Identifier: Apache-2.0
"""What was shown about cohorts."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stand_in",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("reach", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset"], ["dataset.dataset"], name=op.f("fk_stand_in_dataset_dataset")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_stand_in")),
    )
    op.create_index(op.f("ix_stand_in_dataset_size"), "stand_in", ["dataset", "size"], unique=False)


def downgrade() -> None:
    op.drop_table("stand_in")
