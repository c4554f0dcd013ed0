# SPDX-License-Identifier: Apache-2.0
"""The first schema: accounts, applications, signatures, permits, their register, outbox, inbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _people()
    _applications()
    _signatures()
    _pending_grants()
    _permits()
    _register()
    _messages()


def downgrade() -> None:
    op.drop_index(op.f("ix_permit_change_permit_id"), table_name="permit_change")
    op.drop_table("permit_change")
    op.drop_table("signature")
    op.drop_index(op.f("ix_permit_holder_issuer_holder_subject"), table_name="permit")
    op.drop_table("permit")
    op.drop_index(op.f("ix_pending_grant_next_try_at"), table_name="pending_grant")
    op.drop_table("pending_grant")
    op.drop_table("outbox_head")
    op.drop_table("outbox")
    op.drop_table("inbox")
    op.drop_table("heartbeat")
    op.drop_table("consumer_offset")
    op.drop_index(
        op.f("ix_application_applicant_issuer_applicant_subject"), table_name="application"
    )
    op.drop_table("application")
    op.drop_table("account")


def _people() -> None:
    op.create_table(
        "account",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("own_subject", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_account")),
        sa.UniqueConstraint("own_subject", name=op.f("uq_account_own_subject")),
    )


def _applications() -> None:
    op.create_table(
        "application",
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("applicant_issuer", sa.String(), nullable=False),
        sa.Column("applicant_subject", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("purpose", postgresql.JSONB(), nullable=False),
        sa.Column("months", sa.BigInteger(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('submitted', 'granting', 'granted', 'refused', 'lapsed')",
            name=op.f("ck_application_state"),
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_application")),
    )
    op.create_index(
        op.f("ix_application_applicant_issuer_applicant_subject"),
        "application",
        ["applicant_issuer", "applicant_subject"],
    )


def _signatures() -> None:
    op.create_table(
        "signature",
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("authority_issuer", sa.String(), nullable=False),
        sa.Column("authority_subject", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("verdict IN ('grant', 'refuse')", name=op.f("ck_signature_verdict")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.application_id"],
            name=op.f("fk_signature_application_id_application"),
        ),
        sa.PrimaryKeyConstraint("application_id", "place", name=op.f("pk_signature")),
        sa.UniqueConstraint(
            "application_id",
            "authority_issuer",
            "authority_subject",
            name=op.f("uq_signature_application_id_authority_issuer_authority_subject"),
        ),
    )


def _pending_grants() -> None:
    op.create_table(
        "pending_grant",
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("fault", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.application_id"],
            name=op.f("fk_pending_grant_application_id_application"),
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_pending_grant")),
    )
    op.create_index(op.f("ix_pending_grant_next_try_at"), "pending_grant", ["next_try_at"])


def _permits() -> None:
    op.create_table(
        "permit",
        sa.Column("permit_id", sa.String(), nullable=False),
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("holder_issuer", sa.String(), nullable=False),
        sa.Column("holder_subject", sa.String(), nullable=False),
        sa.Column("holder_own_subject", sa.String(), nullable=False),
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("regime", sa.String(), nullable=False),
        sa.Column("purpose", postgresql.JSONB(), nullable=False),
        sa.Column("cohort_id", sa.String(), nullable=False),
        sa.Column("cohort_revision", sa.BigInteger(), nullable=False),
        sa.Column("cohort_counts", postgresql.JSONB(), nullable=False),
        sa.Column("cohort_digest", sa.String(), nullable=False),
        sa.Column("cohort_manifest", sa.String(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("jws", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("members_now", sa.BigInteger(), nullable=False),
        sa.Column("members_revision", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_issuer", sa.String(), nullable=True),
        sa.Column("revoked_by_subject", sa.String(), nullable=True),
        sa.Column("revocation_reasons", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(state = 'revoked') = (revoked_at IS NOT NULL)", name=op.f("ck_permit_revoked")
        ),
        sa.CheckConstraint(
            "state <> 'live' OR revision IS NOT NULL", name=op.f("ck_permit_live_is_registered")
        ),
        sa.CheckConstraint(
            "state IN ('issuing', 'live', 'revoked', 'void')", name=op.f("ck_permit_state")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.application_id"],
            name=op.f("fk_permit_application_id_application"),
        ),
        sa.PrimaryKeyConstraint("permit_id", name=op.f("pk_permit")),
        sa.UniqueConstraint("application_id", name=op.f("uq_permit_application_id")),
    )
    op.create_index(
        op.f("ix_permit_holder_issuer_holder_subject"),
        "permit",
        ["holder_issuer", "holder_subject"],
    )


def _register() -> None:
    op.create_table(
        "permit_change",
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("permit_id", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('permit.issued', 'permit.revoked')", name=op.f("ck_permit_change_kind")
        ),
        sa.ForeignKeyConstraint(
            ["permit_id"], ["permit.permit_id"], name=op.f("fk_permit_change_permit_id_permit")
        ),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_permit_change")),
    )
    op.create_index(op.f("ix_permit_change_permit_id"), "permit_change", ["permit_id"])
    op.create_table(
        "heartbeat",
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("jws", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("register", name=op.f("pk_heartbeat")),
    )


def _messages() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("headers", postgresql.JSONB(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('entry', 'message')", name=op.f("ck_outbox_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_table(
        "outbox_head",
        sa.Column("src", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("src", name=op.f("pk_outbox_head")),
    )
    op.create_table(
        "inbox",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_inbox")),
    )
    op.create_table(
        "consumer_offset",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("cluster_id", sa.Text(), nullable=False),
        sa.Column("topic_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", name=op.f("pk_consumer_offset")),
    )
