# SPDX-License-Identifier: Apache-2.0
"""The tables of studies: insert-only, as the migrations make them. Declares them; reads nothing."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    MetaData,
    Table,
    Text,
    text,
)


def study_tables(metadata: MetaData) -> tuple[Table, Table]:
    """Declare the versions of studies, and the placements of datasets, the highest of which counts.

    An empty study says that a dataset was taken out.
    """
    texts = ("title", "controller", "purpose", "ethics")
    versions = Table(
        "study_version",
        metadata,
        Column("study", Text, primary_key=True),
        Column("version", BigInteger, primary_key=True, autoincrement=False),
        *(Column(name, Text, nullable=False) for name in texts),
        Column("starts_on", Date, nullable=False),
        Column("data_until", Date),
        Column("recorded_at", DateTime(timezone=True), nullable=False),
        Column("later_datasets", Boolean, nullable=False, server_default=text("false")),
    )
    placements = Table(
        "study_dataset",
        metadata,
        Column("dataset", Text, ForeignKey("dataset.dataset"), primary_key=True),
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("study", Text, nullable=False),
        Column("recorded_at", DateTime(timezone=True), nullable=False),
    )
    return versions, placements
