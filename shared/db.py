# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL for every service: engine, naming of constraints, migrations, readiness.

Never holds a table of its own, and never lets a migration wait or run without limit. A service
declares its tables as

    class Base(DeclarativeBase):
        metadata = new_metadata()
        type_annotation_map = COLUMN_TYPES

and its `migrations/env.py` is three lines: import that metadata, import the service's table of
privileges, call `run_env(metadata, privileges)`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import psycopg
from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    create_engine,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolBusy

from shared.privileges import Privileges, grant

NAMING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
COLUMN_TYPES: Final[dict[Any, Any]] = {
    int: BigInteger,
    bytes: LargeBinary,
    datetime: DateTime(timezone=True),
    dict[str, Any]: JSONB,
    list[Any]: JSONB,
}
AWAY: Final = (
    *(OperationalError, InterfaceError, PoolBusy),
    *(psycopg.OperationalError, psycopg.InterfaceError),
)
"""What is raised when the server cannot be reached, went away, or cannot do it now."""
_CONNECT_SECONDS: Final = 5
_MIGRATION_LOCK: Final = 0x504C4143  # "PLAC": one migrator per database
_MIGRATOR_WAIT_MS: Final = 60_000
_PARTITIONS: Final = "SELECT relname FROM pg_class WHERE relispartition AND relkind IN ('r', 'p')"


def new_metadata() -> MetaData:
    """Make a MetaData that names every constraint, so that migrations can change them."""
    return MetaData(naming_convention=dict(NAMING))


def connect(
    url: str, *, application_name: str = "placet", statement_timeout_ms: int | None = None
) -> psycopg.Connection:
    """Open one psycopg connection from a libpq URI, in UTC and with a limit per statement."""
    asked = conninfo_to_dict(url)
    connection = psycopg.connect(
        url,
        connect_timeout=int(asked.get("connect_timeout") or _CONNECT_SECONDS),
        application_name=asked.get("application_name") or application_name,
        autocommit=True,
    )
    connection.execute("SET TIME ZONE 'UTC'")
    if statement_timeout_ms is not None:
        connection.execute(f"SET statement_timeout = {int(statement_timeout_ms)}")
    connection.autocommit = False
    return connection


def engine(
    url: str,
    *,
    application_name: str = "placet",
    pool_size: int = 5,
    max_overflow: int = 5,
    statement_timeout_ms: int | None = 30_000,
) -> Engine:
    """Make the SQLAlchemy engine of a libpq URI (`postgresql://...`, any libpq parameter).

    Connections are checked before use, so that a restarted server costs no request. Nothing is
    opened before the first use.
    """
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: connect(
            url, application_name=application_name, statement_timeout_ms=statement_timeout_ms
        ),
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=10,
        pool_pre_ping=True,
    )


def run_migrations(
    service: str,
    url: str,
    *,
    runs_as: str = "",
    revision: str = "head",
    statement_timeout_ms: int = 5_000,
    lock_timeout_ms: int = 4_000,
) -> None:
    """Bring the schema of `service` (a package with `migrations/`) up to `revision`.

    `url` is the owner's, and the role `runs_as` gets what the service's table of privileges
    declares, in one transaction; without a name nobody gets anything.

    One migrator works at a time, the next waits up to a minute and then finds nothing to do. Each
    migration is one transaction; each statement in it is limited, so that a busy table delays the
    deployment and never the service. Raises the database's error, with nothing half-applied.
    """
    limits = (statement_timeout_ms, lock_timeout_ms)
    _migrate(service, url, lambda to: command.upgrade(to, revision), limits, runs_as)


def undo_migrations(
    service: str,
    url: str,
    *,
    revision: str = "base",
    statement_timeout_ms: int = 5_000,
    lock_timeout_ms: int = 4_000,
) -> None:
    """Take the schema back down to `revision`, under the same limits."""
    limits = (statement_timeout_ms, lock_timeout_ms)
    _migrate(service, url, lambda to: command.downgrade(to, revision), limits)


def run_env(metadata: MetaData, privileges: Privileges) -> None:
    """Do the work of a service's `migrations/env.py`; Alembic calls it with its context set."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transaction_per_migration=True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    role = context.config.attributes["runs_as"]
    if role:
        grant(connection, privileges, role)  # committed by whoever runs the migrations


def schema_differences(metadata: MetaData, url: str) -> Sequence[object]:
    """List what a migrated database has differently from the models; empty when they agree."""
    one = engine(url, pool_size=1)
    try:
        with one.connect() as connection:
            parts = set(connection.execute(text(_PARTITIONS)).scalars())
            options = {
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, kind, _: kind != "table" or name not in parts,
            }
            found: list[object] = compare_metadata(
                MigrationContext.configure(connection, opts=options), metadata
            )
            return found
    finally:
        one.dispose()


def ready_check(database: Engine, service: str) -> Callable[[], None]:
    """Make the check for `/readyz`: the database answers and its schema is the newest known.

    The check raises RuntimeError, or the database's error, when it is not so. A schema newer than
    the code passes: during a rolling deployment the migration runs first.
    """
    known = {script.revision for script in _scripts(service).walk_revisions()}
    heads = set(_scripts(service).get_heads())

    def check() -> None:
        with database.connect() as connection:
            applied = set(MigrationContext.configure(connection).get_current_heads())
        if not applied or (applied <= known and applied != heads):
            raise RuntimeError("the database schema is not migrated")

    return check


def _scripts(service: str) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(service))


def _config(service: str) -> Config:
    config = Config()
    config.set_main_option("script_location", f"{service}:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _migrate(
    service: str,
    url: str,
    move: Callable[[Config], None],
    limits: tuple[int, int],
    runs_as: str = "",
) -> None:
    one = engine(url, pool_size=1, statement_timeout_ms=None)
    try:
        with one.connect() as connection:
            _become_the_migrator(connection, limits)
            config = _config(service)
            config.attributes.update({"connection": connection, "runs_as": runs_as})
            move(config)
            connection.commit()
    finally:
        one.dispose()  # closing the session releases the lock


def _become_the_migrator(connection: Connection, limits: tuple[int, int]) -> None:
    """Take the advisory lock, then set the limits; both last as long as the session."""
    statement_ms, lock_ms = limits
    connection.execute(text(f"SET lock_timeout = {_MIGRATOR_WAIT_MS}"))
    connection.execute(text(f"SELECT pg_advisory_lock({_MIGRATION_LOCK})"))
    connection.execute(text(f"SET statement_timeout = {int(statement_ms)}"))
    connection.execute(text(f"SET lock_timeout = {int(lock_ms)}"))
    connection.commit()
