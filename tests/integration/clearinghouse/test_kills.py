# SPDX-License-Identifier: Apache-2.0
"""Processes killed under load: nothing acknowledged is lost, nothing is doubled."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.entries import parse_entry
from tests.integration.clearinghouse.suite import Clearinghouse, Suite, running
from tests.support.spool import assert_one_chain, records_of
from tests.support.waiting import wait_until


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[Suite]:
    """Run a node of the test's own."""
    with running(tmp_path) as one:
        yield one


class Load:
    """Clients that go on asking; the ledger has every answer they got."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.ledger: list[str] = []
        self.stop = threading.Event()

    def client(self, number: int) -> None:
        token = self.suite.around.token()
        while not self.stop.is_set():
            try:
                reply = self.suite.read(number, token=token)
            except OSError:
                continue
            if reply.status == 200:
                self.ledger.append(reply.headers["x-correlation-id"])

    def go_on(self) -> None:
        """Wait until some more requests have been answered with a file."""
        answered = len(self.ledger)
        wait_until(lambda: len(self.ledger) > answered + 20, "clients to be served")


@pytest.mark.parametrize("victim", ["worker", "master", "both"])
def test_killed_under_load_nothing_acknowledged_is_lost(suite: Suite, victim: str) -> None:
    suite.around.down.add("audit")
    load = Load(suite)
    with ThreadPoolExecutor(6) as pool:
        clients = [pool.submit(load.client, number) for number in range(6)]
        for _ in range(3):
            load.go_on()
            kill(suite.clearinghouse, victim)
        load.go_on()
        load.stop.set()
        for client in clients:
            client.result(60)
    records = records_of(suite.clearinghouse.spool)
    assert_one_chain(records)
    permitted = [
        parse_entry(record.entry).trace_id
        for record in records
        if parse_entry(record.entry).decision == "permit"
    ]
    assert len(permitted) == len(set(permitted)), "nothing is doubled"
    assert set(load.ledger) <= set(permitted), "nothing acknowledged is lost"
    suite.around.down.clear()
    wait_until(
        lambda: (
            {parse_entry(entry).seq for entry, _ in suite.around.intake}
            >= {record.seq for record in records}
        ),
        "everything to reach the log",
    )


def kill(process: Clearinghouse, victim: str) -> None:
    if victim == "worker":
        before = process.worker()
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: is_served_by_another(process, before), "another worker")
        return
    if victim == "master":
        worker = process.worker()
        process.stop(signal.SIGKILL)
        wait_until(lambda: not Path(f"/proc/{worker}").exists(), "the worker to die too")
    else:
        process.kill()
    process.start()


def is_served_by_another(process: Clearinghouse, before: int) -> bool:
    if process.ended():
        process.start()
    try:
        return process.worker() != before and process.answers()
    except (AssertionError, OSError):
        return False
