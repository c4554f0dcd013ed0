# SPDX-License-Identifier: Apache-2.0
"""With which keys this node must witness nobody any more: its database was older than they knew."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE log_signing ADD witness_barred text[] NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    op.execute("ALTER TABLE log_signing DROP witness_barred")
