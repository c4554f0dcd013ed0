# SPDX-License-Identifier: Apache-2.0
"""Kafka deletes what nobody had read: from the exact gap that an officer sees to the way back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from audit_log.settings import AdminSettings
from services.audit_log import admin
from services.cli import main
from shared.entries import Entry, parse_entry
from shared.events import SealedEntry
from shared.kafka_io import KafkaTransport, partition_bounds
from shared.settings import load
from shared.transport import entry_row
from tests.fakes.log_factories import Speaker
from tests.integration.audit_log.test_pages import Browser
from tests.integration.audit_log.test_processes import process, published, served
from tests.support.kafka import KafkaBroker, forget_failed_connections, session_broker
from tests.support.log_node import OFFICER_SCOPES, LogNode, log_node
from tests.support.waiting import wait_until

SRC = "zz/clearinghouse/1"
KEPT_MS = 604_800_000


@pytest.fixture
def log(tmp_path: Path) -> Iterator[LogNode]:
    with log_node(
        tmp_path / "node",
        PLACET_TRANSPORT="kafka",
        PLACET_KAFKA_BOOTSTRAP=session_broker().bootstrap,
    ) as running:
        yield running
    forget_failed_connections()


def test_what_retention_took_unread_is_named_accepted_and_passed(
    log: LogNode,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broker = session_broker()
    topic = broker.new_topic("audit-kept")
    add(log, topic)
    said = Speaker().say_many(60)
    produce(broker, topic, *said[:10])
    with working(log, tmp_path) as wait:
        wait(lambda: seqs(log) == list(range(1, 11)), "the first entries")
    # Nobody sequences for longer than the broker keeps.
    produce(broker, topic, *said[10:40])
    broker.keep_for(topic, 1)
    wait_until(lambda: partition_bounds(broker.brokers, topic)[0] == (40, 40), "the loss", 120)
    broker.keep_for(topic, KEPT_MS)
    produce(broker, topic, *said[40:50])
    with working(log, tmp_path) as wait:
        wait(lambda: bool(findings(log)), "the finding")
        # What an officer is shown: which topic, which offset, and where the topic begins now.
        (found,) = findings(log)
        assert (found["rule"], found["code"], found["severity"]) == (
            "R0",
            "offset_gone",
            "critical",
        )
        gap = {"topic": topic, "partition": 0, "asked": 10, "first": 40, "end": 50}
        assert found["detail"] == gap
        page = Browser(log).sign_in("otto").get(f"/findings/{found['id']}").text
        assert all(str(one) in page for one in ("Critical", topic, "Asked", "40"))
        assert seqs(log) == list(range(1, 11)), "nothing was read past the gap"
        # The way back, while the sequencer runs: refused, and then said by whoever accepts it.
        for name, value in log.environment.items():
            monkeypatch.setenv(name, value)
        assert main(["audit", "producer", "resume", "--topic", topic]) == 1
        assert f"{topic}/0: 10 to 39 are lost" in capsys.readouterr().out
        assert stored(log, topic) == 10
        assert main(["audit", "producer", "resume", "--topic", topic, "--accept-gap"]) == 0
        wait(lambda: seqs(log) == [*range(1, 11), *range(41, 51)], "what came after the gap")
        assert main(["audit", "producer", "resume", "--topic", topic]) == 0
        assert "nothing is missing" in capsys.readouterr().out
        produce(broker, topic, *said[50:])
        wait(lambda: seqs(log)[-1] == 60, "what is said since")
        (accepted,) = [one for one in entries(log) if one.reason == "offsets_lost"]
        assert accepted.extra == {"topic": topic, "gaps": [[0, 10, 39]]}
        # The chain names the same loss by the entries' own numbers.
        codes = {one["code"]: one for one in findings(log)}
        assert codes.keys() == {"offset_gone", "gap"}
        assert (codes["gap"]["first_seq"], codes["gap"]["last_seq"]) == (11, 40)
        close = {"action": "close", "reason": "reported"}
        manager = log.person("otto", *OFFICER_SCOPES, "findings.manage")
        assert log.post(f"/v1/findings/{found['id']}", close, manager).status_code == 200


class working:  # noqa: N801 - used as a function
    """The log's own processes, sequencing and publishing, until the block ends."""

    def __init__(self, log: LogNode, folder: Path) -> None:
        written = folder / "processes"
        self._both = [process(log.environment, one, written) for one in ("sequence", "work")]

    def __enter__(self) -> Callable[[Callable[[], bool], str], bool]:
        for one in self._both:
            one.__enter__()
        return lambda done, what: wait_until(done, what, 90)

    def __exit__(self, *ended: Any) -> None:
        for one in self._both:
            one.__exit__(*ended)


def add(log: LogNode, topic: str) -> None:
    names = (
        "ENV",
        "NODE",
        "DATABASE_URL",
        "KEYS_DIR",
        "TRANSPORT",
        "KAFKA_BOOTSTRAP",
        "LOG_ORIGIN",
    )
    wanted = {f"PLACET_{name}" for name in names}
    known = {name: value for name, value in log.environment.items() if name in wanted}
    assert admin.add_producer(
        load(AdminSettings, known),
        src=SRC,
        client_id="clearinghouse",
        vkey="",
        topic=topic,
        offsets=None,
    )


def produce(broker: KafkaBroker, topic: str, *entries_: SealedEntry) -> None:
    """Send each in a record of its own, so that an offset is one entry."""
    transport = KafkaTransport(broker.brokers)
    rows = [entry_row(one, row_id=1, topic=topic) for one in entries_]
    try:
        assert [transport.send([row]) for row in rows] == [1] * len(rows)
    finally:
        transport.close()


def seqs(log: LogNode) -> list[int]:
    return [seq for src, _, seq in served(log, published(log)) if src == SRC]


def entries(log: LogNode) -> list[Entry]:
    return [parse_entry(raw) for raw in log.entries()]


def findings(log: LogNode) -> list[dict[str, Any]]:
    """Give what is found of Kafka and of missing entries; these entries are old, and say so too."""
    found = log.get("/v1/findings", log.otto()).json()["findings"]
    return [one for one in found if one["rule"] in {"R0", "R1"}]


def stored(log: LogNode, topic: str) -> int:
    with psycopg.connect(log.environment["PLACET_DATABASE_URL"]) as connection:
        wanted = "SELECT next_offset FROM kafka_offset WHERE topic = %s"
        ((found,),) = connection.execute(wanted, (topic,)).fetchall()
    return int(found)
