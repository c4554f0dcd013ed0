# SPDX-License-Identifier: Apache-2.0
"""Every process on the way of an entry killed five times at random moments, while entries come.

The ledger has what was acknowledged: facts whose transaction was committed beside a producer's
outbox, and entries that the log's HTTP door accepted. It is compared with what is decoded from the
tiles that the log serves afterwards. `PLACET_TEST_SEED` repeats the moments of a run.
"""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
import requests
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shared.clock import SystemClock
from shared.db import engine
from shared.entries import Entry, parse_entry
from shared.events import SealedEntry
from shared.ids import Uuid7Source
from shared.outbox import Outbox
from tests.fakes.log_factories import fact
from tests.integration.shared.sample.tables import OUTBOX
from tests.integration.shared.world import SAMPLE
from tests.support.faulted_log import BY_HTTP, FaultedLog, faulted_log
from tests.support.log_node import LogNode
from tests.support.ports import free_port
from tests.support.postgres import fresh_database, owner_of
from tests.support.process_table import children, command
from tests.support.random_havoc import Children, Mortal, RandomHavoc, Victim, living, seed_of_run
from tests.support.tampering import FLIPPED, missed
from tests.support.waiting import wait_until

TIMES = 5
BY_RELAY = "zz/consent_registry/1"


@dataclass
class Load:
    """Two drivers that go on until told to stop; the ledger has what they were promised."""

    log: FaultedLog
    door: LogNode
    outbox: Engine
    outbox_url: str
    stop: threading.Event = field(default_factory=threading.Event)
    committed: list[str] = field(default_factory=list)
    accepted: list[bytes] = field(default_factory=list)
    asked_again: int = 0

    def beside_the_outbox(self) -> None:
        """Commit facts, a few in a transaction, each with a trace of its own."""
        number = 0
        while not self.stop.wait(0.05):
            traces = [f"{number + n + 1:032x}" for n in range(5)]
            number += len(traces)
            with Session(self.outbox) as session, session.begin():
                box = Outbox(
                    session,
                    tables=OUTBOX,
                    src=BY_RELAY,
                    topic=self.log.topic,
                    ids=Uuid7Source(),
                    clock=SystemClock(),
                )
                for trace in traces:
                    box.record(replace(fact(), trace_id=trace))
                box.flush()
            self.committed += traces

    def over_http(self) -> None:
        """Send entries, and the same ones again until they are accepted, as producers do."""
        speaker = self.log.speakers[BY_HTTP]
        while not self.stop.wait(0.05):
            few = speaker.say_many(5)
            while not self._accepts(few):
                self.asked_again += 1
                self.stop.wait(0.05)
            self.accepted += [one.entry for one in few]

    def _accepts(self, few: Sequence[SealedEntry]) -> bool:
        try:
            return self.door.send(*few).status_code == 202
        except requests.RequestException:
            return False

    def waiting(self) -> int:
        """Give how many rows the outbox holds."""
        with self.outbox.connect() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM outbox").scalar_one())

    @contextlib.contextmanager
    def going_on(self) -> Iterator[None]:
        """Drive while the block runs."""
        with ThreadPoolExecutor(2) as pool:
            drivers = [pool.submit(self.beside_the_outbox), pool.submit(self.over_http)]
            try:
                yield
            finally:
                self.stop.set()
            for one in drivers:
                one.result()


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    url = f"http://127.0.0.1:{free_port()}"
    outbox_url = fresh_database(SAMPLE)
    outbox = engine(outbox_url)
    with faulted_log(tmp_path) as log:
        log.register_on_topic(BY_RELAY, "consent_registry")
        log.node.service("clearinghouse", "entries.write")  # a token for all of the run
        yield Load(log, replace(log.node, url=url), outbox, outbox_url)
    outbox.dispose()


def started(load: Load, *words: str) -> Callable[[], subprocess.Popen[bytes]]:
    bind = load.door.url.removeprefix("http://")
    environment = {"PATH": os.environ["PATH"], **load.log.node.environment, "PLACET_BIND": bind}

    def start() -> subprocess.Popen[bytes]:
        with load.log.log.open("ab") as log:
            return subprocess.Popen([sys.executable, "-m", *words], env=environment, stderr=log)

    return start


