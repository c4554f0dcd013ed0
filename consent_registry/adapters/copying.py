# SPDX-License-Identifier: Apache-2.0
"""COPY of many rows into one table, inside the caller's SQLAlchemy transaction.

`copy_behind` goes on while the database stores: what the connection is asked next waits for it,
the commit included, so that the order of statements and what a transaction is stay as written. A
COPY after a COPY waits behind it too, and its caller does not.
A COPY that fails is told there, and nothing of its transaction can be committed any more.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Final

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, Table, event

from consent_registry.adapters.copy_text import copy_text
from consent_registry.domain.errors import TryAgain

_BEHIND: Final = "placet_copy_behind"
# For fewer rows starting a thread costs more than waiting for them.
_WORTH_A_THREAD: Final = 32
_ROWS_AT_ONCE: Final = 5_000


def copy_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Copy rows into these columns; the table's constraints hold as for INSERT."""
    settle(connection)
    _copy(driver(connection), table, columns, rows)


def copy_behind(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    looked: bool = False,
) -> None:
    """Copy rows while the caller goes on; the engine must `wait_for_copies`.

    The rows must not be changed any more. Only one thread may use the connection. Where the caller
    has `looked` and found none of them, one that somebody has made since is told as TryAgain.
    """
    copy = _copy_new if looked else _copy
    if len(rows) < _WORTH_A_THREAD:
        settle(connection)
        copy(driver(connection), table, columns, rows)
        return
    work = partial(copy, driver(connection), table, columns, rows)
    connection.info[_BEHIND] = _Behind(work, connection.info.get(_BEHIND))


def settle(connection: Connection) -> None:
    """Wait for a COPY that runs behind; raises what it raised."""
    behind = connection.info.pop(_BEHIND, None)
    if behind is not None:
        behind.finish()


def wait_for_copies(engine: Engine) -> None:
    """Make every statement and every end of a transaction of this engine wait for its copies."""

    def before_statement(connection: Connection, *_: object) -> None:
        settle(connection)

    def before_commit(connection: Connection) -> None:
        try:
            settle(connection)
        except (psycopg.Error, TryAgain):
            driver(connection).rollback()  # SQLAlchemy takes a commit that fails for done
            raise

    def before_rollback(connection: Connection) -> None:
        if connection.invalidated:
            return  # the server is gone: nothing to wait for, and whoever asked is told that
        behind = connection.info.pop(_BEHIND, None)
        if behind is not None:
            behind.wait()

    event.listen(engine, "before_cursor_execute", before_statement)
    event.listen(engine, "commit", before_commit)
    event.listen(engine, "rollback", before_rollback)


def driver(connection: Connection) -> psycopg.Connection[tuple[object, ...]]:
    """Give the psycopg connection under this transaction, begun if nothing was asked yet."""
    if not connection.in_transaction():
        connection.begin()
    found = connection.connection.driver_connection
    if not isinstance(found, psycopg.Connection):
        raise TypeError("the engine does not use psycopg")
    return found


class _Behind:
    """One COPY in a thread of its own, after the one before it; of that, it carries the fault."""

    def __init__(self, copy: Callable[[], None], first: "_Behind | None") -> None:
        self._copy = copy
        self._first = first
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="copy-behind", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait until the connection is free again."""
        self._thread.join()

    def finish(self) -> None:
        """Wait, and raise what the COPY raised."""
        self.wait()
        if self._fault is not None:
            raise self._fault

    def _run(self) -> None:
        try:
            if self._first is not None:
                self._first.finish()
            self._copy()
        except BaseException as fault:  # noqa: BLE001 - carried to whoever waits for the copy
            self._fault = fault


def _copy(
    connection: psycopg.Connection[tuple[object, ...]],
    table: Table,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    waiting = iter(rows)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        while part := list(islice(waiting, _ROWS_AT_ONCE)):
            copy.write(copy_text(part))


def _copy_new(
    connection: psycopg.Connection[tuple[object, ...]],
    table: Table,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> None:
    try:
        _copy(connection, table, columns, rows)
    except psycopg.errors.UniqueViolation:
        raise TryAgain from None
