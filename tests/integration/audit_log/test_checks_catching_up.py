# SPDX-License-Identifier: Apache-2.0
"""The rules after hours in which nobody examined anything: they find what they would have found."""

from collections.abc import Iterator

import pytest

from shared.events import SealedEntry
from tests.integration.audit_log.test_checks import PERMITS, Checked, issued, used
from tests.support.log_world import SRC, PostgresWorld, Producing, drain


@pytest.fixture
def checked() -> Iterator[Checked]:
    world = PostgresWorld()
    yield Checked(world)
    world.close()


def arrive(checked: Checked, *entries: SealedEntry, src: str = SRC) -> None:
    """Let entries arrive and be published while no rule is at work."""
    Producing(checked.world, src).send(*entries)
    drain(checked.sequencer)
    checked.publisher.step()


def test_a_silence_that_was_over_before_anybody_looked_is_found(checked: Checked) -> None:
    checked.listen()
    arrive(checked, checked.beat())
    checked.world.clock.pass_time(90)
    arrive(checked, checked.beat())
    checked.world.clock.pass_time(91)
    arrive(checked, checked.beat())
    checked.settle()
    assert checked.findings() == [("R4", "heartbeat_missing", True)]


def test_what_waited_longer_than_its_grace_is_found_however_late_it_is_examined(
    checked: Checked,
) -> None:
    arrive(checked, checked.node.say(used()))
    checked.world.clock.pass_time(31)
    arrive(checked, checked.permits.say(issued()), src=PERMITS)
    checked.settle()
    assert checked.findings() == [("R7", "permit_unknown", True)]


def test_what_came_within_the_grace_is_no_finding_however_late_it_is_examined(
    checked: Checked,
) -> None:
    arrive(checked, checked.node.say(used()))
    checked.world.clock.pass_time(29)
    arrive(checked, checked.permits.say(issued()), src=PERMITS)
    checked.world.clock.pass_time(600)
    checked.settle()
    assert checked.findings() == []
