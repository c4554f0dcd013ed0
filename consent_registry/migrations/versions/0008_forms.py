# SPDX-License-Identifier: Apache-2.0
"""Forms, which nobody can alter, and the form that a dataset demands."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dataset", sa.Column("form", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "consent_form",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_consent_form")),
    )
    op.create_table(
        "consent_form_step",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "step", name=op.f("pk_consent_form_step")),
        sa.UniqueConstraint(
            "name", "version", "step", name=op.f("uq_consent_form_step_name_version_step")
        ),
    )
    for table in ("consent_form", "consent_form_step"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER")


def downgrade() -> None:
    op.drop_table("consent_form_step")
    op.drop_table("consent_form")
    op.drop_column("dataset", "form")
