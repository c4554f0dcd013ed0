# SPDX-License-Identifier: Apache-2.0
"""The rows of permit_service. Declares them; reads and writes nothing.

`permit.application_id` is unique: whatever else fails, an application never has two permits.
"""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from shared.db import COLUMN_TYPES, new_metadata
from shared.ended_sessions import ended_session_table
from shared.inbox import inbox_tables
from shared.outbox_tables import outbox_tables


class Base(DeclarativeBase):
    """What all rows share."""

    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


OUTBOX: Final = outbox_tables(Base.metadata)
INBOX: Final = inbox_tables(Base.metadata)
ENDED_SESSIONS: Final = ended_session_table(Base.metadata)


class AccountRow(Base):
    """An account; `own_subject` is given once and to nobody else."""

    __tablename__ = "account"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    own_subject: Mapped[str] = mapped_column(unique=True)
    opened_at: Mapped[datetime]


class ApplicationRow(Base):
    """An application."""

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint(
            "state IN ('submitted', 'granting', 'granted', 'refused', 'lapsed')", name="state"
        ),
        Index(None, "applicant_issuer", "applicant_subject"),
    )

    application_id: Mapped[str] = mapped_column(primary_key=True)
    applicant_issuer: Mapped[str]
    applicant_subject: Mapped[str]
    title: Mapped[str]
    organisation: Mapped[str]
    dataset: Mapped[str]
    purpose: Mapped[dict[str, Any]]
    months: Mapped[int]
    submitted_at: Mapped[datetime]
    state: Mapped[str]
    signatures: Mapped[list["SignatureRow"]] = relationship(
        order_by="SignatureRow.place", lazy="selectin", cascade="all, delete-orphan"
    )
    overdue: Mapped["OverdueRow | None"] = relationship(
        lazy="selectin", cascade="all, delete-orphan"
    )


class SignatureRow(Base):
    """One person's decision; nobody signs an application twice."""

    __tablename__ = "signature"
    __table_args__ = (
        UniqueConstraint("application_id", "authority_issuer", "authority_subject"),
        CheckConstraint("verdict IN ('grant', 'refuse')", name="verdict"),
    )

    application_id: Mapped[str] = mapped_column(
        ForeignKey("application.application_id"), primary_key=True
    )
    place: Mapped[int] = mapped_column(primary_key=True)
    authority_issuer: Mapped[str]
    authority_subject: Mapped[str]
    verdict: Mapped[str]
    reasons: Mapped[str]
    salt: Mapped[bytes]
    decided_at: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    policy_sha256: Mapped[str | None]


class OverdueRow(Base):
    """An application that nobody decided in time, and what that means."""

    __tablename__ = "overdue"
    __table_args__ = (CheckConstraint("means IN ('escalation', 'refusal')", name="means"),)

    application_id: Mapped[str] = mapped_column(
        ForeignKey("application.application_id"), primary_key=True
    )
    due_on: Mapped[date]
    means: Mapped[str]
    law: Mapped[str]
    policy_sha256: Mapped[str]
    noted_at: Mapped[datetime]


class PendingGrantRow(Base):
    """A grant that has no live permit yet."""

    __tablename__ = "pending_grant"

    application_id: Mapped[str] = mapped_column(
        ForeignKey("application.application_id"), primary_key=True
    )
    next_try_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int]
    fault: Mapped[str | None]


class PermitRow(Base):
    """A permit with the freeze it is bound to; at most one for each application."""

    __tablename__ = "permit"
    __table_args__ = (
        CheckConstraint("state IN ('issuing', 'live', 'revoked', 'void')", name="state"),
        CheckConstraint("(state = 'revoked') = (revoked_at IS NOT NULL)", name="revoked"),
        CheckConstraint("state <> 'live' OR revision IS NOT NULL", name="live_is_registered"),
        Index(None, "holder_issuer", "holder_subject"),
    )

    permit_id: Mapped[str] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(
        ForeignKey("application.application_id"), unique=True
    )
    holder_issuer: Mapped[str]
    holder_subject: Mapped[str]
    holder_own_subject: Mapped[str]
    dataset: Mapped[str]
    regime: Mapped[str]
    purpose: Mapped[dict[str, Any]]
    cohort_id: Mapped[str]
    cohort_revision: Mapped[int]
    cohort_counts: Mapped[dict[str, Any]]
    cohort_digest: Mapped[str]
    cohort_manifest: Mapped[str]
    frozen_at: Mapped[datetime]
    void_at: Mapped[datetime]
    jws: Mapped[str]
    decided_at: Mapped[datetime]
    issued_at: Mapped[datetime]
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]
    members_now: Mapped[int | None]
    members_revision: Mapped[int]
    state: Mapped[str]
    attempt: Mapped[int]
    revision: Mapped[int | None]
    live_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by_issuer: Mapped[str | None]
    revoked_by_subject: Mapped[str | None]
    revocation_reasons: Mapped[str | None]


class RulingStatementRow(Base):
    """A statement about a ruling; only ever added."""

    __tablename__ = "ruling_statement"
    __table_args__ = (
        CheckConstraint("says IN ('yes', 'no', 'withdrawn')", name="says"),
        UniqueConstraint("ruling_id", "says"),
    )

    number: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    ruling_id: Mapped[str]
    application_id: Mapped[str] = mapped_column(
        ForeignKey("application.application_id"), index=True
    )
    dataset: Mapped[str]
    purpose_sha256: Mapped[str]
    clause: Mapped[str]
    question: Mapped[str]
    value: Mapped[str]
    says: Mapped[str]
    by_issuer: Mapped[str]
    by_subject: Mapped[str]
    reasons: Mapped[str]
    salt: Mapped[bytes]
    stated_at: Mapped[datetime]
    jws: Mapped[str]


class UntoldRulingRow(Base):
    """A statement that consent_registry is still to be told, and when it last refused.

    No foreign key to the append-only table: checking one takes a lock that needs UPDATE.
    """

    __tablename__ = "untold_ruling"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    application_id: Mapped[str] = mapped_column(index=True)
    refused_at: Mapped[datetime | None]


class UntoldEndRow(Base):
    """The end of a permit that consent_registry is still to be told, and when it last refused."""

    __tablename__ = "untold_end"

    permit_id: Mapped[str] = mapped_column(primary_key=True)
    refused_at: Mapped[datetime | None]


class PermitChangeRow(Base):
    """One step of the register `permits`; its revision is its position in the feed."""

    __tablename__ = "permit_change"
    __table_args__ = (CheckConstraint("kind IN ('permit.issued', 'permit.revoked')", name="kind"),)

    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    permit_id: Mapped[str] = mapped_column(ForeignKey("permit.permit_id"), index=True)


class HeartbeatRow(Base):
    """The newest signed heartbeat of a register."""

    __tablename__ = "heartbeat"

    register: Mapped[str] = mapped_column(primary_key=True)
    jws: Mapped[str]
    signed_at: Mapped[datetime]
