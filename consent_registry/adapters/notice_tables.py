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


def notice_tables(metadata: MetaData) -> tuple[Table, Table, Table]:
    """Declare notices, due until `due_at` is empty, the steps of each, and the rounds of many."""
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
    rounds = Table(
        "notice_round",
        metadata,
        Column("kind", Text, primary_key=True),
        Column("about", Text, primary_key=True),
        Column("begun_at", instant, nullable=False),
        # After whose id it goes on, in the order of ids.
        Column("after_pid", id_),
        Column("ended_at", instant),
    )
    return notice, step, rounds
