# SPDX-License-Identifier: Apache-2.0
"""The ends of permits that consent_registry is still to be told; those of before among them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "untold_end",
        sa.Column("permit_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("permit_id", name=op.f("pk_untold_end")),
    )
    op.execute("INSERT INTO untold_end SELECT permit_id FROM permit WHERE state = 'revoked'")


def downgrade() -> None:
    op.drop_table("untold_end")
