# SPDX-License-Identifier: Apache-2.0
"""Which partitions are looked at for records that wait unheard, and how often that was found."""

from shared.kafka_io.hearing import Hearing
from tests.fakes.kernel import SteppingClock

STALL = 10.0


def asked(hearing: Hearing[str], clock: SteppingClock, seconds: float, *heard: str) -> None:
    """Ask for so long, once a second, and hear these each time."""
    for _ in range(int(seconds)):
        clock.pass_time(1)
        hearing.asks()
        hearing.heard(heard)


def made(clock: SteppingClock) -> Hearing[str]:
    return Hearing("abc", stall_seconds=STALL, clock=clock)


def test_when_none_is_heard_all_are_looked_at() -> None:
    clock = SteppingClock()
    hearing = made(clock)
    asked(hearing, clock, 9)
    assert list(hearing.suspects()) == []
    asked(hearing, clock, 1)
    assert list(hearing.suspects()) == ["a", "b", "c"]
    assert hearing.judge("abc", ()) == {}
    assert list(hearing.suspects()) == []


def test_one_is_looked_at_while_others_are_heard_after_as_long_for_each_of_them() -> None:
    clock = SteppingClock()
    hearing = made(clock)
    asked(hearing, clock, 29, "a", "b")
    assert list(hearing.suspects()) == []
    for found in (1, 2, 3):
        asked(hearing, clock, 1 if found == 1 else 30, "a", "b")
        assert list(hearing.suspects()) == ["c"]
        assert hearing.judge("c", "c") == {"c": found}
    hearing.heard("c")
    asked(hearing, clock, 30, "a", "b")
    assert hearing.judge("c", "c") == {"c": 1}, "it was heard between"


def test_who_was_away_has_not_waited() -> None:
    clock = SteppingClock()
    hearing = made(clock)
    for _ in range(9):
        clock.pass_time(3_600)
        hearing.asks()
    assert list(hearing.suspects()) == []
    clock.pass_time(3_600)
    hearing.asks()
    assert list(hearing.suspects()) == ["a", "b", "c"]
