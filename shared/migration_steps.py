# SPDX-License-Identifier: Apache-2.0
"""Migration steps that several services share; call them from a numbered migration.

A step that has been released never changes: what comes later is a further step.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

_INSTANT: Final = sa.DateTime(timezone=True)


def create_outbox() -> None:
    """Create `outbox` and `outbox_head` as `shared.outbox` declares them."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('entry', 'message')", name="kind"),
    )
    op.create_table(
        "outbox_head",
        sa.Column("src", sa.Text, primary_key=True),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("head", sa.LargeBinary, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
    )


def index_outbox_messages() -> None:
    """Let the relay find the messages among any number of entries."""
    messages = sa.text("kind = 'message'")
    op.create_index("ix_outbox_messages", "outbox", ["id"], postgresql_where=messages)


def forget_outbox_messages() -> None:
    """Undo `index_outbox_messages`."""
    op.drop_index("ix_outbox_messages", "outbox")


def drop_outbox() -> None:
    """Undo `create_outbox`."""
    op.drop_table("outbox_head")
    op.drop_table("outbox")


def create_inbox() -> None:
    """Create `inbox` and `consumer_offset` as `shared.inbox` declares them."""
    op.create_table(
        "inbox",
        sa.Column("message_id", sa.Text, primary_key=True),
        sa.Column("received_at", _INSTANT, nullable=False),
    )
    op.create_table(
        "consumer_offset",
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("next_offset", sa.BigInteger, nullable=False),
        sa.Column("cluster_id", sa.Text, nullable=False),
        sa.Column("topic_id", sa.Text, nullable=False),
    )


def create_ended_sessions() -> None:
    """Create `ended_session` as `shared.ended_sessions` declares it."""
    op.create_table(
        "ended_session",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("until", _INSTANT, nullable=False),
    )


def drop_ended_sessions() -> None:
    """Undo `create_ended_sessions`."""
    op.drop_table("ended_session")


def drop_inbox() -> None:
    """Undo `create_inbox`."""
    op.drop_table("consumer_offset")
    op.drop_table("inbox")
