# SPDX-License-Identifier: Apache-2.0
"""COPY of many rows into one table, inside the caller's SQLAlchemy transaction."""

from collections.abc import Iterable, Sequence

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Table


def copy_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Copy rows into these columns; the table's constraints hold as for INSERT."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with driver(connection).cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def driver(connection: Connection) -> psycopg.Connection[tuple[object, ...]]:
    """Give the psycopg connection under this transaction."""
    found = connection.connection.driver_connection
    if not isinstance(found, psycopg.Connection):
        raise TypeError("the engine does not use psycopg")
    return found
