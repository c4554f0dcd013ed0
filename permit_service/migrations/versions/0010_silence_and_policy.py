# SPDX-License-Identifier: Apache-2.0
"""The policy under which each decision was signed; what it meant that nobody decided in time."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("signature", sa.Column("policy_sha256", sa.String(), nullable=True))
    op.create_table(
        "overdue",
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("law", sa.String(), nullable=False),
        sa.Column("policy_sha256", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("means IN ('escalation', 'refusal')", name=op.f("ck_overdue_means")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.application_id"],
            name=op.f("fk_overdue_application_id_application"),
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_overdue")),
    )


def downgrade() -> None:
    op.drop_table("overdue")
    op.drop_column("signature", "policy_sha256")
