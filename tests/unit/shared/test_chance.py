# SPDX-License-Identifier: Apache-2.0
"""Random bytes by the page: as many as asked for, and none of them twice."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.chance import Chance


@pytest.mark.parametrize("size", [0, 1, 32, 65_536, 65_537, 100_000])
def test_as_many_bytes_as_were_asked_for(size: int) -> None:
    assert len(Chance()(size)) == size


def test_nothing_is_given_twice_whoever_asks() -> None:
    chance = Chance()
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda _: chance(16), range(20_000)))
    assert len(set(drawn)) == len(drawn)


def test_a_child_does_not_repeat_what_its_parent_gives() -> None:
    chance = Chance()
    chance(16)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, chance(16))
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading, "rb") as theirs:
        assert theirs.read() != chance(16)
