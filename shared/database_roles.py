# SPDX-License-Identifier: Apache-2.0
"""The two roles of a database as settings name them: who migrates, and who runs.

A production node has both, and a process refuses to start as a role that could undo what protects
its tables. A development node may have one role for both, and is told so.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.exc import OperationalError

from shared.db import engine, run_migrations
from shared.privileges import Privileges, faults_of_role
from shared.settings import CommonSettings, SettingsError

_log: Final = logging.getLogger("placet.database")
_OWNER_CONNECTS: Final = "SELECT current_user, rolname, rolsuper FROM pg_roles WHERE rolname = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseRoles:
    """One database, once for each role, with the names of the settings for faults."""

    service: str
    """The package with `migrations/`."""
    privileges: Privileges
    url: str
    setting: str
    owner_url: str
    owner_setting: str

    @property
    def runs_as(self) -> str:
        """The role of the processes."""
        return str(conninfo_to_dict(self.url).get("user") or "")


def own_database(settings: CommonSettings, service: str, privileges: Privileges) -> DatabaseRoles:
    """Name the database that each of the three services has."""
    return DatabaseRoles(
        service=service,
        privileges=privileges,
        url=settings.database_url,
        setting="PLACET_DATABASE_URL",
        owner_url=settings.owner_database_url,
        owner_setting="PLACET_MIGRATIONS_DATABASE_URL",
    )


def migrate(databases: Sequence[DatabaseRoles], *, development: bool) -> None:
    """Bring the schemas up to date as their owners, and give the processes' roles their rights.

    Raises SettingsError, naming every fault at once and with nothing done, where an owner is
    missing that production needs, or where a role cannot be what it is named for.
    """
    faults = [fault for one in databases for fault in _faults(one, development=development)]
    if faults:
        raise SettingsError(faults)
    for one in databases:
        run_migrations(
            one.service, one.owner_url or one.url, runs_as=one.runs_as if one.owner_url else ""
        )


def require_lesser_roles(databases: Sequence[DatabaseRoles], *, development: bool) -> None:
    """Refuse to run as a role that may do more than its service's processes need.

    Raises SettingsError naming every fault; a development node is warned. A database that does not
    answer is not waited for: what is up to it, it will be asked when it is back.
    """
    found = [fault for one in databases for fault in _of_process(one)]
    if found and not development:
        raise SettingsError(found)
    for fault in found:
        _log.warning("role_may_too_much", extra={"fault": fault})


def _faults(one: DatabaseRoles, *, development: bool) -> Iterator[str]:
    if not one.owner_url:
        if not development:
            yield (
                f"{one.owner_setting}: is not set; migrations speak as the owner of the tables,"
                f" and the role of {one.setting} only runs"
            )
        return
    if not one.runs_as:
        yield f"{one.setting}: names no role"
        return
    with psycopg.connect(one.owner_url, connect_timeout=5) as connection:
        row = connection.execute(_OWNER_CONNECTS, (one.runs_as,)).fetchone()
        if row is None:
            yield f"{one.setting}: names a role that does not exist"
        elif row[0] == row[1]:
            yield f"{one.owner_setting}: names the role of {one.setting}; it needs another"


def _of_process(one: DatabaseRoles) -> Iterable[str]:
    if one.owner_url:
        yield f"{one.owner_setting}: is for `migrate` alone; no other process may have it"
    try:
        yield from _asked(one)
    except OperationalError:
        _log.warning("role_not_checked", extra={"setting": one.setting})


def _asked(one: DatabaseRoles) -> list[str]:
    database = engine(one.url, pool_size=1, statement_timeout_ms=5_000)
    try:
        with database.connect() as connection:
            found = faults_of_role(connection, one.privileges)
    finally:
        database.dispose()
    return [f"{one.setting}: its role {fault}" for fault in found]
