# SPDX-License-Identifier: Apache-2.0
"""Tables that stand beside the register: how imports go, what nodes say, what was unreadable."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

_INSTANT: Final = DateTime(timezone=True)
_ID: Final = Uuid(as_uuid=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideTables:
    """The tables, declared in one metadata."""

    import_progress: Table
    import_cancel: Table
    imported_line: Table
    feed_reader: Table
    node_acknowledgement: Table
    node_step: Table
    unreadable_consent: Table


def beside_tables(metadata: MetaData) -> BesideTables:
    """Declare them."""
    return BesideTables(
        import_progress=_import_progress(metadata),
        import_cancel=_import_cancel(metadata),
        imported_line=_imported_line(metadata),
        feed_reader=_feed_reader(metadata),
        node_acknowledgement=_node_acknowledgement(metadata),
        node_step=_node_step(metadata),
        unreadable_consent=_unreadable_consent(metadata),
    )


def _import_progress(metadata: MetaData) -> Table:
    """Beside the batch, because its row is locked for as long as a file is judged."""
    return Table(
        "import_progress",
        metadata,
        Column("import_id", _ID, ForeignKey("import_batch.import_id"), primary_key=True),
        Column("rows_read", BigInteger, nullable=False),
    )


def _import_cancel(metadata: MetaData) -> Table:
    return Table(
        "import_cancel",
        metadata,
        Column("import_id", _ID, ForeignKey("import_batch.import_id"), primary_key=True),
        Column("actor", JSONB, nullable=False),
        Column("wished_at", _INSTANT, nullable=False),
    )


def _imported_line(metadata: MetaData) -> Table:
    """One line of one file under one mapping is one event, whatever is killed in between.

    Whose it was is taken out when she is erased: the same file does not bring her back, and nothing
    leads to her.
    """
    return Table(
        "imported_line",
        metadata,
        Column("file_sha256", LargeBinary, primary_key=True),
        Column("line", BigInteger, primary_key=True, autoincrement=False),
        Column("mapping", Integer, primary_key=True, autoincrement=False),
        Column("pid", _ID, index=True),
    )


def _feed_reader(metadata: MetaData) -> Table:
    """Who has ever read the feed or acknowledged: whoever then says nothing is not forgotten."""
    return Table(
        "feed_reader",
        metadata,
        Column("node", Text, primary_key=True),
        Column("first_seen_at", _INSTANT, nullable=False),
        Column("last_seen_at", _INSTANT, nullable=False),
    )


def _node_step(metadata: MetaData) -> Table:
    """Who said that a node was shut down for good, or is there again, when and why."""
    return Table(
        "node_step",
        metadata,
        Column("node", Text, primary_key=True),
        Column("at", _INSTANT, primary_key=True),
        Column("retired", Boolean, nullable=False),
        Column("why", Text, nullable=False),
        Column("issuer", Text, nullable=False),
        Column("subject", Text, nullable=False),
    )


def _node_acknowledgement(metadata: MetaData) -> Table:
    """Which revision of a dataset each reader of the feed says that it enforces."""
    return Table(
        "node_acknowledgement",
        metadata,
        Column("node", Text, primary_key=True),
        Column("dataset", Text, ForeignKey("dataset.dataset"), primary_key=True),
        Column("revision", BigInteger, nullable=False),
        Column("acknowledged_at", _INSTANT, nullable=False),
    )


def _unreadable_consent(metadata: MetaData) -> Table:
    """Hold what readers could not read; `reference` is the id of an event or of terms."""
    return Table(
        "unreadable_consent",
        metadata,
        Column("kind", Text, primary_key=True),
        Column("reference", Text, primary_key=True),
        Column("first_seen_at", _INSTANT, nullable=False, server_default=func.now()),
        Column("last_seen_at", _INSTANT, nullable=False, server_default=func.now()),
        Column("reported", Boolean, nullable=False, server_default=text("false")),
    )