def number(load: Load, query: LiteralString) -> int:
    with psycopg.connect(load.log.url) as connection:
        row = connection.execute(query).fetchone()
    return int(row[0] or 0) if row else 0


def havoc(load: Load, seed: int) -> tuple[RandomHavoc, list[Mortal]]:
    offsets = "SELECT sum(next_offset) FROM kafka_offset"
    published = "SELECT max(size) FROM checkpoint WHERE published_at IS NOT NULL"
    relay = ("tests.support.relay_process", load.outbox_url)
    mortals = [
        Mortal(
            "sequence",
            started(load, "services.audit_log", "sequence"),
            lambda: number(load, "SELECT size FROM log_state"),
        ),
        Mortal(
            "work", started(load, "services.audit_log", "work"), lambda: number(load, published)
        ),
        Mortal("serve", started(load, "services.audit_log", "serve"), lambda: len(load.accepted)),
        Mortal(
            "relay",
            started(load, *relay, load.log.broker.bootstrap),
            lambda: len(load.committed) - load.waiting(),
        ),
    ]

    def reading() -> list[int]:
        return [pid for pid in children(mortals[0].pid) if "reading_child" in command(pid)]

    readers = Children("reading child", reading, lambda: number(load, offsets))
    victims: list[Victim] = [*mortals, readers]
    return RandomHavoc(victims, seed, TIMES, at_once=len(victims)), mortals


def settled(load: Load) -> bool:
    """Whether all that was said is sequenced and published."""
    heads = "SELECT seq FROM producer_state WHERE src = 'zz/consent_registry/1'"
    unpublished = (
        "SELECT (SELECT count(*) FROM intake) + (SELECT size FROM log_state)"
        " - (SELECT max(size) FROM checkpoint WHERE published_at IS NOT NULL)"
    )
    return (
        load.waiting() == 0
        and number(load, heads) == len(load.committed)
        and number(load, unpublished) == 0
    )


def decoded(load: Load) -> list[tuple[Entry, bytes]]:
    """Decode what the real `serve` serves."""
    load.log.node = load.door
    _, entries = load.log.served()
    return [(parse_entry(raw), raw) for raw in entries]


def test_nothing_acknowledged_is_lost_or_doubled_and_every_tampering_is_found(
    load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = seed_of_run()
    with capsys.disabled():
        sys.stdout.write(f"\nseed of the kills: {seed} (PLACET_TEST_SEED)\n")
    killing, mortals = havoc(load, seed)
    with living(mortals):
        with load.going_on():
            killing.run()
        wait_until(lambda: settled(load), "everything said is served", 120)
        wait_until(lambda: serves(load), "serve answers", 60)
        found = decoded(load)
    assert min(killing.killed.values()) >= TIMES
    assert len(killing.killed) == 5
    assert [one.trace_id for one, _ in found if one.src == BY_RELAY] == load.committed
    assert [raw for one, raw in found if one.src == BY_HTTP] == load.accepted
    assert len({one.id for one, _ in found}) == len(found)
    assert load.log.flaws() == []
    again = number(load, "SELECT sum(duplicates) FROM producer_state")
    assert missed(owner_of(load.log.url), seed, load.log.flaws) == []
    with capsys.disabled():
        sys.stdout.write(
            f"killed {dict(sorted(killing.killed.items()))}; {len(load.committed)} facts committed,"
            f" {len(load.accepted)} entries accepted, {load.asked_again} requests asked again,"
            f" {len(found)} entries decoded, {again} duplicates dropped, 0 lost, 0 doubled;"
            f" {len(FLIPPED)} tables tampered with, {len(FLIPPED)} found\n"
        )


def serves(load: Load) -> bool:
    try:
        return requests.get(f"{load.door.url}/readyz", timeout=5).ok
    except requests.RequestException:
        return False
