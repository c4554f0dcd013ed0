# SPDX-License-Identifier: Apache-2.0
"""Two put the same person on record in one moment: one looks again, and nobody is doubled."""

import threading

import pytest

from consent_registry.domain.errors import TryAgain
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.settling import again
from tests.support.registry_world import RegistryWorld

MANY = [f"Q-{number}" for number in range(100)]  # so many are copied behind


@pytest.mark.parametrize("others", [[], MANY], ids=["alone", "among many"])
@pytest.mark.parametrize("committing", [False, True], ids=["asking", "committing"])
def test_whoever_was_made_in_between_is_found_in_the_next_attempt(
    world: RegistryWorld, others: list[str], *, committing: bool
) -> None:
    at, found = world.clock.now(), list[str]()
    with world.tools.units() as first, world.tools.units() as second:
        mine = first.people.ensure(["P-2", "P-1"], at, {})
        known = second.people.pids(["P-1"])
        assert (len(mine.fresh), dict(known)) == (2, {})

        def make_too() -> None:
            second.people.ensure(["P-1", *others], at, known)
            second.commit() if committing else second.people.pids(["P-1"])

        def be_told() -> None:
            with pytest.raises(TryAgain):
                make_too()
            found.append("told")

        other = threading.Thread(target=be_told)
        other.start()
        first.commit()
        other.join()
    assert found == ["told"]
    with world.tools.reads() as uow:
        assert uow.people.pid("P-1") == mine.pids["P-1"]
    assert world.count("participant") == 2


def test_a_step_that_lost_is_taken_again_by_itself(world: RegistryWorld) -> None:
    at, attempts = world.clock.now(), list[int]()

    def step(uow: UnitOfWork) -> str:
        known = uow.people.pids(["P-1"])
        attempts.append(len(known))
        if len(attempts) == 1:  # somebody comes between the look and the making
            with world.tools.units() as other:
                other.people.ensure(["P-1"], at, {})
                other.commit()
        return uow.people.ensure(["P-1"], at, known).pids["P-1"]

    with world.tools.reads() as uow:
        before = uow.people.pids(["P-1"])
    made = again(world.tools, step)
    with world.tools.reads() as uow:
        assert (dict(before), uow.people.pid("P-1")) == ({}, made)
    assert attempts == [0, 1]
    assert world.count("participant") == 1
