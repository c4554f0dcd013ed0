# SPDX-License-Identifier: Apache-2.0
"""Projections of consents, frozen cohorts, and the feed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _consent_terms()
    _standing()
    _cohort()
    _cohort_narrowed()
    _feed_change()
    _heartbeat()


def downgrade() -> None:
    op.drop_table("heartbeat")
    op.drop_table("feed_change")
    op.drop_table("cohort_narrowed")
    op.drop_table("cohort")
    op.drop_table("standing")
    op.drop_table("consent_terms")


def _consent_terms() -> None:
    op.create_table(
        "consent_terms",
        sa.Column("terms_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("terms_id", name=op.f("pk_consent_terms")),
        sa.UniqueConstraint("sha256", name=op.f("uq_consent_terms_sha256")),
    )


def _standing() -> None:
    op.create_table(
        "standing",
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("terms_id", sa.BigInteger(), nullable=True),
        sa.Column("event_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("dataset", "ordinal", "starts_at", name=op.f("pk_standing")),
    )
    op.create_index(
        op.f("ix_standing_dataset_starts_at"), "standing", ["dataset", "starts_at"], unique=False
    )
    op.create_index(
        "ix_standing_pending",
        "standing",
        ["dataset", "starts_at"],
        unique=False,
        postgresql_where=sa.text("pending"),
    )


def _cohort() -> None:
    op.create_table(
        "cohort",
        sa.Column("cohort_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("purpose", postgresql.JSONB(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("bitmap", sa.LargeBinary(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("permit_id", sa.Text(), nullable=True),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bound_revision", sa.BigInteger(), nullable=True),
        sa.Column("lapses", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint(
            "(permit_id IS NULL) = (bound_at IS NULL)", name=op.f("ck_cohort_bound")
        ),
        sa.ForeignKeyConstraint(
            ["dataset"], ["dataset.dataset"], name=op.f("fk_cohort_dataset_dataset")
        ),
        sa.PrimaryKeyConstraint("cohort_id", name=op.f("pk_cohort")),
        sa.UniqueConstraint("permit_id", name=op.f("uq_cohort_permit_id")),
    )
    op.create_index(
        op.f("ix_cohort_dataset_bound_revision"),
        "cohort",
        ["dataset", "bound_revision"],
        unique=False,
    )


def _cohort_narrowed() -> None:
    op.create_table(
        "cohort_narrowed",
        sa.Column("cohort_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.cohort_id"], name=op.f("fk_cohort_narrowed_cohort_id_cohort")
        ),
        sa.PrimaryKeyConstraint("cohort_id", "ordinal", name=op.f("pk_cohort_narrowed")),
    )


def _feed_change() -> None:
    op.create_table(
        "feed_change",
        sa.Column("last_position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_position", sa.BigInteger(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("items", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("last_position", name=op.f("pk_feed_change")),
    )


def _heartbeat() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("register", name=op.f("pk_heartbeat")),
    )
