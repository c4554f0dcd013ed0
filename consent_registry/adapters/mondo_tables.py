# SPDX-License-Identifier: Apache-2.0
"""The tables of the disease hierarchy. Declares them only."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

_INSTANT: Final = DateTime(timezone=True)


def release_table(metadata: MetaData) -> Table:
    """Declare the releases by the hash of their file; decisions name them, none is dropped."""
    return Table(
        "mondo_release",
        metadata,
        Column("sha256", LargeBinary, primary_key=True),
        Column("version", Text, nullable=False),
        Column("terms", Integer, nullable=False),
        Column("document", LargeBinary, nullable=False),
        Column("loaded_at", _INSTANT, nullable=False),
    )


def activation_table(metadata: MetaData) -> Table:
    """Declare when which release came into use."""
    return Table(
        "mondo_activation",
        metadata,
        Column("number", BigInteger, Identity(always=True), primary_key=True),
        Column("sha256", LargeBinary, ForeignKey("mondo_release.sha256"), nullable=False),
        Column("activated_at", _INSTANT, nullable=False),
    )
