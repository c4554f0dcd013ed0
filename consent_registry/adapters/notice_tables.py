# SPDX-License-Identifier: Apache-2.0
"""The tables of notices. Declares them; reads nothing. Who is meant is her random id alone."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)


def notice_tables(metadata: MetaData) -> tuple[Table, Table]:
    """Declare notices, due until `due_at` is empty, and the steps that became of each."""
    instant, id_ = DateTime(timezone=True), Uuid(as_uuid=False)
    notice = Table(
        "notice",
        metadata,
        Column("notice_id", id_, primary_key=True),
        Column("pid", id_, ForeignKey("participant.pid"), nullable=False),
        Column("kind", Text, nullable=False),
        Column("about", Text, nullable=False),
        Column("day", Date),
        Column("queued_at", instant, nullable=False),
        Column("due_at", instant),
        UniqueConstraint("pid", "kind", "about"),
        Index("ix_notice_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )
    step = Table(
        "notice_step",
        metadata,
        Column("notice_id", id_, ForeignKey("notice.notice_id"), primary_key=True),
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("outcome", Text, nullable=False),
        Column("at", instant, nullable=False),
    )
    return notice, step
