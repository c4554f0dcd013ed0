# SPDX-License-Identifier: Apache-2.0
"""The tables of what was shown of datasets: stand-ins and the catalogue. Declares them only."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB


def stand_in_table(metadata: MetaData) -> Table:
    """Declare sets that a number was shown for: that about nearly the same people is theirs."""
    return Table(
        "stand_in",
        metadata,
        Column("number", BigInteger, Identity(always=True), primary_key=True),
        Column("dataset", Text, ForeignKey("dataset.dataset"), nullable=False),
        Column("size", BigInteger, nullable=False),
        Column("reach", BigInteger, nullable=False),
        Column("people", LargeBinary, nullable=False),
        Index(None, "dataset", "size"),
    )


def catalogue_entry_table(metadata: MetaData) -> Table:
    """Declare what the public catalogue says of each dataset, as it was decided last.

    `marks` has a keyed byte for each ordinal: how she stood when it was decided.
    """
    return Table(
        "catalogue_entry",
        metadata,
        Column("dataset", Text, ForeignKey("dataset.dataset"), primary_key=True),
        Column("people", BigInteger),
        Column("terms", JSONB, nullable=False),
        Column("published_at", DateTime(timezone=True), nullable=False),
        Column("versions", JSONB),
        Column("salt", LargeBinary),
        Column("marks", LargeBinary),
        Column("reach", BigInteger),
    )
