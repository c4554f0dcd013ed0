# SPDX-License-Identifier: Apache-2.0
"""The embedded PostgreSQL: starts, recovers, refuses company, and dies with its parent."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from services.demo.postgres import EmbeddedPostgres, PostgresUnavailable
from tests.support.waiting import wait_until

_ROOT = Path(__file__).resolve().parents[3]
_CHILD = """
import sys, time
from pathlib import Path
from services.demo.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
time.sleep(600)
"""


def alive(pid: int) -> bool:
    try:
        return "(postgres) Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def test_a_folder_keeps_its_data_over_restarts_and_crashes(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "pg", settings={"max_connections": "20"})
    with server:
        url = server.create_service("sample")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept (id int)")
            connection.execute("INSERT INTO kept VALUES (1)")
        server.kill()
    with server:
        url = server.create_service("sample")
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT id FROM kept").fetchall() == [(1,)]
            assert connection.execute("SHOW max_connections").fetchone() == ("20",)
            user = connection.execute("SELECT current_user").fetchone()
            assert user == ("sample",)


def test_a_server_whose_first_process_was_killed_is_started_again_with_all_that_was_committed(
    tmp_path: Path,
) -> None:
    with EmbeddedPostgres(tmp_path / "pg") as server:
        url, dead = server.create_service("sample"), server.pid
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept (id int)")
        busy = psycopg.connect(url)  # its process outlives the first one for a moment
        assert not server.revive()
        os.kill(dead, signal.SIGKILL)
        wait_until(server.revive, "its death is noticed")

        def kept() -> list[tuple[int]]:
            with psycopg.connect(url) as connection:
                return connection.execute("SELECT count(*) FROM kept").fetchall()

        def answers() -> bool:
            server.revive()
            try:
                return kept() == [(0,)]
            except psycopg.OperationalError:
                return False

        wait_until(answers, "it answers again", 60)
        assert server.pid != dead
        busy.close()


def test_two_servers_never_share_a_folder(tmp_path: Path) -> None:
    with (
        EmbeddedPostgres(tmp_path / "pg"),
        pytest.raises(PostgresUnavailable, match="another process"),
    ):
        EmbeddedPostgres(tmp_path / "pg").start()


def test_a_setting_the_server_refuses_is_said_with_its_log(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "pg", settings={"wal_compression": "no such thing"})
    with pytest.raises(PostgresUnavailable, match="wal_compression"):
        server.start()
    with EmbeddedPostgres(tmp_path / "pg"):
        pass


def test_the_server_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    folder = tmp_path / "pg"
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(folder)], stdout=subprocess.PIPE, cwd=_ROOT, text=True
    )
    assert child.stdout is not None
    server = int(child.stdout.readline())
    assert alive(server)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    wait_until(lambda: not alive(server), "the orphaned server to end")
    with EmbeddedPostgres(folder):
        pass


def test_a_stale_process_id_does_not_keep_the_server_from_starting(tmp_path: Path) -> None:
    """After a crash the recorded id may belong to some other program: here, to this test."""
    folder = tmp_path / "pg"
    with EmbeddedPostgres(folder):
        record = (folder / "data" / "postmaster.pid").read_text().splitlines()
    record[0] = str(os.getpid())
    (folder / "data" / "postmaster.pid").write_text("\n".join(record) + "\n")
    with EmbeddedPostgres(folder) as server, server.admin() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_folder_too_deep_for_a_socket_works_all_the_same(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / ("deep" * 30) / "pg") as server:
        assert "placet-pg-" in server.admin_url
        with server.admin() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        sockets = Path(server.admin_url.partition("host=")[2].replace("%2F", "/"))
        assert sockets.is_dir()
    assert not sockets.exists()


def test_the_older_server_of_the_wheel_works_too(tmp_path: Path) -> None:
    with (
        EmbeddedPostgres(tmp_path / "pg", version=16) as server,
        server.admin() as connection,
    ):
        (version,) = connection.execute("SHOW server_version").fetchone() or ("",)
        assert str(version).startswith("16.")


@pytest.mark.parametrize("name", ["", "a b", "A", 'x"; DROP', "1a"])
def test_a_strange_name_becomes_no_role(tmp_path: Path, name: str) -> None:
    server = EmbeddedPostgres(tmp_path)
    with pytest.raises(ValueError, match="a-z"):
        server.create_service(name)


def test_a_version_the_wheel_lacks_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(PostgresUnavailable, match="no PostgreSQL 9"):
        EmbeddedPostgres(tmp_path, version=9)
