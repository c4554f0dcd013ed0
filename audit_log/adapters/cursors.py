# SPDX-License-Identifier: Apache-2.0
"""A psycopg cursor within a SQLAlchemy transaction, for what speaks raw SQL."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Connection


@contextmanager
def of(connection: Connection) -> Iterator[psycopg.Cursor]:
    """Open a psycopg cursor in the connection's transaction."""
    raw = connection.connection.driver_connection
    if not isinstance(raw, psycopg.Connection):
        raise TypeError("the engine does not speak psycopg")
    with raw.cursor(binary=True) as cursor:
        yield cursor
