# SPDX-License-Identifier: Apache-2.0
"""The first schema: datasets, people, members, consent events, withdrawals, outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.migration_steps import create_outbox, drop_outbox

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _dataset()
    _participant()
    _participant_link()
    _person_key()
    _dataset_member()
    _consent_event()
    _withdrawal()
    create_outbox()
    _append_only()


def downgrade() -> None:
    drop_outbox()
    op.drop_table("withdrawal")
    op.drop_table("consent_event")
    op.drop_table("dataset_member")
    op.drop_table("person_key")
    op.drop_table("participant_link")
    op.drop_table("participant")
    op.drop_table("dataset")
    op.execute("DROP FUNCTION refuse_change()")


def _dataset() -> None:
    op.create_table(
        "dataset",
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("legal_regime", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("members", sa.BigInteger(), nullable=False),
        sa.Column("table_version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("dataset", name=op.f("pk_dataset")),
    )


def _participant() -> None:
    op.create_table(
        "participant",
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pid", name=op.f("pk_participant")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_participant_pseudonym")),
    )


def _participant_link() -> None:
    op.create_table(
        "participant_link",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pid"], ["participant.pid"], name=op.f("fk_participant_link_pid_participant")
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_participant_link")),
        sa.UniqueConstraint("pid", name=op.f("uq_participant_link_pid")),
    )


def _person_key() -> None:
    op.create_table(
        "person_key",
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pid", name=op.f("pk_person_key")),
    )


def _dataset_member() -> None:
    op.create_table(
        "dataset_member",
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("local_id", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ordinal >= 0", name=op.f("ck_dataset_member_ordinal")),
        sa.ForeignKeyConstraint(
            ["dataset"], ["dataset.dataset"], name=op.f("fk_dataset_member_dataset_dataset")
        ),
        sa.ForeignKeyConstraint(
            ["pid"], ["participant.pid"], name=op.f("fk_dataset_member_pid_participant")
        ),
        sa.PrimaryKeyConstraint("dataset", "ordinal", name=op.f("pk_dataset_member")),
        sa.UniqueConstraint("dataset", "local_id", name=op.f("uq_dataset_member_dataset_local_id")),
        sa.UniqueConstraint("dataset", "pid", name=op.f("uq_dataset_member_dataset_pid")),
    )
    op.create_index(op.f("ix_dataset_member_pid"), "dataset_member", ["pid"], unique=False)


def _consent_event() -> None:
    op.create_table(
        "consent_event",
        sa.Column("event_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("expressed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("mapping", sa.Integer(), nullable=True),
        sa.Column("withdrawal_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset", "ordinal"],
            ["dataset_member.dataset", "dataset_member.ordinal"],
            name=op.f("fk_consent_event_dataset_ordinal_dataset_member"),
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_consent_event")),
        sa.UniqueConstraint(
            "file_sha256", "line", "mapping", name=op.f("uq_consent_event_file_sha256_line_mapping")
        ),
    )
    op.create_index(
        op.f("ix_consent_event_dataset_ordinal_revision"),
        "consent_event",
        ["dataset", "ordinal", "revision"],
        unique=False,
    )
    op.create_index(
        op.f("ix_consent_event_dataset_revision"),
        "consent_event",
        ["dataset", "revision"],
        unique=False,
    )


def _withdrawal() -> None:
    op.create_table(
        "withdrawal",
        sa.Column("withdrawal_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revisions", postgresql.JSONB(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("request_sha256", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("withdrawal_id", name=op.f("pk_withdrawal")),
        sa.UniqueConstraint(
            "pid", "idempotency_key", name=op.f("uq_withdrawal_pid_idempotency_key")
        ),
    )
    op.create_index(op.f("ix_withdrawal_pid"), "withdrawal", ["pid"], unique=False)


def _append_only() -> None:
    """Take the rights to change events and withdrawals away, and put a trigger behind."""
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME "
        "USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    for table in ("consent_event", "withdrawal"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER")
