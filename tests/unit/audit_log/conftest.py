# SPDX-License-Identifier: Apache-2.0
"""A true evidence pack, and the verifier with what it trusts."""

from pathlib import Path

import pytest

from shared.events import Subject
from tests.fakes.log_factories import DATASET, Speaker, fact
from tests.support.log_world import MemoryWorld, Producing, register
from tests.support.packs import Files, PackDesk, Trusted, apart


@pytest.fixture(scope="module")
def good() -> Files:
    """A pack of nine entries, with openings, as of a size before the newest."""
    world = MemoryWorld()
    register(world)
    desk = PackDesk(world)
    desk.settle()
    speaker = Speaker()
    people = tuple(Subject(dataset=DATASET, ordinal=number) for number in range(3))
    Producing(world).send(*(speaker.say(fact(subjects=people)) for _ in range(8)))
    desk.settle()
    return apart(desk.made(desk.opening("actor", "subj")))


@pytest.fixture
def trusted(tmp_path: Path) -> Trusted:
    return Trusted(tmp_path)
