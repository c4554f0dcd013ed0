# SPDX-License-Identifier: Apache-2.0
"""A whole node: any order of stops and starts, a second life on the same state, a clean end."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.story.play import play
from tests.support.process_table import carrying
from tests.support.suite import RunningSuite, free_ports, run_placet, running_suite

PEOPLE = 40


@pytest.fixture(scope="module")
def node() -> Iterator[RunningSuite]:
    with running_suite() as held:
        yield held


def story(node: RunningSuite) -> list[str]:
    told: list[str] = []
    tale = play(node.suite, people=PEOPLE, say=told.append)
    return tale.differences


def test_every_process_is_stopped_and_started_in_any_order(node: RunningSuite) -> None:
    names = [*node.processes()]
    chance = random.Random(3)  # noqa: S311  a reproducible order, not a secret
    for name in chance.sample(names, len(names)):
        states = {found["name"]: found for found in node.tell("stop", name)}
        assert states[name]["pid"] is None
    assert not any(found["pid"] for found in node.processes().values())
    for name in chance.sample(names, len(names)):
        node.tell("start", name)
    node.wait_until_ready()
    assert story(node) == []


def test_ctrl_c_ends_everything_and_the_state_goes_on(node: RunningSuite) -> None:
    assert node.survivors() != []
    assert node.interrupt() == 0
    assert node.survivors() == []
    node.start()
    assert story(node) == []


def test_a_killed_runner_leaves_nothing_behind_and_the_next_one_goes_on(
    node: RunningSuite,
) -> None:
    node.kill_runner()
    node.start()
    assert story(node) == []


def test_the_command_line_sees_and_moves_the_processes(node: RunningSuite) -> None:
    state = ["--state", str(node.folder)]
    shown = run_placet(["demo", "status", *state])
    assert shown.returncode == 0
    assert [line.split()[0] for line in shown.stdout.splitlines()] == [*node.processes()]
    before = node.processes()["audit_log.sequence"]["pid"]
    assert run_placet(["demo", "restart", "audit_log.sequence", *state]).returncode == 0
    assert node.processes()["audit_log.sequence"]["pid"] not in {None, before}
    refused = run_placet(["demo", "stop", "nobody", *state])
    assert (refused.returncode, refused.stderr) == (
        1,
        "no such request, or no process of that name\n",
    )


def test_secrets_and_keys_are_their_owners_alone(node: RunningSuite) -> None:
    for part in ("keys", "secrets"):
        files = [path for path in (node.folder / part).rglob("*") if path.is_file()]
        assert files
        open_ones = [path for path in files if path.name != ".lock" and path.stat().st_mode & 0o077]
        assert open_ones == []
    services = {path.name for path in (node.folder / "keys").iterdir()}
    assert services >= {"audit_log", "clearinghouse", "consent_registry", "permit_service"}


def test_a_story_without_a_node_brings_its_own_and_takes_it_away(tmp_path: Path) -> None:
    words = ["story", "--people", str(PEOPLE), "--state", str(tmp_path / "var")]
    done = run_placet(words, free_ports())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything came as expected." in done.stdout
    assert carrying(str(tmp_path / "var")) == []
