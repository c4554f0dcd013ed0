# SPDX-License-Identifier: Apache-2.0
"""A real full disk under PostgreSQL, of its data or of its own log, while the log's processes run.

Nothing is lost, nothing is doubled, and what was signed is extended once there is room again.
"""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Literal

from services.demo.postgres import EmbeddedPostgres
from services.demo.postgres_host import account_for, server_programs
from tests.support.faulted_log import FaultedLog, faulted_log
from tests.support.small_disk import SmallDisk, small_disk
from tests.support.waiting import wait_until

SECONDS = 120
ROUNDS = 40
_SERVICE = "audit_log"


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    folder = Path(tempfile.mkdtemp(prefix="placet-"))  # short enough for one socket for ever
    server = EmbeddedPostgres(
        folder,
        settings={"fsync": "off", "wal_recycle": "off", "min_wal_size": "32MB"},
    )
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def disk_of(server: EmbeddedPostgres, size: str) -> Iterator[SmallDisk]:
    """Mount a disk that the server's user may write, where it reaches it."""
    folder = Path(tempfile.mkdtemp(prefix="placet-"))
    folder.chmod(0o711)
    account = account_for(folder, server_programs(18))
    owner = None if account is None else account.pw_uid
    try:
        with small_disk(folder / "disk", size, owner=owner) as disk:
            yield disk
            server.stop()  # nothing may be open on it
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running(server: EmbeddedPostgres, folder: Path, url: str) -> Iterator[FaultedLog]:
    """Run a log's own processes, which never start again whatever the disk does."""
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(faulted_log(folder, database=url))
        log.source.close()
        processes = [
            stack.enter_context(log.process(command, module="services.audit_log"))
            for command in ("sequence", "work")
        ]
        yield log
        assert [one.poll() for one in processes] == [None, None]


def folder_of(url: str) -> Path:
    """Give the server's folder, in which its socket's lies."""
    return Path(unquote(url.rpartition("host=")[2])).parent


def say_until(log: FaultedLog, is_full: Callable[[], bool]) -> None:
    """Say round after round until there is no room for it."""
    for _ in range(ROUNDS):
        if is_full():
            return
        log.say_on_topic()
        with contextlib.suppress(AssertionError):
            wait_until(lambda: is_full() or log.is_taken(), "it is taken or refused", 20)
    assert is_full(), "the disk was full"


def assert_all_arrives(log: FaultedLog) -> None:
    wait_until(log.is_taken, "all is sequenced", SECONDS)
    wait_until(log.is_published, "all is published", SECONDS)
    log.assert_whole()


def test_a_disk_full_of_data_loses_nothing_and_doubles_nothing(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    url = server.create_service(_SERVICE)
    with disk_of(server, "64m") as disk:
        with server.admin() as connection:
            place = SQL("CREATE TABLESPACE small LOCATION {}").format(Literal(str(disk.folder)))
            connection.execute(place)
            moved = SQL("ALTER DATABASE {} SET TABLESPACE small").format(Identifier(_SERVICE))
            connection.execute(moved)
        with running(server, tmp_path, url) as log:
            log.say()
            assert_all_arrives(log)
            disk.fill()
            say_until(log, lambda: "DiskFull" in log.log.read_text())
            log.served()
            disk.make_room()
            log.say()
            assert_all_arrives(log)


def test_a_disk_full_of_the_servers_own_log_loses_nothing_and_doubles_nothing(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    """PostgreSQL ends itself (PANIC) when it cannot write its own log; somebody starts it again."""
    url = server.create_service(_SERVICE)
    data = folder_of(url) / "data"
    with disk_of(server, "256m") as disk:
        server.stop()
        # With its owner, which shutil does not keep.
        subprocess.run(["cp", "-a", data / "pg_wal", disk.folder], check=True)
        shutil.rmtree(data / "pg_wal")
        (data / "pg_wal").symlink_to(disk.folder / "pg_wal")
        server.start()
        words = data.parent / "log"

        def has_ended() -> bool:
            return "No space left on device" in words.read_text(errors="replace")

        with running(server, tmp_path, url) as log:
            log.say()
            assert_all_arrives(log)
            disk.fill()
            with contextlib.suppress(psycopg.OperationalError), server.admin() as connection:
                for _ in range(ROUNDS):
                    connection.execute("SELECT pg_switch_wal()")
                    log.say_on_topic(20)
            wait_until(has_ended, "the server has no room for its own log", SECONDS)
            disk.make_room()
            server.stop()
            server.start()
            log.say()
            assert_all_arrives(log)
