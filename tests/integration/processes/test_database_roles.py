# SPDX-License-Identifier: Apache-2.0
"""A production process refuses a database role that may too much; `migrate` needs the owner's."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from consent_registry.adapters.privileges import PRIVILEGES
from services.docs.applications import SETTINGS
from services.docs.made_up import environment
from shared.database_roles import DatabaseRoles, migrate, require_lesser_roles
from shared.settings import SettingsError
from tests.support.postgres import (
    empty_database,
    fresh_database,
    owner_of,
    runtime_of,
    session_server,
)

ROOT = Path(__file__).resolve().parents[3]
PROCESSES = (
    *(("audit_log", "serve"), ("audit_log", "work"), ("audit_log", "sequence")),
    *(("consent_registry", "serve"), ("consent_registry", "work")),
    *(("permit_service", "serve"), ("permit_service", "work")),
)
OWNER, RUN = "PLACET_MIGRATIONS_DATABASE_URL", "PLACET_DATABASE_URL"
SERVICE = "consent_registry"


def start(
    name: str, command: str, environ: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", f"services.{name}", command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def production(name: str, folder: Path, **changes: str) -> dict[str, str]:
    """Give a production node's environment, with keys in it, and one database."""
    made = environment(SETTINGS[name], folder)
    for setting in [one for one in made if "CONTACT" in one or one == OWNER]:
        del made[setting]
    assert start(name, "check-config", made).returncode == 0  # makes the keys
    erasures = {"PLACET_ERASURES_FILE": str(folder / "erasures.jsonl")}
    return {**made, **erasures, "PLACET_ENV": "production", **changes}


def roles(url: str, owner_url: str = "") -> list[DatabaseRoles]:
    return [
        DatabaseRoles(
            service=SERVICE,
            privileges=PRIVILEGES,
            url=url,
            setting=RUN,
            owner_url=owner_url,
            owner_setting=OWNER,
        )
    ]


def faults_of(url: str, owner_url: str = "") -> str:
    with pytest.raises(SettingsError) as refused:
        require_lesser_roles(roles(url, owner_url), development=False)
    return str(refused.value)


@pytest.mark.parametrize(("name", "command"), PROCESSES)
def test_a_process_whose_role_owns_its_tables_does_not_start(
    name: str, command: str, tmp_path: Path
) -> None:
    url = owner_of(fresh_database(name))
    refused = start(name, command, production(name, tmp_path, **{RUN: url, OWNER: url}))
    assert refused.returncode == 2, refused.stderr
    assert "Traceback" not in refused.stderr
    assert f"{name} cannot start" in refused.stderr
    for fault in (
        f"{OWNER}: is for `migrate` alone",
        f"{RUN}: its role owns tables: ",
        f"{RUN}: its role owns the database",
        f"{RUN}: its role may create in the schema",
        f"{RUN}: its role may truncate",
    ):
        assert fault in refused.stderr
    assert url not in refused.stderr


def test_a_superuser_is_refused_by_name() -> None:
    url = fresh_database(SERVICE)
    role = str(conninfo_to_dict(url)["user"])
    found = faults_of(url.replace(f"{role}@", "postgres@"))
    assert "its role is a superuser" in found
    assert "may change or delete what is only added to: cohort_narrowed, " in found


def test_the_role_that_migrations_made_ready_is_not_refused() -> None:
    require_lesser_roles(roles(fresh_database(SERVICE)), development=False)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ("UPDATE (recorded_at) ON consent_event", "may change or delete what is only added to:"),
        ("DELETE ON withdrawal", "may change or delete what is only added to: withdrawal"),
        ("TRUNCATE ON standing", "may truncate, refer to or put triggers on tables: standing"),
        ("TRIGGER ON consent_event", "may truncate, refer to or put triggers on tables"),
        ("CREATE ON SCHEMA public", "may create in the schema"),
    ],
)
def test_what_somebody_granted_by_hand_is_a_fault_until_the_next_migration(
    given: str, fault: str
) -> None:
    url = fresh_database(SERVICE)
    role = Identifier(str(conninfo_to_dict(url)["user"]))
    with psycopg.connect(owner_of(url)) as connection:
        # What the owner took from itself it first gives itself back.
        connection.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO CURRENT_USER")
        connection.execute(SQL("GRANT {} TO {}").format(SQL(given), role))
    assert fault in faults_of(url)
    migrate(roles(url, owner_of(url)), development=False)
    require_lesser_roles(roles(url), development=False)


def test_whoever_may_become_the_owner_is_refused() -> None:
    """Also where she inherits nothing and would have to ask (NOINHERIT, SET ROLE)."""
    url, role = fresh_database(SERVICE), SQL("heir_of_consent_registry")
    with session_server().admin() as connection:
        connection.execute(SQL("CREATE ROLE {} LOGIN NOINHERIT").format(role))
        connection.execute(
            SQL("GRANT consent_registry, consent_registry_runtime TO {}").format(role)
        )
        name = Identifier(str(conninfo_to_dict(url)["dbname"]))
        connection.execute(SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, role))
    heir = url.replace("consent_registry_runtime@", "heir_of_consent_registry@")
    found = faults_of(heir)
    assert "may become a role that owns tables" in found
    assert "owns the database" not in found


def test_a_development_node_is_warned_and_starts(caplog: pytest.LogCaptureFixture) -> None:
    require_lesser_roles(roles(owner_of(fresh_database(SERVICE))), development=True)
    assert "role_may_too_much" in caplog.text


def test_a_database_that_is_away_is_not_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    require_lesser_roles(roles("postgresql://x@127.0.0.1:9/x"), development=False)
    assert "role_not_checked" in caplog.text


@pytest.mark.parametrize("name", ["audit_log", "consent_registry", "permit_service"])
def test_a_production_migration_speaks_as_the_owner_and_grants_the_processes_role(
    name: str, tmp_path: Path
) -> None:
    owner = empty_database(name)
    settings = production(name, tmp_path, **{RUN: runtime_of(owner)})
    lacking = start(name, "migrate", settings)
    assert (lacking.returncode, "Traceback" in lacking.stderr) == (2, False), lacking.stderr
    assert f"{OWNER}: is not set" in lacking.stderr
    for url, fault in (
        (owner, f"{OWNER}: names the role of {RUN}"),
        (owner.replace("://", "://nobody_of_"), f"{RUN}: names a role that does not exist"),
    ):
        refused = start(name, "migrate", {**settings, RUN: url, OWNER: owner})
        assert (refused.returncode, fault in refused.stderr) == (2, True), refused.stderr
    done = start(name, "migrate", {**settings, OWNER: owner})
    assert done.returncode == 0, done.stderr
    with psycopg.connect(runtime_of(owner)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() is not None
