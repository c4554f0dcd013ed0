# SPDX-License-Identifier: Apache-2.0
"""The tables of the opt-out register (EHDS Article 71). Declares them; reads and writes nothing.

Truth, insert-only as the migrations make it: `opt_out_event`, `opt_out_reach`.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)

_INSTANT: Final = DateTime(timezone=True)
_ID: Final = Uuid(as_uuid=False)


def register_table(metadata: MetaData) -> Table:
    """Declare the register itself: one row, how far it is."""
    return Table(
        "opt_out_register",
        metadata,
        Column("name", Text, primary_key=True),
        Column("number", BigInteger, nullable=False),
        Column("people", BigInteger, nullable=False),
        Column("recorded_at", _INSTANT, nullable=False),
        Column("edge", LargeBinary, nullable=False),
    )


def person_table(metadata: MetaData) -> Table:
    """Declare the numbers under which people stand in the register."""
    return Table(
        "opt_out_person",
        metadata,
        Column("pid", _ID, ForeignKey("participant.pid"), primary_key=True),
        Column("ordinal", BigInteger, nullable=False, unique=True),
    )


def event_table(metadata: MetaData) -> Table:
    """Declare the opt-outs and their reversals."""
    return Table(
        "opt_out_event",
        metadata,
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("optout_id", _ID, nullable=False, unique=True),
        # No foreign key to an append-only table: checking one takes a lock that needs UPDATE.
        Column("pid", _ID, nullable=False),
        Column("kind", Text, nullable=False),
        Column("about", Text, nullable=False),
        Column("recorded_at", _INSTANT, nullable=False),
        Column("channel", Text, nullable=False),
        Column("salt", LargeBinary, nullable=False),
        Index(None, "pid", "number"),
    )


def reach_table(metadata: MetaData) -> Table:
    """Declare which members of which datasets an event was about, and at which revision."""
    return Table(
        "opt_out_reach",
        metadata,
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("dataset", Text, primary_key=True),
        Column("ordinal", BigInteger, nullable=False),
        Column("revision", BigInteger, nullable=False),
        ForeignKeyConstraint(
            ["dataset", "ordinal"], ["dataset_member.dataset", "dataset_member.ordinal"]
        ),
        Index(None, "dataset", "revision"),
    )
