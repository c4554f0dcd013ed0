# SPDX-License-Identifier: Apache-2.0
"""Rulings, which are only ever added, and what each frozen cohort was decided with."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ruling_statement",
        sa.Column("ruling_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("purpose_sha256", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset"], ["dataset.dataset"], name=op.f("fk_ruling_statement_dataset_dataset")
        ),
        sa.PrimaryKeyConstraint("ruling_id", "withdrawn", name=op.f("pk_ruling_statement")),
    )
    op.create_index(
        op.f("ix_ruling_statement_application_id"),
        "ruling_statement",
        ["application_id"],
        unique=False,
    )
    op.execute(
        "CREATE TRIGGER ruling_statement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE"
        " ON ruling_statement FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON ruling_statement FROM CURRENT_USER")
    op.add_column(
        "cohort",
        sa.Column("rulings", postgresql.JSONB(), nullable=False, server_default="[]"),
    )
    # Nothing: the cohorts there are get looked through once under the policy in force.
    op.add_column("cohort", sa.Column("checked_under", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("cohort", "checked_under")
    op.drop_column("cohort", "rulings")
    op.drop_table("ruling_statement")
