# SPDX-License-Identifier: Apache-2.0
"""Notices to people, and what became of each."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("notice_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["pid"], ["participant.pid"], name=op.f("fk_notice_pid_participant")
        ),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notice")),
        sa.UniqueConstraint("pid", "kind", "about", name=op.f("uq_notice_pid_kind_about")),
    )
    op.create_index(
        op.f("ix_notice_due_at"),
        "notice",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "notice_step",
        sa.Column("notice_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.notice_id"], name=op.f("fk_notice_step_notice_id_notice")
        ),
        sa.PrimaryKeyConstraint("notice_id", "number", name=op.f("pk_notice_step")),
    )
    op.execute(
        "CREATE TRIGGER notice_step_append_only BEFORE UPDATE OR DELETE OR TRUNCATE"
        " ON notice_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON notice_step FROM CURRENT_USER")


def downgrade() -> None:
    op.drop_table("notice_step")
    op.drop_table("notice")
