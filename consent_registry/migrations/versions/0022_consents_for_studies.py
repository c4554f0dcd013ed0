# SPDX-License-Identifier: Apache-2.0
"""Choices for a whole study, and whether people were told of datasets that come later."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "study_version",
        sa.Column("later_datasets", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "person_event",
        sa.Column("study", sa.Text(), server_default="", nullable=False),
    )
    op.create_index(
        op.f("ix_person_event_study"),
        "person_event",
        ["study"],
        unique=False,
        postgresql_where=sa.text("study <> ''"),
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_person_event_study"), table_name="person_event")
    op.drop_column("person_event", "study")
    op.drop_column("study_version", "later_datasets")
