# SPDX-License-Identifier: Apache-2.0
"""When the permit of a cohort ended before its time, for the people whose data it had."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cohort", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_cohort_ended"), "cohort", "ended_at IS NULL OR permit_id IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_cohort_ended"), "cohort", type_="check")
    op.drop_column("cohort", "ended_at")
