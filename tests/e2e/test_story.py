# SPDX-License-Identifier: Apache-2.0
"""The story for 10,000 people on the real processes, each of which is killed once meanwhile.

What was answered is held against the entries in the served tiles (`services.story.accounts`): the
player's own ledger, never a database, says whether anything was lost or doubled. At the end a
verifier that is not ours reads the whole log.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.demo.environment import LOG_ORIGIN
from services.story.play import Tale, play
from services.story.reading import READ
from tests.support.fsck import run_fsck
from tests.support.havoc import Havoc, Victim
from tests.support.kafka import session_broker
from tests.support.suite import RunningSuite, running_suite

PEOPLE = 10_000
READING = "reads every person's file"
LAST_CHAPTER = "Every step is in the log"


@pytest.fixture(scope="module", params=["http", "kafka"])
def node(request: pytest.FixtureRequest) -> Iterator[RunningSuite]:
    transport: str = request.param
    bootstrap = session_broker().bootstrap if transport == "kafka" else ""
    with running_suite(transport=transport, kafka_bootstrap=bootstrap) as held:
        yield held


def play_under_fire(node: RunningSuite) -> tuple[Tale, list[Victim], list[str]]:
    """Play while everything is killed once; the proof waits until all of it is back."""
    havoc = Havoc(node)
    told: list[str] = []

    def say(line: str) -> None:
        told.append(line)
        if READING in line:
            havoc.files_are_read.set()
        if LAST_CHAPTER in line:
            havoc.finish()

    havoc.start()
    tale = play(node.suite, people=PEOPLE, say=say, leave_open=True)
    return tale, havoc.killed, told


def test_the_story_holds_while_every_process_is_killed_once(
    node: RunningSuite, tmp_path: Path
) -> None:
    tale, killed, told = play_under_fire(node)
    assert tale.differences == [], "\n".join(told)
    processes = node.processes()
    leaders = {victim.name for victim in killed if not victim.worker}
    assert leaders == set(processes)
    workers = {victim.name for victim in killed if victim.worker}
    reading = {"audit_log.sequence"} if node.suite.transport == "kafka" else set()
    assert workers == {
        *reading,  # its child reads Kafka
        "audit_log.serve",
        "clearinghouse",
        "consent_registry.serve",
        "devidp",
        "gateway",
        "permit_service.serve",
    }
    assert all(found["restarts"] >= 1 for found in processes.values())
    reads = [sent for sent in tale.stage.ledger.sent() if sent.kind == READ]
    assert len(reads) >= PEOPLE + len(tale.cast.expected.admitted)
    node.wait_until_ready()
    checked = run_fsck(node.suite.urls["audit_log"], LOG_ORIGIN, tmp_path)
    assert checked.accepted, checked.words
    assert checked.size >= tale.stage.log.head.size > PEOPLE
