# SPDX-License-Identifier: Apache-2.0
"""What the log stands on fails while its real processes run: broker, database, disk."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from services.demo.postgres import EmbeddedPostgres
from shared.entries import parse_entry
from tests.support.faulted_log import BY_KAFKA, FaultedLog, faulted_log
from tests.support.waiting import wait_until

SECONDS = 120


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    folder = Path(tempfile.mkdtemp(prefix="placet-"))  # short enough for one socket for ever
    server = EmbeddedPostgres(folder, settings={"fsync": "off"})
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def log(server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultedLog]:
    """Run a log with a database server of its own; `sequence` and `work` never start again."""
    folder = tmp_path_factory.mktemp("around")
    with contextlib.ExitStack() as stack:
        made = stack.enter_context(faulted_log(folder, database=server.create_service("audit_log")))
        made.source.close()  # the processes read; a client of ours would miss the broker too
        running = [
            stack.enter_context(made.process(command, module="services.audit_log"))
            for command in ("sequence", "work")
        ]
        yield made
        assert [one.poll() for one in running] == [None, None]


def assert_all_arrives(log: FaultedLog) -> None:
    wait_until(log.is_taken, "all is sequenced", SECONDS)
    wait_until(log.is_published, "all is published", SECONDS)
    log.assert_whole()


@pytest.mark.parametrize("crash", [False, True], ids=["restarted", "killed and restarted"])
def test_postgresql_goes_away_under_load_and_comes_back(
    log: FaultedLog, server: EmbeddedPostgres, crash: bool
) -> None:
    before = log.taken()
    for _ in range(4):
        log.say()
    wait_until(lambda: log.taken() > before, "some of it is sequenced", SECONDS)
    if crash:
        server.kill()
    else:
        server.stop()
    server.start()
    log.say()
    assert_all_arrives(log)


def test_the_broker_is_gone_for_a_while_and_the_other_door_stays_open(log: FaultedLog) -> None:
    log.say()
    wait_until(log.is_taken, "the topic is read", SECONDS)
    log.broker.kill()
    try:
        log.say_over_http()
        assert_all_arrives(log)
    finally:
        log.broker.start()
    log.say()
    assert_all_arrives(log)


def heard(log: FaultedLog) -> int:
    """Count what is served of what was said on the topic; the log itself goes on speaking."""
    _, entries = log.served()
    return sum(parse_entry(one).src == BY_KAFKA for one in entries)


@contextlib.contextmanager
def full_disk(log: FaultedLog, table: str) -> Iterator[None]:
    """Have the server refuse every row of a table as it does when its disk is full (53100)."""
    names = {"table": Identifier(table)}
    with psycopg.connect(log.url, autocommit=True) as connection:
        connection.execute(
            "CREATE OR REPLACE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE 'no space left' USING ERRCODE = 'disk_full'; END $$"
        )
        connection.execute(
            SQL(
                "CREATE TRIGGER is_full BEFORE INSERT OR UPDATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION is_full()"
            ).format(**names)
        )
        try:
            yield
        finally:
            connection.execute(SQL("DROP TRIGGER is_full ON {table}").format(**names))


FILLED = ("bundle", "ev", "sealed", "tile_edge", "kafka_offset", "checkpoint")
# A batch that fills no bundle writes none, and one that was sequenced is published later.
WRITTEN_LATER = ("bundle", "checkpoint")


@pytest.mark.parametrize("table", FILLED)
def test_a_full_disk_stops_the_log_and_room_lets_it_go_on(log: FaultedLog, table: str) -> None:
    refused = log.log.read_text().count("DiskFull")
    before = heard(log)
    with full_disk(log, table):
        log.say_on_topic()
        wait_until(lambda: log.log.read_text().count("DiskFull") > refused, "the refusal", SECONDS)
        assert heard(log) == before or table in WRITTEN_LATER, "nothing half-written"
    assert_all_arrives(log)
