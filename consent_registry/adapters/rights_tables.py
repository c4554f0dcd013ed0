# SPDX-License-Identifier: Apache-2.0
"""The tables of the rights desk: stops, erasures, legal holds, requests, tasks after a withdrawal.

Truth, insert-only: `stop_event`, `stop_reach`, `rights_step`. What a person wrote in her own words
is sealed under her key (`words`), and is gone with it.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

_INSTANT: Final = DateTime(timezone=True)
_ID: Final = Uuid(as_uuid=False)


def stop_event_table(metadata: MetaData) -> Table:
    """Declare the events that stop a person's data, or end such a stop."""
    return Table(
        "stop_event",
        metadata,
        Column("number", BigInteger, Identity(always=True), primary_key=True),
        # No foreign key to or from an append-only table: checking one takes a lock.
        Column("pid", _ID, nullable=False),
        Column("kind", Text, nullable=False),
        Column("begins", Boolean, nullable=False),
        Column("recorded_at", _INSTANT, nullable=False),
        Column("request_id", _ID),
        Index(None, "pid", "kind", "number"),
    )


def stop_reach_table(metadata: MetaData) -> Table:
    """Declare at which revision of which dataset each of those events is known."""
    return Table(
        "stop_reach",
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


def legal_hold_table(metadata: MetaData) -> Table:
    """Declare why some people's data must stay for now."""
    return Table(
        "legal_hold",
        metadata,
        Column("hold_id", _ID, primary_key=True),
        Column("pid", _ID, ForeignKey("participant.pid"), nullable=False, index=True),
        Column("ground", Text, nullable=False),
        Column("set_at", _INSTANT, nullable=False),
        Column("until", _INSTANT, nullable=False),
        Column("issuer", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("lifted_at", _INSTANT),
    )


def erasure_table(metadata: MetaData) -> Table:
    """Declare the erasures; at most one of a person is under way."""
    return Table(
        "erasure",
        metadata,
        Column("erasure_id", _ID, primary_key=True),
        Column("pid", _ID, ForeignKey("participant.pid"), nullable=False, unique=True),
        Column("ground", Text, nullable=False),
        Column("request_id", _ID),
        Column("asked_at", _INSTANT, nullable=False),
        Column("asked_issuer", Text, nullable=False),
        Column("asked_subject", Text, nullable=False),
        Column("confirmed_at", _INSTANT),
        Column("confirmed_issuer", Text),
        Column("confirmed_subject", Text),
        Column("outbox_mark", BigInteger),
        Column("epoch_mark", BigInteger),
        Column("seq_mark", BigInteger),
        # The audit log's own names for what it was asked to erase and has not settled.
        Column("in_log", JSONB, nullable=False, server_default="[]"),
        Column("complete_on", Date),
        Column("finished", Boolean, nullable=False),
        Index("ix_erasure_open", "confirmed_at", postgresql_where=text("NOT finished")),
    )


def erasure_part_table(metadata: MetaData) -> Table:
    """Declare which parts of an erasure have confirmed, and when."""
    return Table(
        "erasure_part",
        metadata,
        Column("erasure_id", _ID, ForeignKey("erasure.erasure_id"), primary_key=True),
        Column("part", Text, primary_key=True),
        Column("confirmed_at", _INSTANT, nullable=False),
    )


def erasure_account_table(metadata: MetaData) -> Table:
    """Declare the logins that the audit log has still to forget; a row goes when it has."""
    return Table(
        "erasure_account",
        metadata,
        Column("erasure_id", _ID, ForeignKey("erasure.erasure_id"), primary_key=True),
        Column("issuer", Text, primary_key=True),
        Column("subject", Text, primary_key=True),
    )


def rights_request_table(metadata: MetaData) -> Table:
    """Declare the requests; `words` are the person's own, sealed, and go when she is erased."""
    return Table(
        "rights_request",
        metadata,
        Column("request_id", _ID, primary_key=True),
        Column("pid", _ID, ForeignKey("participant.pid"), nullable=False, index=True),
        Column("asks_for", Text, nullable=False),
        Column("received_at", _INSTANT, nullable=False),
        Column("country", Text, nullable=False),
        Column("words", LargeBinary),
        Column("is_open", Boolean, nullable=False),
        Index("ix_rights_request_open", "received_at", postgresql_where=text("is_open")),
    )


def rights_step_table(metadata: MetaData) -> Table:
    """Declare what happened to each request, in order; `by_desk` is false for the person."""
    return Table(
        "rights_step",
        metadata,
        Column("request_id", _ID, primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("kind", Text, nullable=False),
        Column("at", _INSTANT, nullable=False),
        Column("code", Text, nullable=False),
        Column("desk_issuer", Text),
        Column("desk_subject", Text),
        Column("policy_sha256", Text),
    )


def withdrawal_task_table(metadata: MetaData) -> Table:
    """Declare what remains to be done after a withdrawal, and the proof that it was."""
    return Table(
        "withdrawal_task",
        metadata,
        Column("task_id", _ID, primary_key=True),
        Column("pid", _ID, ForeignKey("participant.pid"), nullable=False, index=True),
        Column("dataset", Text, nullable=False),
        Column("withdrawal_id", _ID),
        Column("level", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("created_at", _INSTANT, nullable=False),
        Column("owner_issuer", Text),
        Column("owner_subject", Text),
        Column("done_at", _INSTANT),
        Column("proof_sha256", LargeBinary),
        Index("ix_withdrawal_task_open", "created_at", postgresql_where=text("done_at IS NULL")),
    )
