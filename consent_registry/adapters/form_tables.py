# SPDX-License-Identifier: Apache-2.0
"""The tables of forms: insert-only, as the migrations make them. Declares; reads nothing."""

from sqlalchemy import Column, DateTime, LargeBinary, MetaData, Table, Text, UniqueConstraint


def form_tables(metadata: MetaData) -> tuple[Table, Table]:
    """Declare the forms themselves, and the steps of their way: published, retired.

    No foreign key between them: checking one takes a lock that needs the right to UPDATE.
    """
    form = Table(
        "consent_form",
        metadata,
        Column("sha256", LargeBinary, primary_key=True),
        Column("name", Text, nullable=False),
        Column("version", Text, nullable=False),
        Column("document", LargeBinary, nullable=False),
        Column("recorded_at", DateTime(timezone=True), nullable=False),
    )
    step = Table(
        "consent_form_step",
        metadata,
        Column("sha256", LargeBinary, primary_key=True),
        Column("step", Text, primary_key=True),
        Column("name", Text, nullable=False),
        Column("version", Text, nullable=False),
        Column("signature", Text, nullable=False),
        Column("recorded_at", DateTime(timezone=True), nullable=False),
        # A name and version is published once, whoever publishes at the same moment.
        UniqueConstraint("name", "version", "step"),
    )
    return form, step
