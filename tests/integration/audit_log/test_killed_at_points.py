# SPDX-License-Identifier: Apache-2.0
"""Killed with -9 at each step of sequencing and of publishing: nothing lost, nothing doubled.

The points are those of `tests.support.doomed_log`; the real process kills itself there. Before it
is started again, what was published is still served; afterwards the entries decoded from the
served tiles are those that were produced, byte for byte.
"""

import signal
from collections.abc import Iterator

import pytest

from tests.support.doomed_log import PUBLISHING, SEQUENCING
from tests.support.faulted_log import FaultedLog, faulted_log
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultedLog]:
    with faulted_log(tmp_path_factory.mktemp("killed")) as made:
        yield made


def test_the_table_has_twenty_points_of_sequencing_and_more() -> None:
    assert len(SEQUENCING) >= 20


@pytest.mark.parametrize("point", SEQUENCING)
def test_a_sequencer_killed_here_loses_nothing_and_doubles_nothing(
    log: FaultedLog, point: str
) -> None:
    log.say()
    assert log.killed_by_itself(point, "sequence") == -signal.SIGKILL, log.log.read_text()
    log.served()
    log.sequence()
    log.publish()
    log.assert_whole()


@pytest.mark.parametrize("point", PUBLISHING)
def test_a_publisher_killed_here_never_shows_what_the_log_forgot(
    log: FaultedLog, point: str
) -> None:
    log.say()
    log.sequence()
    assert log.killed_by_itself(point, "work") == -signal.SIGKILL, log.log.read_text()
    log.served()
    log.publish()
    log.assert_whole()


def test_no_room_for_the_head_file_shows_nothing_until_there_is_room(log: FaultedLog) -> None:
    full = log.folder / "disk is full"
    full.touch()
    said = log.log.read_text().count("step failed")
    log.say()
    log.sequence()
    with log.process("full", "head file begun", "work", PLACET_TEST_DISK_FULL=str(full)):
        wait_until(lambda: log.log.read_text().count("step failed") > said, "the refusal", 60)
        before = log.signed[-1].size
        log.served()
        assert log.signed[-1].size == before, "what the head file does not hold is not shown"
        full.unlink()
        wait_until(log.is_published, "it is shown", 60)
    log.sequence()
    log.publish()
    log.assert_whole()


def test_what_is_stored_after_all_of_them_verifies(log: FaultedLog) -> None:
    assert log.flaws() == []
