# SPDX-License-Identifier: Apache-2.0
"""Packs, searches and subject reports say whose word is missing, over all chains of a producer."""

import json
from datetime import timedelta
from typing import Any

import pytest

from audit_log.domain import pack
from audit_log.domain.pack import Asked
from audit_log.domain.search import Filter
from audit_log.domain.statement import MissingWord
from audit_log.usecases.look import search
from audit_log.usecases.who_used import SCOPE, who_used
from shared.entries import parse_entry
from shared.events import SealedEntry, Subject
from shared.principal import Principal
from tests.fakes.log_factories import DATASET, NOON, OTTO, Speaker
from tests.support.log_world import COHORTS, PSEUDONYMS, SRC, Producing, World, register
from tests.support.packs import PackDesk, apart

NODE = "zz/other/1"
REGISTRY = Principal(
    issuer=OTTO.issuer,
    subject="consent_registry",
    client_id="r",
    scopes=frozenset({SCOPE}),
    is_service=True,
)


@pytest.fixture
def desk(world: World) -> PackDesk:
    register(world)
    register(world, NODE, "other")
    made = PackDesk(world)
    made.settle()
    return made


def arrived(desk: PackDesk, *entries: SealedEntry) -> None:
    Producing(desk.world, NODE).send(*entries)
    desk.settle()


def packed(desk: PackDesk, wanted: Filter | None = None) -> dict[str, Any]:
    made = desk.made(Asked(wanted=wanted or Filter(), indexes=None, as_of=0))
    producers = json.loads(apart(made)[pack.STATEMENT])["producers"]
    return {one["src"]: one for one in producers}


def searched(world: World, wanted: Filter) -> dict[str, MissingWord]:
    answer = search(
        wanted,
        after=None,
        limit=1,
        as_of=None,
        principal=OTTO,
        transaction=world.transaction,
        pseudonyms=PSEUDONYMS,
        cohorts=COHORTS,
        clock=world.clock,
    )
    return {one.src: one for one in answer.stated.missing}


def reported(world: World) -> dict[str, MissingWord]:
    report = who_used(
        [Subject(dataset=DATASET, ordinal=7)],
        answers={},
        as_of=None,
        principal=REGISTRY,
        transaction=world.transaction,
        clock=world.clock,
    )
    return {one.src: one for one in report.stated.missing}


def test_a_pack_names_gaps_and_silent_producers(desk: PackDesk) -> None:
    register(desk.world, "zz/mute/1", "mute")
    said = Speaker(NODE).say_many(4)
    arrived(desk, said[0], said[3])
    by_src = packed(desk)
    assert set(by_src) == {"zz/audit_log/1", "zz/mute/1", NODE, SRC}
    assert by_src[NODE]["gaps"] == [[1, 2, 3]]
    assert (by_src["zz/mute/1"]["silent"], by_src["zz/mute/1"]["last"]) == (True, None)
    assert by_src["zz/audit_log/1"]["silent"] is False


def test_a_chain_begun_anew_does_not_hide_what_the_one_before_lacks(desk: PackDesk) -> None:
    old, new = Speaker(NODE).say_many(5), Speaker(NODE, epoch=2).say_many(4)
    arrived(desk, old[0], old[2], old[4])
    arrived(desk, new[0], new[3])
    stated = packed(desk)[NODE]
    assert (stated["epoch"], stated["seq"]) == (2, 4)
    assert stated["gaps"] == [[1, 2, 2], [1, 4, 4], [2, 2, 3]]
    gaps = ((1, 2, 2), (1, 4, 4), (2, 2, 3))
    assert searched(desk.world, Filter())[NODE].gaps == gaps
    assert searched(desk.world, Filter(src=NODE, until=NOON))[NODE].gaps == gaps
    assert NODE not in searched(desk.world, Filter(src=SRC))
    assert reported(desk.world)[NODE].gaps == gaps


def test_what_came_late_is_missing_no_more(desk: PackDesk) -> None:
    old, new = Speaker(NODE).say_many(5), Speaker(NODE, epoch=2).say_many(1)
    arrived(desk, old[0], old[4])
    arrived(desk, *new)
    arrived(desk, old[2])
    assert packed(desk)[NODE]["gaps"] == [[1, 2, 2], [1, 4, 4]]
    arrived(desk, old[3], old[1])
    assert packed(desk)[NODE]["gaps"] == []
    for found in (searched(desk.world, Filter()), reported(desk.world)):
        assert NODE not in found or found[NODE].gaps == ()


def test_a_silence_after_the_time_asked_for_is_none_of_its_own(desk: PackDesk) -> None:
    arrived(desk, *(first := Speaker(NODE).say_many(2)))
    spoke = parse_entry(first[-1].entry).occurred_at
    desk.world.clock.pass_time(timedelta(days=60).total_seconds())
    assert searched(desk.world, Filter())[NODE].silent_since == spoke
    assert NODE in searched(desk.world, Filter(until=spoke + timedelta(seconds=1)))
    assert NODE not in searched(desk.world, Filter(until=spoke))
