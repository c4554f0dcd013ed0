# SPDX-License-Identifier: Apache-2.0
"""Events about people beside their consents, whom they reach, and the bars projected from them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("person_event", "person_reach")


def upgrade() -> None:
    # A withdrawal of before counts as one from everything: the narrower reading.
    op.add_column(
        "withdrawal",
        sa.Column("everywhere", sa.Boolean(), nullable=False, server_default=sa.text("true")),
    )
    _person_event()
    _person_reach()
    _bar()
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER")


def downgrade() -> None:
    op.drop_table("bar")
    op.drop_table("person_reach")
    op.drop_table("person_event")
    op.drop_column("withdrawal", "everywhere")


def _person_event() -> None:
    op.create_table(
        "person_event",
        sa.Column("event_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("pid", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("matter", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("about", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_person_event")),
        sa.UniqueConstraint("pid", "number", name=op.f("uq_person_event_pid_number")),
    )
    op.create_index(op.f("ix_person_event_matter"), "person_event", ["matter"], unique=False)


def _person_reach() -> None:
    op.create_table(
        "person_reach",
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset", "ordinal"],
            ["dataset_member.dataset", "dataset_member.ordinal"],
            name=op.f("fk_person_reach_dataset_ordinal_dataset_member"),
        ),
        sa.PrimaryKeyConstraint("dataset", "revision", "ordinal", name=op.f("pk_person_reach")),
    )


def _bar() -> None:
    op.create_table(
        "bar",
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("dataset", "ordinal", "cause", "starts_at", name=op.f("pk_bar")),
    )
    op.create_index(op.f("ix_bar_dataset_starts_at"), "bar", ["dataset", "starts_at"], unique=False)
