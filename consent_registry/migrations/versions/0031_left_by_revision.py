# SPDX-License-Identifier: Apache-2.0
"""Who left a cohort is found by the revision at which she did."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_cohort_narrowed_cohort_id_revision"), "cohort_narrowed", ["cohort_id", "revision"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_cohort_narrowed_cohort_id_revision"), "cohort_narrowed")
