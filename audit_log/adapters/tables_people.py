# SPDX-License-Identifier: Apache-2.0
"""The tables that find entries by people, for `audit_log.adapters.tables` to declare."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table


def ev_person_table(metadata: MetaData) -> Table:
    """Declare `ev_person`: which entries are about one member, sealed in them."""
    return Table(
        "ev_person",
        metadata,
        Column("dataset", Integer, primary_key=True, autoincrement=False),
        Column("ordinal", BigInteger, primary_key=True, autoincrement=False),
        Column("idx", BigInteger, primary_key=True, autoincrement=False),
    )


def ev_cohort_table(metadata: MetaData) -> Table:
    """Declare `ev_cohort`: which entries are about the people of a cohort that they name."""
    made = Table(
        "ev_cohort",
        metadata,
        Column("dataset", Integer, primary_key=True, autoincrement=False),
        Column("cohort", Integer, primary_key=True, autoincrement=False),
        Column("idx", BigInteger, primary_key=True, autoincrement=False),
        Column("revision", BigInteger, nullable=True),
    )
    Index(None, made.c.idx)
    return made
