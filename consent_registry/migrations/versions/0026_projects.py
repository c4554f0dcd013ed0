# SPDX-License-Identifier: Apache-2.0
"""Whose project a permit is, for the people whose data it has."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cohort", sa.Column("project_title", sa.Text(), nullable=True))
    op.add_column("cohort", sa.Column("project_organisation", sa.Text(), nullable=True))
    op.add_column("cohort", sa.Column("project_until", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_cohort_project"),
        "cohort",
        "num_nulls(project_title, project_organisation, project_until) IN (0, 3)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_cohort_project"), "cohort", type_="check")
    for name in ("project_until", "project_organisation", "project_title"):
        op.drop_column("cohort", name)
