# SPDX-License-Identifier: Apache-2.0
"""One index of memberships serves a person's datasets and a dataset's people."""

from alembic import op

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


def downgrade() -> None:
    op.create_index(op.f("ix_dataset_member_pid"), "dataset_member", ["pid"])
    op.create_unique_constraint(
        op.f("uq_dataset_member_dataset_pid"), "dataset_member", ["dataset", "pid"]
    )
    op.drop_constraint(op.f("uq_dataset_member_pid_dataset"), "dataset_member")
