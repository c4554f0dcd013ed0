# SPDX-License-Identifier: Apache-2.0
"""The digest of the policy in force at each step of a request; earlier steps did not keep it."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rights_step", sa.Column("policy_sha256", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("rights_step", "policy_sha256")
