# SPDX-License-Identifier: Apache-2.0
"""The role of consent, when people left cohorts, listed approvals, the opt-out register."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("opt_out_person", "opt_out_event", "opt_out_reach")


def upgrade() -> None:
    op.add_column(
        "dataset",
        sa.Column("consent_role", sa.Text(), nullable=False, server_default="legal_basis"),
    )
    _left_at()
    _listed_approval()
    _opt_out_register()
    _opt_out_person()
    _opt_out_event()
    _opt_out_reach()
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER")


def downgrade() -> None:
    op.drop_table("opt_out_reach")
    op.drop_table("opt_out_event")
    op.drop_table("opt_out_person")
    op.drop_table("opt_out_register")
    op.drop_table("listed_approval")
    op.drop_column("cohort_narrowed", "left_at")
    op.drop_column("dataset", "consent_role")


def _left_at() -> None:
    """Give those who left before the instant of the event at that revision, else of the binding.

    The earlier of two readings: nobody is said to have been in for longer than she was.
    """
    op.add_column(
        "cohort_narrowed", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.execute(
        "UPDATE cohort_narrowed AS n SET left_at = coalesce("
        "(SELECT min(e.recorded_at) FROM consent_event AS e"
        " WHERE e.dataset = c.dataset AND e.revision = n.revision), c.bound_at, c.frozen_at)"
        " FROM cohort AS c WHERE c.cohort_id = n.cohort_id"
    )
    op.alter_column("cohort_narrowed", "left_at", nullable=False)


def _listed_approval() -> None:
    op.create_table(
        "listed_approval",
        sa.Column("approval_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("widening", sa.Text(), nullable=False),
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("dated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pid"], ["participant.pid"], name=op.f("fk_listed_approval_pid_participant")
        ),
        sa.ForeignKeyConstraint(
            ["dataset"], ["dataset.dataset"], name=op.f("fk_listed_approval_dataset_dataset")
        ),
        sa.PrimaryKeyConstraint("approval_id", name=op.f("pk_listed_approval")),
    )
    op.create_index(
        op.f("ix_listed_approval_pid_dataset"), "listed_approval", ["pid", "dataset"], unique=False
    )


def _opt_out_register() -> None:
    op.create_table(
        "opt_out_register",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edge", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_opt_out_register")),
    )


def _opt_out_person() -> None:
    op.create_table(
        "opt_out_person",
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pid"], ["participant.pid"], name=op.f("fk_opt_out_person_pid_participant")
        ),
        sa.PrimaryKeyConstraint("pid", name=op.f("pk_opt_out_person")),
        sa.UniqueConstraint("ordinal", name=op.f("uq_opt_out_person_ordinal")),
    )


def _opt_out_event() -> None:
    op.create_table(
        "opt_out_event",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("optout_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_opt_out_event")),
        sa.UniqueConstraint("optout_id", name=op.f("uq_opt_out_event_optout_id")),
    )
    op.create_index(
        op.f("ix_opt_out_event_pid_number"), "opt_out_event", ["pid", "number"], unique=False
    )


def _opt_out_reach() -> None:
    op.create_table(
        "opt_out_reach",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset", "ordinal"],
            ["dataset_member.dataset", "dataset_member.ordinal"],
            name=op.f("fk_opt_out_reach_dataset_ordinal_dataset_member"),
        ),
        sa.PrimaryKeyConstraint("number", "dataset", name=op.f("pk_opt_out_reach")),
    )
    op.create_index(
        op.f("ix_opt_out_reach_dataset_revision"),
        "opt_out_reach",
        ["dataset", "revision"],
        unique=False,
    )
