# SPDX-License-Identifier: Apache-2.0
"""The tables of what is kept, held and dropped, for `audit_log.adapters.tables` to declare."""

from typing import Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

_INSTANT: Final = DateTime(timezone=True)


def dropped_table(metadata: MetaData) -> Table:
    """Declare `dropped`: a class's entries of one month whose rows are there no more."""
    made = Table(
        "dropped",
        metadata,
        Column("id", Text, primary_key=True),
        Column("class", SmallInteger, nullable=False),
        Column("month", SmallInteger, nullable=False),
        Column("first_idx", BigInteger, nullable=False),
        Column("last_idx", BigInteger, nullable=False),
        Column("entries", BigInteger, nullable=False),
        Column("parts", BigInteger, nullable=False),
        Column("held", BigInteger, nullable=False),
        Column("terms", LargeBinary, nullable=False),
        Column("dropped_at", _INSTANT, nullable=False),
    )
    Index(None, made.c["class"], made.c.first_idx)
    return made


def hold_table(metadata: MetaData) -> Table:
    """Declare `hold`: legal holds, those lifted included."""
    return Table(
        "hold",
        metadata,
        Column("id", Text, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("authority", Text, nullable=False),
        Column("dataset", Text, nullable=True),
        Column("ordinal", BigInteger, nullable=True),
        Column("permits", ARRAY(BigInteger), nullable=False),
        Column("matter", Text, nullable=True),
        Column("entries", ARRAY(BigInteger), nullable=False),
        Column("placed_by", Text, nullable=False),
        Column("placed_at", _INSTANT, nullable=False),
        Column("lift_asked_by", Text, nullable=True),
        Column("lift_asked_at", _INSTANT, nullable=True),
        Column("lifted_by", Text, nullable=True),
        Column("lifted_at", _INSTANT, nullable=True),
        CheckConstraint("(lift_asked_by IS NULL) = (lift_asked_at IS NULL)", name="asked"),
        CheckConstraint("(lifted_by IS NULL) = (lifted_at IS NULL)", name="lifted"),
        CheckConstraint("lifted_by <> lift_asked_by", name="four_eyes"),
    )


def erasure_waiting_table(metadata: MetaData) -> Table:
    """Declare `erasure_waiting`: erasures that a hold forbids, and what became of them."""
    return Table(
        "erasure_waiting",
        metadata,
        Column("id", Text, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("ground", Text, nullable=False),
        Column("subject", LargeBinary, nullable=True),
        Column("pseudonyms", ARRAY(BigInteger), nullable=False),
        Column("dataset", Text, nullable=True),
        Column("ordinal", BigInteger, nullable=True),
        Column("asked_at", _INSTANT, nullable=False),
        Column("ended_at", _INSTANT, nullable=True),
        Column("outcome", Text, nullable=True),
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended"),
        CheckConstraint("(ended_at IS NULL) = (subject IS NOT NULL)", name="forgotten"),
    )


def topic_copy_table(metadata: MetaData) -> Table:
    """Declare `topic_copy`: how long a topic's records may outlive their sequencing."""
    return Table(
        "topic_copy",
        metadata,
        Column("topic", Text, primary_key=True),
        # None when the broker never deletes them.
        Column("seconds", BigInteger, nullable=True),
        Column("read_at", _INSTANT, nullable=False),
    )


def row_hash_table(metadata: MetaData) -> Table:
    """Declare `row_hash`: hashes of rows that no entry can be made from, kept by triggers."""
    made = Table(
        "row_hash",
        metadata,
        Column("tbl", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("logged", Boolean, nullable=False),
        Column("digest", LargeBinary, nullable=False),
        # What the log itself says, or what is in its table's sum; none before the first time.
        Column("said", LargeBinary, nullable=True),
    )
    for name, which in (("unsaid", "logged"), ("unsummed", "NOT logged")):
        changed = text(f"{which} AND said IS DISTINCT FROM digest")
        Index(f"ix_row_hash_{name}", made.c.tbl, made.c.key, postgresql_where=changed)
    return made


def row_sum_table(metadata: MetaData) -> Table:
    """Declare `row_sum`: the sum over the hashes of each table whose rows are summed up."""
    return Table(
        "row_sum",
        metadata,
        Column("tbl", Text, primary_key=True),
        Column("rows", BigInteger, nullable=False),
        Column("state", LargeBinary, nullable=False),
    )
