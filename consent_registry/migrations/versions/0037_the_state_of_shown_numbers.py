# SPDX-License-Identifier: Apache-2.0
"""The state of each dataset that its shown numbers are of, from the first question on.

Sets that were remembered before are of no state, and go when the first one moves on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shown_state",
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("members", sa.BigInteger(), nullable=False),
        sa.Column("reach", sa.BigInteger(), nullable=False),
        sa.Column("touched", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dataset"], ["dataset.dataset"], name=op.f("fk_shown_state_dataset_dataset")
        ),
        sa.PrimaryKeyConstraint("dataset", name=op.f("pk_shown_state")),
    )
    op.add_column(
        "stand_in", sa.Column("state", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.alter_column("stand_in", "state", server_default=None)
    op.add_column("stand_in", sa.Column("rank", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("stand_in", "rank")
    op.drop_column("stand_in", "state")
    op.drop_table("shown_state")
