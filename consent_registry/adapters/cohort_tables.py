# SPDX-License-Identifier: Apache-2.0
"""The tables of frozen cohorts and of who left them, for `consent_registry.adapters.tables`."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

_INSTANT: Final = DateTime(timezone=True)
_ID: Final = Uuid(as_uuid=False)


def cohort_tables(metadata: MetaData) -> tuple[Table, Table]:
    """Declare `cohort`, frozen once and bound once, and `cohort_narrowed`: each person once."""
    cohort = Table(
        "cohort",
        metadata,
        Column("cohort_id", _ID, primary_key=True),
        Column("dataset", Text, ForeignKey("dataset.dataset"), nullable=False),
        Column("application_id", Text, nullable=False),
        Column("purpose", JSONB, nullable=False),
        Column("revision", BigInteger, nullable=False),
        Column("frozen_at", _INSTANT, nullable=False),
        Column("void_at", _INSTANT, nullable=False),
        Column("counts", JSONB, nullable=False),
        Column("reasons", JSONB, nullable=False),
        Column("salt", LargeBinary, nullable=False),
        Column("digest", Text, nullable=False),
        Column("bitmap", LargeBinary, nullable=False),
        Column("manifest", Text, nullable=False),
        Column("permit_id", Text, unique=True),
        Column("bound_at", _INSTANT),
        Column("bound_revision", BigInteger),
        Column("lapses", JSONB),
        # Its rulings; the policy it was last looked through under, empty once one is withdrawn.
        Column("rulings", JSONB, nullable=False, server_default="[]"),
        Column("checked_under", Text),
        # What people may know of the permit: all three, or none where its service said nothing.
        Column("project_title", Text),
        Column("project_organisation", Text),
        Column("project_until", _INSTANT),
        Column("ended_at", _INSTANT),  # before its time, as its service said
        Index(None, "dataset", "bound_revision"),
        CheckConstraint("(permit_id IS NULL) = (bound_at IS NULL)", name="bound"),
        CheckConstraint(
            "num_nulls(project_title, project_organisation, project_until) IN (0, 3)",
            name="project",
        ),
        CheckConstraint("ended_at IS NULL OR permit_id IS NOT NULL", name="ended"),
    )
    narrowed = Table(
        "cohort_narrowed",
        metadata,
        Column("cohort_id", _ID, ForeignKey("cohort.cohort_id"), primary_key=True),
        Column("ordinal", BigInteger, primary_key=True, autoincrement=False),
        Column("revision", BigInteger, nullable=False),
        Column("cause", Text, nullable=False),
        Column("left_at", _INSTANT, nullable=False),
        Index(None, "cohort_id", "revision"),
    )
    return cohort, narrowed
