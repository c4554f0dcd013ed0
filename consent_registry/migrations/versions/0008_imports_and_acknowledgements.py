# SPDX-License-Identifier: Apache-2.0
"""One index of memberships; progress and cancelling of imports; what nodes acknowledge."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
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


def downgrade() -> None:
    op.drop_table("import_cancel")
    op.drop_table("import_progress")
    op.create_index(op.f("ix_dataset_member_pid"), "dataset_member", ["pid"])
    op.create_unique_constraint(
        op.f("uq_dataset_member_dataset_pid"), "dataset_member", ["dataset", "pid"]
    )
    op.drop_constraint(op.f("uq_dataset_member_pid_dataset"), "dataset_member")


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
