# SPDX-License-Identifier: Apache-2.0
"""A note, outbox and inbox."""

import sqlalchemy as sa
from alembic import op

from shared.migration_steps import (
    create_inbox,
    create_outbox,
    drop_inbox,
    drop_outbox,
    index_outbox_messages,
)

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=True),
        sa.Column("text", sa.String, nullable=False),
    )
    create_outbox()
    index_outbox_messages()
    create_inbox()


def downgrade() -> None:
    drop_inbox()
    drop_outbox()
    op.drop_table("note")
