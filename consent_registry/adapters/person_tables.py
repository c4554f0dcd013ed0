# SPDX-License-Identifier: Apache-2.0
"""The tables of what is known of people beside their consents. Declares them only."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

_INSTANT: Final = DateTime(timezone=True)
_ID: Final = Uuid(as_uuid=False)


def person_tables(metadata: MetaData) -> tuple[Table, Table]:
    """Declare the events and whom they reached."""
    # What is known of people beside their consents; a merge stands once with each of the two.
    event = Table(
        "person_event",
        metadata,
        Column("event_id", _ID, primary_key=True),
        Column("pid", _ID, nullable=False),
        Column("number", BigInteger, nullable=False),
        Column("kind", Text, nullable=False),
        Column("matter", _ID, nullable=False, index=True),
        Column("about", _ID),
        Column("effective_from", _INSTANT, nullable=False),
        Column("effective_to", _INSTANT),
        Column("recorded_at", _INSTANT, nullable=False),
        Column("channel", Text, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("commitment", LargeBinary, nullable=False),
        Column("previous", LargeBinary, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        # The study that a choice is about; empty for what is about none.
        Column("study", Text, nullable=False, server_default=""),
        UniqueConstraint("pid", "number"),
        Index(
            "ix_person_event_kind",
            "kind",
            "recorded_at",
            "event_id",
            postgresql_where=text("kind IN ('died', 'mandate_recorded')"),
        ),
        Index("ix_person_event_study", "study", postgresql_where=text("study <> ''")),
    )

    # Which members a change of a person reached, and at which revision of the dataset.
    reach = Table(
        "person_reach",
        metadata,
        Column("dataset", Text, primary_key=True),
        Column("revision", BigInteger, primary_key=True, autoincrement=False),
        Column("ordinal", BigInteger, primary_key=True, autoincrement=False),
        ForeignKeyConstraint(
            ["dataset", "ordinal"], ["dataset_member.dataset", "dataset_member.ordinal"]
        ),
    )
    return event, reach


def bar_table(metadata: MetaData) -> Table:
    """Declare a projection: what takes members out beside their choices, and when."""
    return Table(
        "bar",
        metadata,
        Column("dataset", Text, primary_key=True),
        Column("ordinal", BigInteger, primary_key=True, autoincrement=False),
        Column("cause", Text, primary_key=True),
        Column("starts_at", _INSTANT, primary_key=True),
        Column("ends_at", _INSTANT),
        # It began, or ended, after it was recorded, and the feed has not said so yet.
        Column("pending", Boolean, nullable=False),
        Index(None, "dataset", "starts_at"),
    )


def holder_table(metadata: MetaData) -> Table:
    """Declare a projection: whose mandate it is, and who holds it, as a keyed hash of the login."""
    return Table(
        "mandate_holder",
        metadata,
        Column("mandate_id", _ID, primary_key=True),
        Column("pid", _ID, ForeignKey("participant.pid"), nullable=False, index=True),
        Column("login", LargeBinary, index=True),
    )
