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

from services.demo.postgres import DEFAULT_VERSION, EmbeddedPostgres, runtime_role
from shared.db import run_migrations
from tests.support.endings import at_end_of_run

_FOLDER = Path(__file__).resolve().parents[2] / "var" / "test"
_RUNTIME = runtime_role("")
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
    role, original = _role_and_name(url)
    with session_server().admin() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (original,)
        )
    return session_server().url(_copy(role.removesuffix(_RUNTIME), original), role)


def empty_database(role: str) -> str:
    """Create an empty database of its own for `role` and give its URI."""
    return session_server().create_service(role, database=_fresh_name(role))


def fresh_database(service: str) -> str:
    """Create a migrated database for `service` (a package with `migrations/`).

    Gives the URI for its processes, who own nothing in it; `owner_of` gives its owner's. Its owner
    is named like the package, without what stands before the last dot.
    """
    name = _copy(_role(service), _template(service))
    return session_server().runtime_url(_role(service), database=name)


def owner_of(url: str) -> str:
    """Give the URI of the same database for its owner, who may do what no process may."""
    role, name = _role_and_name(url)
    return session_server().url(name, role.removesuffix(_RUNTIME))


def runtime_of(url: str) -> str:
    """Give the URI of the same database for its processes."""
    role, name = _role_and_name(url)
    return session_server().url(name, runtime_role(role.removesuffix(_RUNTIME)))


def _copy(owner: str, template: str) -> str:
    """Copy a database, and with it who may enter, which no copy holds."""
    name, database = _fresh_name(owner), sql.Identifier
    with session_server().admin() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                database(name), database(template), database(owner)
            )
        )
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database(name)))
        held = "has_database_privilege(%s, %s, 'TEMPORARY')"
        role = runtime_role(owner)
        temporary = connection.execute(f"SELECT {held}".encode(), (role, template)).fetchone()
        words = "CONNECT, TEMPORARY" if temporary == (True,) else "CONNECT"
        connection.execute(
            sql.SQL("GRANT {} ON DATABASE {} TO {}").format(
                sql.SQL(words), database(name), database(role)
            )
        )
    return name


@cache
def _template(service: str) -> str:
    role = _role(service)
    name = f"{role}_template"
    url = session_server().create_service(role, database=name)
    run_migrations(service, url, runs_as=runtime_role(role))
    return name


def _role_and_name(url: str) -> tuple[str, str]:
    role, name = url.partition("://")[2].partition("@")[0], url.rpartition("/")[2]
    return role.partition(":")[0], name.partition("?")[0]


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
