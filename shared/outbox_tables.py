# SPDX-License-Identifier: Apache-2.0
"""The two tables behind `shared.outbox` and `shared.relay`, bound to a service's MetaData.

Declares and reads them; writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql

from shared.transport import OutboxRow, RowKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxTables:
    """The two tables of one service, bound to its MetaData."""

    outbox: Table
    head: Table


def outbox_tables(metadata: MetaData) -> OutboxTables:
    """Declare `outbox` and `outbox_head` in a service's MetaData."""
    outbox = Table(
        "outbox",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("kind", Text, nullable=False),
        Column("topic", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("headers", postgresql.JSONB, nullable=False),
        Column("value", LargeBinary, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        CheckConstraint("kind IN ('entry', 'message')", name="kind"),
        Index("ix_outbox_messages", "id", postgresql_where=text("kind = 'message'")),
    )
    head = Table(
        "outbox_head",
        metadata,
        Column("src", Text, primary_key=True),
        Column("epoch", BigInteger, nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("head", LargeBinary, nullable=False),
        Column("position", BigInteger, nullable=False),
    )
    return OutboxTables(outbox=outbox, head=head)


def waiting_rows(
    connection: Connection, tables: OutboxTables, kind: RowKind, limit: int
) -> Sequence[OutboxRow]:
    """Read the oldest rows of a kind not yet sent, in commit order."""
    table = tables.outbox
    # Written into the statement, so that every plan may use the index of messages.
    wanted = select(table).where(table.c.kind == literal(kind.value, literal_execute=True))
    found = connection.execute(wanted.order_by(table.c.id).limit(limit))
    return [
        OutboxRow(
            id=row.id,
            kind=kind,
            topic=row.topic,
            key=row.key,
            headers=row.headers,
            value=bytes(row.value),
            sealed=bytes(row.sealed),
        )
        for row in found
    ]


def waiting_entries(connection: Connection, tables: OutboxTables) -> tuple[int, datetime | None]:
    """Count the entries not yet sent; give since when the oldest of them waits."""
    table = tables.outbox
    wanted = select(func.count(), func.min(table.c.created_at)).where(
        table.c.kind == RowKind.ENTRY.value
    )
    count, oldest = connection.execute(wanted).one()
    return int(count), oldest


def row_values(row: OutboxRow, now: datetime) -> dict[str, object]:
    """Give the columns of a row to insert; the database numbers it."""
    return {
        "kind": row.kind.value,
        "topic": row.topic,
        "key": row.key,
        "headers": dict(row.headers),
        "value": row.value,
        "sealed": row.sealed,
        "created_at": now,
    }
