# SPDX-License-Identifier: Apache-2.0
"""Faults of time, order and age that the log's real processes meet, with a real broker.

The pure sequencer meets them one by one in `test_clocks_and_copies`; here `sequence` and `work` run
as they do in production, and what they serve is decoded.
"""

import contextlib
import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest

from shared.kafka_io import TopicIdentity, topic_identities
from tests.fakes.log_factories import Speaker
from tests.integration.audit_log.test_clocks_and_copies import JUMPS, ORDERS
from tests.integration.audit_log.test_processes import process
from tests.support.faulted_log import BY_HTTP, BY_KAFKA, FaultedLog, faulted_log
from tests.support.postgres import copied_database
from tests.support.waiting import wait_until
from tests.support.witness_net import federation

SECONDS = 120
DAY = 24 * 60 * 60  # seconds
OTHER_MONTH = "ev (idx): is kept under another month"
GONE_FOR = 125  # seconds: longer than any patience that a client of the broker has by itself


@pytest.fixture
def log(tmp_path: Path) -> Iterator[FaultedLog]:
    with faulted_log(tmp_path) as made:
        yield made


@contextlib.contextmanager
def at_work(log: FaultedLog, module: str, **environment: str) -> Iterator[None]:
    """Have both processes run, and outlive what happens in the block."""
    with contextlib.ExitStack() as stack:
        running = [
            stack.enter_context(log.process(command, module=module, **environment))
            for command in ("sequence", "work")
        ]
        yield
        assert [one.poll() for one in running] == [None, None]


def assert_all_arrives(log: FaultedLog) -> None:
    wait_until(log.is_taken, "all is sequenced", SECONDS)
    wait_until(log.is_published, "all is published", SECONDS)
    log.assert_whole()
    assert log.flaws() == []


def test_processes_whose_clock_jumps_lose_nothing_and_go_on_publishing(
    log: FaultedLog, tmp_path: Path
) -> None:
    """What was kept by a clock that was wrong by more than a day is named, and nothing else."""
    clock, off, worst = tmp_path / "clock", 0.0, 0.0
    clock.write_text("0")
    with at_work(log, "tests.support.jumping_log", PLACET_TEST_CLOCK=str(clock)):
        for jumps in JUMPS.values():
            for jump in jumps:
                off += jump.total_seconds()
                worst = max(worst, abs(off))
                clock.with_suffix(".new").write_text(str(off))
                clock.with_suffix(".new").replace(clock)
                log.say()
            wait_until(log.is_taken, "all is sequenced", SECONDS)
            wait_until(log.is_published, "all is published", SECONDS)
            log.assert_whole()
            flaws = {re.sub(r"idx=[0-9]+", "idx", flaw) for flaw in log.flaws()}
            assert flaws == (set() if worst < DAY else {OTHER_MONTH})


@pytest.mark.parametrize("order", ORDERS)
def test_records_in_any_order_and_twice_are_there_once(log: FaultedLog, order: str) -> None:
    said = log.speakers[BY_KAFKA].say_many(60)
    log.said[BY_KAFKA] = [one.entry for one in said]
    arriving = ORDERS[order](said)
    log.twice = len(arriving) - len(said)
    with at_work(log, "services.audit_log"):
        log.produce(*arriving)
        wait_until(log.is_taken, "all is sequenced", SECONDS)
        wait_until(log.is_published, "all is published", SECONDS)
    _, entries = log.served()
    found = [raw for raw in entries if raw in set(log.said[BY_KAFKA])]
    assert sorted(found) == sorted(log.said[BY_KAFKA])
    assert log.counted()["duplicates"] == log.twice
    with psycopg.connect(log.url) as connection:
        open_gaps = connection.execute("SELECT count(*) FROM gap").fetchone()
    assert open_gaps == (0,)
    assert log.flaws() == []


def test_the_broker_is_gone_for_minutes(log: FaultedLog) -> None:
    """Longer than any patience a client has; the processes outlive it, and so does the reading."""
    with at_work(log, "services.audit_log"):
        log.say()
        assert_all_arrives(log)
        log.source.close()
        log.broker.kill()
        try:
            for _ in range(5):
                log.say_over_http()
                threading.Event().wait(GONE_FOR / 5)
                assert_all_arrives(log)
        finally:
            log.broker.start()
        log.say()
        assert_all_arrives(log)


