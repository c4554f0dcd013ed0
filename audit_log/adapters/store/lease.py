# SPDX-License-Identifier: Apache-2.0
"""Who leads: a lease in `log_state`, by the database's clock, fenced by an epoch.

A sequencer that was stopped, even inside its transaction, is ended at the server before another
takes over, so that its row locks do not hold up the new one; its commit fails in any case, because
the epoch is part of it.
"""

from typing import Final

import psycopg

from audit_log.domain.errors import Fenced, LogMismatch
from audit_log.domain.merkle import EMPTY_ROOT

APPLICATION: Final = "placet-sequencer"
READING: Final = "placet-sequencer-reading"  # never the session of a leader
# Ends a stopped sequencer that waits between its last statement and COMMIT.
IDLE_IN_TRANSACTION_MS: Final = 5_000


def open_log(cursor: psycopg.Cursor, origin: str) -> None:
    """Create the state row of a new log; raise LogMismatch when it is another log's."""
    cursor.execute(
        "INSERT INTO log_state (log_id, origin, size, root, epoch, erasures, holder, backend,"
        " lease_until) VALUES (1, %s, 0, %s, 0, 0, '', 0, '-infinity') ON CONFLICT DO NOTHING",
        (origin, EMPTY_ROOT),
    )
    row = cursor.execute("SELECT origin FROM log_state").fetchone()
    if row is None or row[0] != origin:
        raise LogMismatch("the database holds a log of another origin")


def take(cursor: psycopg.Cursor, holder: str, seconds: float) -> int | None:
    """Take the lease if it is free, run out or ours; give the new epoch.

    It is free, too, when the leader's session is gone: a leader that was killed need not be waited
    for, and one that only lost its connection finds itself fenced.
    """
    row = cursor.execute(
        "SELECT epoch, holder = %s OR lease_until < clock_timestamp() OR NOT EXISTS ("
        " SELECT FROM pg_stat_activity WHERE pid = backend AND datname = current_database()"
        " AND application_name = current_setting('application_name')), backend FROM log_state",
        (holder,),
    ).fetchone()
    if row is None or not row[1]:
        return None
    _end(cursor, row[2])
    taken = cursor.execute(
        "UPDATE log_state SET epoch = epoch + 1, holder = %s, backend = pg_backend_pid(),"
        " lease_until = clock_timestamp() + make_interval(secs => %s)"
        " WHERE epoch = %s RETURNING epoch",
        (holder, seconds, row[0]),
    ).fetchone()
    return None if taken is None else int(taken[0])


def prolong(cursor: psycopg.Cursor, epoch: int, seconds: float) -> None:
    """Renew the lease; raise Fenced when another epoch leads."""
    cursor.execute(
        "UPDATE log_state SET backend = pg_backend_pid(),"
        " lease_until = clock_timestamp() + make_interval(secs => %s) WHERE epoch = %s",
        (seconds, epoch),
    )
    if cursor.rowcount != 1:
        raise Fenced("another sequencer leads")


def release(cursor: psycopg.Cursor, epoch: int) -> None:
    """Give the lease back, if it is still this epoch's."""
    cursor.execute("UPDATE log_state SET lease_until = '-infinity' WHERE epoch = %s", (epoch,))


def _end(cursor: psycopg.Cursor, backend: int) -> None:
    """End the former leader's session, if it is still there and is a sequencer's."""
    cursor.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid = %s AND pid <> pg_backend_pid() AND datname = current_database()"
        " AND application_name = current_setting('application_name')",
        (backend,),
    )
