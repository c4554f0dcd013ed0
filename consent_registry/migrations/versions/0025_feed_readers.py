# SPDX-License-Identifier: Apache-2.0
"""Who has read the feed; whoever has acknowledged by now has read it too."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_reader",
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("node", name=op.f("pk_feed_reader")),
    )
    op.execute(
        "INSERT INTO feed_reader (node, first_seen_at, last_seen_at)"
        " SELECT node, min(acknowledged_at), max(acknowledged_at)"
        " FROM node_acknowledgement GROUP BY node"
    )


def downgrade() -> None:
    op.drop_table("feed_reader")
