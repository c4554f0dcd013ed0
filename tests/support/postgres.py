# SPDX-License-Identifier: Apache-2.0
"""One real PostgreSQL per process of a test run, with as many fresh databases as tests ask for.

The server starts when the first test asks, in a folder of this process below `var/test/`, and is
gone with it. A service's schema is migrated once, into a template that every fresh database copies.
`PLACET_TEST_POSTGRES=16` runs everything on the older server of the wheel.
"""

import itertools
import os
import shutil
from functools import cache
from pathlib import Path

from psycopg import sql

from services.demo.postgres import DEFAULT_VERSION, EmbeddedPostgres
from shared.db import run_migrations
from tests.support.endings import at_end_of_run

_FOLDER = Path(__file__).resolve().parents[2] / "var" / "test"
_NUMBERS = itertools.count(1)
# The data dies with the run, so nothing has to survive a power cut; a killed server still recovers.
_SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "200"}


@cache
def session_server() -> EmbeddedPostgres:
    """Start this process's server; the same one for every caller."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    _clear_leftovers()
    folder = _FOLDER / f"postgres-{os.getpid()}"
    version = int(os.environ.get("PLACET_TEST_POSTGRES", DEFAULT_VERSION))
    server = EmbeddedPostgres(folder, settings=_SETTINGS, version=version)
    server.start()

    def end() -> None:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)

    at_end_of_run(end)
    return server


def copied_database(url: str) -> str:
    """Copy a database as it stands now, as a backup would be restored; nobody may be using it."""
    server = session_server()
    role, original = url.partition("://")[2].partition("@")[0], url.rpartition("/")[2]
    role, original = role.partition(":")[0], original.partition("?")[0]
    name = _fresh_name(role)
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
        sql.Identifier(name), sql.Identifier(original), sql.Identifier(role)
    )
    with server.admin() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (original,)
        )
        connection.execute(statement)
    return server.url(name, role)


def empty_database(role: str) -> str:
    """Create an empty database of its own for `role` and give its URI."""
    return session_server().create_service(role, database=_fresh_name(role))


def fresh_database(service: str) -> str:
    """Create a migrated database for `service` (a package with `migrations/`), give its URI.

    Its role is named like the package, without what stands before the last dot.
    """
    template, role = _template(service), _role(service)
    server = session_server()
    name = _fresh_name(role)
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
        sql.Identifier(name), sql.Identifier(template), sql.Identifier(role)
    )
    with server.admin() as connection:
        connection.execute(statement)
    return server.url(name, role)


@cache
def _template(service: str) -> str:
    role = _role(service)
    name = f"{role}_template"
    run_migrations(service, session_server().create_service(role, database=name))
    return name


def _role(service: str) -> str:
    return service.rpartition(".")[2]


def _fresh_name(role: str) -> str:
    return f"{role}_{next(_NUMBERS)}"


def _clear_leftovers() -> None:
    """Remove the folders of runs that were killed."""
    for folder in _FOLDER.glob("postgres-*"):
        pid = folder.name.partition("-")[2]
        if pid.isdigit() and not _alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
