# SPDX-License-Identifier: Apache-2.0
"""What a search says it rests on, on the log in memory and on PostgreSQL."""

from datetime import timedelta

from audit_log.domain.search import Filter
from audit_log.usecases import integrity
from audit_log.usecases.look import Answer, search
from tests.contract.audit_log.test_publishing import Remembered
from tests.fakes.log_factories import DATASET, OTTO, Speaker
from tests.support.casework import (
    publish,
    said,
)
from tests.support.log_world import (
    COHORTS,
    PSEUDONYMS,
    Producing,
    World,
    register,
)


def answered(world: World, wanted: Filter, *, exact: bool = False) -> Answer:
    return search(
        wanted,
        after=None,
        limit=5,
        as_of=None,
        principal=OTTO,
        transaction=world.transaction,
        pseudonyms=PSEUDONYMS,
        cohorts=COHORTS,
        clock=world.clock,
        exact=exact,
    )


def test_a_search_states_what_it_rests_on(filled: World) -> None:
    register(filled, "zz/mute/1", "mute")
    filled.clock.pass_time(timedelta(days=60).total_seconds())
    stated = answered(filled, Filter(dataset=DATASET)).stated
    assert (stated.count, stated.exact, stated.integrity) == (9, True, None)
    assert [one.src for one in stated.missing if one.silent] == ["zz/mute/1"]
    assert answered(filled, Filter(dataset=DATASET), exact=True).stated.count == 9
    with filled.transaction() as log:
        run = integrity.keep(
            log,
            base=None,
            size=5,
            root=bytes(32),
            flaws=0,
            began=filled.clock.now(),
            at=filled.clock.now(),
        )
    assert answered(filled, Filter()).stated.integrity == run
    (entry,) = said(filled, "placet.audit.integrity.v1")
    assert (entry.extra["size"], entry.extra["run"], entry.extra["flaws"]) == (5, run.id, 0)


def test_the_run_that_reaches_furthest_covers_and_runs_build_on_each_other(filled: World) -> None:
    made = []
    for size, flaws in ((5, 1), (9, 2)):
        with filled.transaction() as log:
            made.append(
                integrity.keep(
                    log,
                    base=log.integrity.newest(),
                    size=size,
                    root=bytes(32),
                    flaws=flaws,
                    began=filled.clock.now(),
                    at=filled.clock.now(),
                )
            )
    assert (made[1].base, made[1].first, made[1].flaws) == (made[0].id, 5, 3)
    with filled.transaction() as log:
        assert log.integrity.covering(4) == made[1]
        assert log.integrity.covering(10) == made[1]
        assert log.integrity.wanted() == 0


def test_a_gap_is_stated_for_its_source_alone(filled: World, head: Remembered) -> None:
    speaker = Speaker("zz/another/1")
    entries = speaker.say_many(4)
    Producing(filled, "zz/another/1").send(entries[0], entries[3])
    publish(filled, head)
    (missing,) = answered(filled, Filter(src="zz/another/1")).stated.missing
    assert missing.gaps == ((1, 2, 3),)
    own = answered(filled, Filter(src="zz/clearinghouse/1")).stated.missing
    assert all(not one.gaps for one in own)