def test_a_topic_made_anew_is_found_and_nothing_of_it_is_read(log: FaultedLog) -> None:
    with at_work(log, "services.audit_log"):
        log.say()
        assert_all_arrives(log)
        taken, first = log.taken(), topic_identities(log.broker.brokers, [log.topic])
        log.broker.delete_topic(log.topic)
        wait_until(lambda: made_anew(log, first), "the topic is made anew", SECONDS)
        others = Speaker(BY_KAFKA, epoch=2).say_many(40)
        log.produce(*others)
        wait_until(lambda: "topic_replaced" in open_findings(log), "the finding", SECONDS)
        log.say_over_http(20)
        last = log.said[BY_HTTP][-1]
        wait_until(lambda: last in log.served()[1], "the other door goes on", SECONDS)
    _, entries = log.served()
    assert not {one.entry for one in others} & set(entries)
    assert set(log.said[BY_HTTP]) | set(log.said[BY_KAFKA]) <= set(entries)
    assert log.taken() == taken, "the offsets are those of the first topic"


def made_anew(log: FaultedLog, first: Mapping[str, TopicIdentity]) -> bool:
    """Make the topic again; True once it is not the first one any more."""
    log.broker.create_topic(log.topic, partitions=2)
    now = topic_identities(log.broker.brokers, [log.topic])
    return log.topic in now and now != first


def open_findings(log: FaultedLog) -> list[str]:
    with psycopg.connect(log.url) as connection:
        found = connection.execute("SELECT code FROM finding WHERE closed_at IS NULL").fetchall()
    return [code for (code,) in found]


def signed_in(database: str) -> int:
    """Give how large a tree the log of a database has shown to anybody."""
    with psycopg.connect(database) as connection:
        row = connection.execute(
            "SELECT max(size) FROM checkpoint WHERE published_at IS NOT NULL"
        ).fetchone()
    return int(row[0]) if row else 0


def test_an_older_database_without_witnesses_reads_the_topic_again_and_signs_nothing(
    log: FaultedLog,
) -> None:
    """Its offsets are as old: the same records come again, and would stand elsewhere."""
    log.say()
    with at_work(log, "services.audit_log"):
        assert_all_arrives(log)
    older, before = copied_database(log.url), log.signed[-1].size
    with at_work(log, "services.audit_log"):
        log.say()
        assert_all_arrives(log)
    assert log.signed[-1].size > before
    restored = {**log.node.environment, "PLACET_DATABASE_URL": older}
    with process(restored, "sequence") as sequence, process(restored, "work") as work:
        assert work.wait(timeout=SECONDS) == 1
        assert sequence.poll() is None
        assert signed_in(older) == before
    with psycopg.connect(older) as connection:
        assert connection.execute("SELECT state FROM log_signing").fetchone() == ("stopped",)


def test_an_older_database_with_witnesses_is_stopped_by_them(tmp_path: Path) -> None:
    """Database and head file are from before; the witnesses alone know what was signed since."""
    with federation(tmp_path, "se", "fi", "ee") as nodes:
        fi = nodes["fi"]
        fi.turn(5)
        fi.parts.engine.dispose()
        older = copied_database(fi.node.environment["PLACET_DATABASE_URL"])
        head, before = tmp_path / "head.note", signed_in(older)
        head.write_bytes(fi.parts.settings.head_file.read_bytes())
        fi.turn(30)
        restored = {
            **fi.node.environment,
            "PLACET_DATABASE_URL": older,
            "PLACET_HEAD_FILE": str(head),
        }
        with process(restored, "sequence"), process(restored, "work") as work:
            assert work.wait(timeout=SECONDS) == 1
        assert signed_in(older) == before
        with psycopg.connect(older) as connection:
            (found,) = connection.execute("SELECT count(*) FROM fork_evidence").fetchall()
        assert found[0] > 0
