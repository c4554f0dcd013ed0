# SPDX-License-Identifier: Apache-2.0
"""Two real sequencers: one stands still right before COMMIT and wakes when the other leads."""

import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from audit_log.usecases.sequence import Pace
from audit_log.workers.loops import SEQUENCE_IDLE_SECONDS
from tests.support.doomed_log import REFUSED
from tests.support.faulted_log import FaultedLog, faulted_log
from tests.support.process_table import is_stopped
from tests.support.waiting import wait_until

SECONDS_TO_REPLACE = 10
STANDING_STILL = 60  # seconds: issue 5, point 2
STANDBY = "services.audit_log"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[FaultedLog]:
    with faulted_log(tmp_path) as made:
        yield made


def leads(log: FaultedLog, pid: int) -> bool:
    with psycopg.connect(log.url) as connection:
        row = connection.execute("SELECT holder FROM log_state").fetchone()
    return row is not None and f":{pid}:" in row[0]


def has_a_session(log: FaultedLog) -> bool:
    with psycopg.connect(log.url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM log_state JOIN pg_stat_activity ON pid = backend"
            " AND application_name = 'placet-sequencer'"
        ).fetchone()
    return row != (0,)


@pytest.mark.parametrize(
    ("point", "ended_by_server"),
    [("within a COPY", False), ("before COMMIT", False), ("before COMMIT", True)],
)
def test_a_sequencer_stopped_before_commit_is_replaced_and_its_commit_fails(
    log: FaultedLog, point: str, ended_by_server: bool
) -> None:
    """Its session is ended by the standby, or by the server when it has waited for too long."""
    log.say()
    with log.process("stop", point, "sequence", PLACET_TEST_LEASE="1") as first:
        wait_until(lambda: is_stopped(first.pid), "the first one to stand still", 60)
        assert leads(log, first.pid)
        if ended_by_server:
            wait_until(lambda: not has_a_session(log), "the server to end its session", 60)
        # Its own lease outlasts the test: it is lost only with its session, however slow all is.
        standing_by = log.process("live", point, "sequence", PLACET_TEST_LEASE="3600")
        with standing_by as second:
            wait_until(lambda: leads(log, second.pid), "the standby to lead", 60)
            wait_until(log.is_taken, "the standby to sequence everything", 60)
            first.send_signal(signal.SIGCONT)
            wait_until(lambda: refusals(log) == [f"{REFUSED}Fenced"], "its commit to fail", 60)
            log.say()
            wait_until(log.is_taken, "the standby to go on", 60)
            assert leads(log, second.pid)
            assert first.poll() is None, "it stands by"
            second.kill()
            second.wait(timeout=30)
            log.say()
            wait_until(log.is_taken, "the first one to lead again", 60)
            assert leads(log, first.pid)
    log.publish()
    log.assert_whole()


def test_one_that_stood_still_for_a_minute_wakes_to_no_fork(
    log: FaultedLog, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the lease of production, whose bound is tested below; how long it took is printed."""
    lease = str(int(Pace().lease_seconds))
    log.say()
    with log.process("stop", "before COMMIT", "sequence", PLACET_TEST_LEASE=lease) as first:
        wait_until(lambda: is_stopped(first.pid), "the first one to stand still", 60)
        stood = time.monotonic()
        live = log.process("live", "before COMMIT", "sequence", PLACET_TEST_LEASE=lease)
        with live as second:
            wait_until(lambda: leads(log, second.pid), "the standby to lead", 60)
            took = time.monotonic() - stood
            with capsys.disabled():
                sys.stdout.write(f"\nthe standby led {took:.1f} s after the leader stood still\n")
            wait_until(log.is_taken, "the standby to sequence everything", 60)
            log.publish()
            log.served()  # a head that the first one knows nothing of, and that stays true
            while time.monotonic() - stood < STANDING_STILL:
                log.say()
                wait_until(log.is_taken, "the standby to go on", 60)
                time.sleep(1)
            assert is_stopped(first.pid)
            first.send_signal(signal.SIGCONT)
            wait_until(lambda: refusals(log) == [f"{REFUSED}Fenced"], "its commit to fail", 60)
            log.say()
            wait_until(log.is_taken, "the standby to go on", 60)
            assert leads(log, second.pid)
    log.publish()
    log.assert_whole()


def refusals(log: FaultedLog) -> list[str]:
    words = log.log.read_text(encoding="utf-8").splitlines()
    return [line for line in words if line.startswith(REFUSED)]


def test_two_at_once_say_everything_once(log: FaultedLog) -> None:
    with log.process("sequence", module=STANDBY), log.process("sequence", module=STANDBY):
        for _ in range(3):
            log.say()
        wait_until(log.is_taken, "everything is sequenced", 60)
    log.publish()
    log.assert_whole()


def test_the_default_lease_lets_a_standby_lead_within_ten_seconds() -> None:
    """A leader that stops has at most one whole lease left, and the standby looks that often."""
    pace = Pace()
    assert pace.lease_seconds + SEQUENCE_IDLE_SECONDS + 1 <= SECONDS_TO_REPLACE
    assert pace.renew_seconds < pace.lease_seconds / 2
