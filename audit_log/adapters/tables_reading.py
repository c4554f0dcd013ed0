# SPDX-License-Identifier: Apache-2.0
"""The tables that searches go by, for `audit_log.adapters.tables` to declare."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY

_INSTANT: Final = DateTime(timezone=True)


def ev_block_table(metadata: MetaData) -> Table:
    """Declare `ev_block`: what the search rows of 1,024 entries do not hold."""
    made = Table(
        "ev_block",
        metadata,
        Column("n", BigInteger, primary_key=True, autoincrement=False),
        Column("low", _INSTANT, nullable=False),
        Column("high", _INSTANT, nullable=False),
        Column("terms", ARRAY(Integer), nullable=False),
        Column("low_month", SmallInteger, nullable=False),
        Column("high_month", SmallInteger, nullable=False),
    )
    Index(None, made.c.terms, postgresql_using="gin")
    Index(None, made.c.low_month)
    Index(None, made.c.high_month)
    return made


def integrity_run_table(metadata: MetaData) -> Table:
    """Declare `integrity_run`: when search rows were recomputed from the entries."""
    made = Table(
        "integrity_run",
        metadata,
        Column("id", BigInteger, primary_key=True, autoincrement=False),
        Column("base", BigInteger, nullable=True),
        Column("first", BigInteger, nullable=False),
        Column("size", BigInteger, nullable=False),
        Column("flaws", BigInteger, nullable=False),
        Column("started_at", _INSTANT, nullable=False),
        Column("ended_at", _INSTANT, nullable=False),
        Column("entry_id", Text, nullable=False),
        CheckConstraint("(base IS NULL) = (first = 0)", name="whole"),
    )
    Index(None, made.c.size)
    return made
