# SPDX-License-Identifier: Apache-2.0
"""The table of rulings: insert-only, as the migrations make it. Declares it; reads nothing."""

from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Index, MetaData, Table, Text, Uuid


def ruling_statement_table(metadata: MetaData) -> Table:
    """Declare what an authority stated: one row for a ruling, one more when it is withdrawn."""
    texts = ("application_id", "purpose_sha256", "clause", "question", "value", "says")
    return Table(
        "ruling_statement",
        metadata,
        Column("ruling_id", Uuid(as_uuid=False), primary_key=True),
        Column("withdrawn", Boolean, primary_key=True),
        Column("dataset", Text, ForeignKey("dataset.dataset"), nullable=False),
        *(Column(name, Text, nullable=False) for name in texts),
        Column("stated_at", DateTime(timezone=True), nullable=False),
        Column("recorded_at", DateTime(timezone=True), nullable=False),
        Column("jws", Text, nullable=False),
        Index(None, "application_id"),
    )
