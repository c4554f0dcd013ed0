# SPDX-License-Identifier: Apache-2.0
"""One index of memberships; progress and cancelling of imports; what nodes acknowledge."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_unique_constraint(
        op.f("uq_dataset_member_pid_dataset"), "dataset_member", ["pid", "dataset"]
    )
    op.drop_constraint(op.f("uq_dataset_member_dataset_pid"), "dataset_member")
    op.drop_index(op.f("ix_dataset_member_pid"), "dataset_member")
    _beside_imports("import_progress", sa.Column("rows_read", sa.BigInteger(), nullable=False))
    _beside_imports(
        "import_cancel",
        sa.Column("actor", JSONB(), nullable=False),
        sa.Column("wished_at", sa.DateTime(timezone=True), nullable=False),
    )

    op.add_column("feed_change", _seen("recorded_at"))
    op.create_index(op.f("ix_feed_change_dataset_revision"), "feed_change", ["dataset", "revision"])
    op.create_index(
        "ix_feed_change_narrowed",
        "feed_change",
        ["last_position"],
        postgresql_where=sa.text("kind = 'member.narrowed'"),
    )
    op.create_table(
        "node_acknowledgement",
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset"], ["dataset.dataset"], name=op.f("fk_node_acknowledgement_dataset_dataset")
        ),
        sa.PrimaryKeyConstraint("node", "dataset", name=op.f("pk_node_acknowledgement")),
    )

    op.create_table(
        "unreadable_consent",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        _seen("first_seen_at"),
        _seen("last_seen_at"),
        sa.Column("reported", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.PrimaryKeyConstraint("kind", "reference", name=op.f("pk_unreadable_consent")),
    )


def downgrade() -> None:
    op.drop_table("unreadable_consent")
    op.drop_table("node_acknowledgement")
    op.drop_index("ix_feed_change_narrowed", "feed_change")
    op.drop_index(op.f("ix_feed_change_dataset_revision"), "feed_change")
    op.drop_column("feed_change", "recorded_at")
    op.drop_table("import_cancel")
    op.drop_table("import_progress")
    op.create_index(op.f("ix_dataset_member_pid"), "dataset_member", ["pid"])
    op.create_unique_constraint(
        op.f("uq_dataset_member_dataset_pid"), "dataset_member", ["dataset", "pid"]
    )
    op.drop_constraint(op.f("uq_dataset_member_pid_dataset"), "dataset_member")


def _seen(name: str) -> sa.Column[object]:
    at = sa.DateTime(timezone=True)
    return sa.Column(name, at, nullable=False, server_default=sa.func.now())


def _beside_imports(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("import_id", sa.Uuid(as_uuid=False), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["import_batch.import_id"],
            name=op.f(f"fk_{name}_import_id_import_batch"),
        ),
        sa.PrimaryKeyConstraint("import_id", name=op.f(f"pk_{name}")),
    )
