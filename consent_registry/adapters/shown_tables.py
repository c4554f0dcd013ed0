# SPDX-License-Identifier: Apache-2.0
"""The tables of what was shown of datasets, and of which state. Declares them only."""

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
    """Declare sets that a number was shown for: that about nearly the same people is theirs.

    `state` is the number of the state of shown numbers that a set is of; `rank` the number of the
    set that it lives on from.
    """
    return Table(
        "stand_in",
        metadata,
        Column("number", BigInteger, Identity(always=True), primary_key=True),
        Column("dataset", Text, ForeignKey("dataset.dataset"), nullable=False),
        Column("size", BigInteger, nullable=False),
        Column("reach", BigInteger, nullable=False),
        Column("people", LargeBinary, nullable=False),
        Column("state", BigInteger, nullable=False),
        Column("rank", BigInteger),
        Index(None, "dataset", "size"),
    )


def shown_state_table(metadata: MetaData) -> Table:
    """Declare the state of each dataset that its shown numbers are of, and when it moves on.

    `touched` are those who may stand differently than in the state before it.
    """
    return Table(
        "shown_state",
        metadata,
        Column("dataset", Text, ForeignKey("dataset.dataset"), primary_key=True),
        Column("number", BigInteger, nullable=False),
        Column("revision", BigInteger, nullable=False),
        Column("effective_at", DateTime(timezone=True), nullable=False),
        Column("known_at", DateTime(timezone=True), nullable=False),
        Column("members", BigInteger, nullable=False),
        Column("reach", BigInteger, nullable=False),
        Column("touched", LargeBinary),
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
