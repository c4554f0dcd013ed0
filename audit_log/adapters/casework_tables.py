# SPDX-License-Identifier: Apache-2.0
"""The tables of officers' work, as declarations: cases, requests to open, saved searches, runs.

What may change, ever: a case is closed once, a request decided once by somebody else, a saved
search moves on and is ended; runs are added.
"""

from typing import Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from audit_log.adapters.tables import METADATA

_INSTANT: Final = DateTime(timezone=True)


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


CASE_FILE: Final = Table(
    "case_file",
    METADATA,
    Column("id", Text, primary_key=True),
    _text("reason"),
    _text("reference", null=True),
    _text("owner_iss"),
    _text("owner_sub"),
    Column("opened_at", _INSTANT, nullable=False),
    Column("closed_at", _INSTANT, nullable=True),
)
CASE_REVEAL: Final = Table(
    "case_reveal",
    METADATA,
    Column("id", Text, primary_key=True),
    _text("case_id"),
    Column("indexes", ARRAY(BigInteger), nullable=False),
    Column("groups", ARRAY(Text), nullable=False),
    _text("asked_iss"),
    _text("asked_sub"),
    Column("asked_at", _INSTANT, nullable=False),
    _text("state"),
    _text("decided_iss", null=True),
    _text("decided_sub", null=True),
    Column("decided_at", _INSTANT, nullable=True),
    CheckConstraint(
        "NOT (decided_iss IS NOT DISTINCT FROM asked_iss"
        " AND decided_sub IS NOT DISTINCT FROM asked_sub)",
        name="four_eyes",
    ),
    CheckConstraint(
        "(state = 'asked') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_sub IS NULL)"
        " AND (decided_at IS NULL) = (decided_iss IS NULL)",
        name="decided",
    ),
)
Index(None, CASE_REVEAL.c.case_id)
SAVED_QUERY: Final = Table(
    "saved_query",
    METADATA,
    Column("id", Text, primary_key=True),
    _text("name"),
    _text("owner_iss"),
    _text("owner_sub"),
    Column("kid", BigInteger, nullable=False),
    _text("kek"),
    Column("wrapped", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("hours", Integer, nullable=False),
    Column("next_at", _INSTANT, nullable=True),
    Column("size", BigInteger, nullable=False),
    Column("results", BigInteger, nullable=False),
    Column("about", ARRAY(LargeBinary), nullable=True),
)
Index(None, SAVED_QUERY.c.next_at)
QUERY_RUN: Final = Table(
    "query_run",
    METADATA,
    Column("query", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("ran_at", _INSTANT, nullable=False),
    Column("before", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("results", BigInteger, nullable=False),
    Column("fresh", BigInteger, nullable=False),
    Column("gone", BigInteger, nullable=False),
    Column("indexes", ARRAY(BigInteger), nullable=False),
    # Null where every cohort was told: rows of before keep their hash.
    Column("unresolved", BigInteger, nullable=True),
)
