# SPDX-License-Identifier: Apache-2.0
"""The rights desk: restrictions and objections, erasures, requests and their clocks, tasks.

The keys that callers gave to withdrawals become digests: a caller may have put a name there.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("stop_event", "stop_reach", "rights_step")


def upgrade() -> None:
    op.add_column("participant", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    _stop_event()
    _stop_reach()
    _legal_hold()
    _erasure()
    _erasure_part()
    _erasure_account()
    _rights_request()
    _rights_step()
    _withdrawal_task()
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER")
    _digest_keys()


def downgrade() -> None:
    op.drop_table("withdrawal_task")
    op.drop_table("rights_step")
    op.drop_table("rights_request")
    op.drop_table("erasure_account")
    op.drop_table("erasure_part")
    op.drop_table("erasure")
    op.drop_table("legal_hold")
    op.drop_table("stop_reach")
    op.drop_table("stop_event")
    op.drop_column("participant", "erased_at")


def _stop_event() -> None:
    op.create_table(
        "stop_event",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("begins", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_stop_event")),
    )
    op.create_index(
        op.f("ix_stop_event_pid_kind_number"), "stop_event", ["pid", "kind", "number"], unique=False
    )


def _stop_reach() -> None:
    op.create_table(
        "stop_reach",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset", "ordinal"],
            ["dataset_member.dataset", "dataset_member.ordinal"],
            name=op.f("fk_stop_reach_dataset_ordinal_dataset_member"),
        ),
        sa.PrimaryKeyConstraint("number", "dataset", name=op.f("pk_stop_reach")),
    )
    op.create_index(
        op.f("ix_stop_reach_dataset_revision"), "stop_reach", ["dataset", "revision"], unique=False
    )


def _legal_hold() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("hold_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["pid"], ["participant.pid"], name=op.f("fk_legal_hold_pid_participant")
        ),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_legal_hold")),
    )
    op.create_index(op.f("ix_legal_hold_pid"), "legal_hold", ["pid"], unique=False)


def _erasure() -> None:
    op.create_table(
        "erasure",
        sa.Column("erasure_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_issuer", sa.Text(), nullable=False),
        sa.Column("asked_subject", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_issuer", sa.Text(), nullable=True),
        sa.Column("confirmed_subject", sa.Text(), nullable=True),
        sa.Column("outbox_mark", sa.BigInteger(), nullable=True),
        sa.Column("epoch_mark", sa.BigInteger(), nullable=True),
        sa.Column("seq_mark", sa.BigInteger(), nullable=True),
        sa.Column("in_log", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("complete_on", sa.Date(), nullable=True),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pid"], ["participant.pid"], name=op.f("fk_erasure_pid_participant")
        ),
        sa.PrimaryKeyConstraint("erasure_id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("pid", name=op.f("uq_erasure_pid")),
    )
    op.create_index(
        "ix_erasure_open",
        "erasure",
        ["confirmed_at"],
        unique=False,
        postgresql_where=sa.text("NOT finished"),
    )


def _erasure_part() -> None:
    op.create_table(
        "erasure_part",
        sa.Column("erasure_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["erasure_id"], ["erasure.erasure_id"], name=op.f("fk_erasure_part_erasure_id_erasure")
        ),
        sa.PrimaryKeyConstraint("erasure_id", "part", name=op.f("pk_erasure_part")),
    )


def _erasure_account() -> None:
    op.create_table(
        "erasure_account",
        sa.Column("erasure_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["erasure_id"],
            ["erasure.erasure_id"],
            name=op.f("fk_erasure_account_erasure_id_erasure"),
        ),
        sa.PrimaryKeyConstraint("erasure_id", "issuer", "subject", name=op.f("pk_erasure_account")),
    )


def _rights_request() -> None:
    op.create_table(
        "rights_request",
        sa.Column("request_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("asks_for", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pid"], ["participant.pid"], name=op.f("fk_rights_request_pid_participant")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_rights_request")),
    )
    op.create_index(
        "ix_rights_request_open",
        "rights_request",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("is_open"),
    )
    op.create_index(op.f("ix_rights_request_pid"), "rights_request", ["pid"], unique=False)


def _rights_step() -> None:
    op.create_table(
        "rights_step",
        sa.Column("request_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("desk_issuer", sa.Text(), nullable=True),
        sa.Column("desk_subject", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("request_id", "number", name=op.f("pk_rights_step")),
    )


def _withdrawal_task() -> None:
    op.create_table(
        "withdrawal_task",
        sa.Column("task_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("withdrawal_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_issuer", sa.Text(), nullable=True),
        sa.Column("owner_subject", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proof_sha256", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["pid"], ["participant.pid"], name=op.f("fk_withdrawal_task_pid_participant")
        ),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_withdrawal_task")),
    )
    op.create_index(
        "ix_withdrawal_task_open",
        "withdrawal_task",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index(op.f("ix_withdrawal_task_pid"), "withdrawal_task", ["pid"], unique=False)


def _digest_keys() -> None:
    """Replace what callers named their withdrawals by its digest; no chain holds it.

    The table is append-only for everybody but this step.
    """
    op.execute("GRANT UPDATE ON withdrawal TO CURRENT_USER")
    op.execute("ALTER TABLE withdrawal DISABLE TRIGGER withdrawal_append_only")
    op.execute(
        "UPDATE withdrawal SET idempotency_key = encode(sha256("
        "convert_to(pid::text || chr(10) || idempotency_key, 'UTF8')), 'hex') "
        "WHERE idempotency_key IS NOT NULL"
    )
    op.execute("ALTER TABLE withdrawal ENABLE TRIGGER withdrawal_append_only")
    op.execute("REVOKE UPDATE ON withdrawal FROM CURRENT_USER")
