# SPDX-License-Identifier: Apache-2.0
"""R8 and R9 while the registry is away, and the person erased before it answers again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.entries import parse_entry
from shared.events import Subject
from tests.fakes.kernel import START
from tests.integration.audit_log.test_checks import HER, PERMITS, Checked, issued, used
from tests.support.log_world import SRC, PostgresWorld, entries_of, erase_in


@pytest.fixture
def log() -> Iterator[Checked]:
    world = PostgresWorld()
    made = Checked(world)
    made.take(made.permits.say(issued()), src=PERMITS)
    yield made
    world.close()


def forget(log: Checked, person: Subject = HER) -> None:
    erase_in(log.world, person)
    log.settle()


def test_a_use_of_somebody_erased_while_nobody_answered_does_not_pass(log: Checked) -> None:
    """Whoever keeps the registry away until an erasure is done leaves a finding behind."""
    log.registry.away = True
    log.registry.withdrawn.add((HER.ordinal, START))
    log.take(log.node.say(used(START)), log.node.say(used(START + timedelta(seconds=1))))
    asker = log.asker()
    assert not asker.step()
    forget(log)
    log.registry.away = False
    while asker.step():
        log.settle()
    assert log.findings() == [("R8", "erased_before_the_check", False)]
    assert log.registry.asked == []
    said = [parse_entry(raw) for raw in entries_of(log.world)]
    first = next(number for number, one in enumerate(said) if one.src == SRC)
    assert log.said("opened")[-1]["evidence"] == [first]


def test_the_wait_is_over_though_whoever_waited_longest_was_erased(log: Checked) -> None:
    log.registry.away = True
    another = HER._replace(ordinal=HER.ordinal + 1)
    log.take(log.node.say(used(START)), log.node.say(replace(used(START), subjects=(another,))))
    asker = log.asker()
    for _ in range(5):
        assert not asker.step()
        log.pass_time(100)
    assert log.findings() == [("R8", "check_unanswered", False)]
    forget(log)
    log.registry.away = False
    while asker.step():
        log.settle()
    assert log.findings()[0] == ("R8", "check_unanswered", True)
    assert log.findings()[1:] == [("R8", "erased_before_the_check", False)]


def test_an_erasure_after_the_answer_is_no_finding(log: Checked) -> None:
    log.take(log.node.say(used(START)))
    asker = log.asker()
    while asker.step():
        log.settle()
    forget(log)
    while asker.step():
        log.settle()
    assert len(log.registry.asked) == 1
    assert log.findings() == []


def test_what_is_answered_late_is_answered_as_of_then(log: Checked) -> None:
    """She withdrew while the registry was away: the use before stays good, the later one not."""
    log.registry.away = True
    at = [START + timedelta(seconds=number) for number in range(3)]
    log.take(*(log.node.say(used(one)) for one in at))
    asker = log.asker()
    for _ in range(5):
        assert not asker.step()
        log.pass_time(100)
    assert log.findings() == [("R8", "check_unanswered", False)]
    log.registry.withdrawn.add((HER.ordinal, at[1]))
    log.registry.away = False
    while asker.step():
        log.settle()
    assert log.findings() == [
        ("R8", "check_unanswered", True),
        ("R8", "used_after_withdrawal", False),
        ("R8", "used_after_withdrawal", False),
    ]
    assert [one.at for one in log.registry.asked] == at
