# SPDX-License-Identifier: Apache-2.0
"""A person among more people than an entry seals: found by her cohort, and nobody else is.

Before, a read of 65 people was found by none of them.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from audit_log.domain import pack
from audit_log.domain.cohorts import CohortKey, read_answers
from audit_log.domain.search import Filter
from audit_log.ports import ExportState
from audit_log.usecases import reports
from audit_log.usecases.look import Answer, search
from audit_log.usecases.resolving import CohortDesk
from audit_log.usecases.saved_queries import PUT_OFF
from shared import strict_json
from shared.entries import Entry, parse_entry
from shared.events import Fact, NamedCohort, Subject
from tests.contract.audit_log.test_publishing import Remembered, publisher
from tests.contract.audit_log.test_saved_queries import kept, runner, saved
from tests.fakes.cohort_members import MemoryCohortMembers
from tests.fakes.kernel import CountingSalts
from tests.fakes.log_factories import DATASET, OTTO, Speaker, cohort_name, fact
from tests.support.casework import said
from tests.support.log_world import (
    PSEUDONYMS,
    VAULT,
    Producing,
    World,
    drain,
    entries_of,
    sequencer,
)
from tests.support.packs import EVERYTHING, PackDesk, apart

READ: Final = "placet.access.read.v1"
ANYTHING: Final = Filter()
OTHER_SET: Final = "GDI-ZZ-DATASET-2"
ANNA, BO, CARL = (Subject(dataset=DATASET, ordinal=n) for n in (7, 8, 99))
FIRST, SECOND, STRANGE = cohort_name(1), cohort_name(2), cohort_name(3)
REVISED = {number: replace(FIRST, revision=number) for number in (10, 11, 12)}
ALL_OF_IT = replace(FIRST, revision=None)


def read_of(cohort: NamedCohort, dataset: str = DATASET) -> Fact:
    return fact(type_=READ, cohort=cohort, dataset=dataset)


# By index: cohorts and people, mixed.
SAID: Final = (
    read_of(REVISED[10]),  # 0
    fact(type_=READ, subjects=(ANNA,)),  # 1
    read_of(REVISED[11]),  # 2
    read_of(SECOND),  # 3
    fact(type_=READ, subjects=(BO,)),  # 4
    read_of(REVISED[12]),  # 5
    read_of(ALL_OF_IT),  # 6
    read_of(FIRST, dataset=OTHER_SET),  # 7: the same name, in another dataset
    fact(type_=READ, subjects=(ANNA, CARL)),  # 8
)


class Reading:
    """A log in which these things were said, and who knows the cohorts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.head = Remembered()
        self.speaker = Speaker()
        self.members = MemoryCohortMembers()
        self.members.freeze(FIRST, DATASET, range(70))
        self.members.freeze(SECOND, DATASET, [*range(20, 90), 7])
        self.desk = CohortDesk(members=self.members, random=CountingSalts())
        self.say(*SAID)

    def say(self, *facts: Fact) -> None:
        Producing(self.world).send(*[self.speaker.say(one) for one in facts])
        self.publish()

    def publish(self) -> None:
        drain(sequencer(self.world))
        publisher(self.world, self.head).step()

    def leaves(self, person: Subject, revision: int) -> None:
        self.members.left[CohortKey(FIRST.cohort_id, FIRST.digest), person] = revision

    def answer(
        self,
        person: Subject,
        *,
        after: int | None = None,
        limit: int = 50,
        as_of: int | None = None,
        exact: bool = False,
        also: Filter = ANYTHING,
    ) -> Answer:
        return search(
            replace(also, person=person),
            after=after,
            limit=limit,
            as_of=as_of,
            principal=OTTO,
            transaction=self.world.transaction,
            pseudonyms=PSEUDONYMS,
            cohorts=self.desk,
            clock=self.world.clock,
            exact=exact,
        )

    def found(self, person: Subject, also: Filter = ANYTHING) -> list[int]:
        return indexes(self.answer(person, also=also))


@pytest.fixture
def reading(world: World) -> Reading:
    return Reading(world)


def indexes(answer: Answer) -> list[int]:
    return [one.index for one in answer.page.entries]


def searches(world: World) -> list[Entry]:
    return said(world, "placet.audit.search.v1")


def test_whoever_is_in_the_cohort_finds_the_reads_that_name_it(reading: Reading) -> None:
    assert reading.found(ANNA) == [8, 6, 5, 3, 2, 1, 0]
    assert reading.found(BO) == [6, 5, 4, 2, 0]


def test_whoever_is_not_in_it_is_shown_no_read_of_others(reading: Reading) -> None:
    assert reading.found(CARL) == [8]
    assert reading.found(CARL._replace(ordinal=69)) == [6, 5, 3, 2, 0]
    assert reading.found(CARL._replace(ordinal=75)) == [3]
    assert reading.found(ANNA._replace(dataset=OTHER_SET)) == []  # that cohort is unknown there


def test_after_she_left_the_cohort_its_reads_are_no_more_hers(reading: Reading) -> None:
    reading.leaves(BO, 11)
    assert reading.found(BO) == [6, 4, 0], "6 names all who were frozen, 0 the revision before"
    reading.leaves(BO, 13)
    assert reading.found(BO) == [6, 5, 4, 2, 0]


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pages_follow_each_other_without_gap_or_repetition(reading: Reading, limit: int) -> None:
    paged: list[int] = []
    after: int | None = None
    while True:
        answer = reading.answer(ANNA, after=after, limit=limit)
        paged += indexes(answer)
        after = answer.page.next
        if after is None:
            break
    assert paged == [8, 6, 5, 3, 2, 1, 0]


def test_an_earlier_size_gives_the_answer_of_then(reading: Reading) -> None:
    first = reading.answer(BO)
    size = first.stated.as_of.size
    reading.say(read_of(FIRST), fact(type_=READ, subjects=(BO,)), read_of(STRANGE))
    reading.leaves(BO, 99)  # after everything that is in the log
    again = reading.answer(BO, as_of=size, exact=True)
    assert indexes(again) == indexes(first)
    assert (again.stated.count, again.stated.exact) == (5, True)
    assert len(reading.found(BO, Filter(type=READ))) == 7


def test_other_parts_of_the_filter_hold_for_these_entries_too(reading: Reading) -> None:
    reading.say(fact(type_="placet.access.export.v1", cohort=FIRST, decision="deny"))
    newest = len(SAID)
    while parse_entry(entries_of(reading.world)[newest]).decision != "deny":
        newest += 1
    assert reading.found(BO, Filter(type="placet.access.export.v1")) == [newest]
    assert reading.found(BO, Filter(decision="deny")) == [newest]
    assert reading.found(BO, Filter(dataset=OTHER_SET)) == []


def test_a_registry_that_gives_no_answer_is_said_and_never_a_shorter_list(
    reading: Reading,
) -> None:
    reading.members.away = True
    answer = reading.answer(ANNA)
    assert indexes(answer) == [8, 1]
    stated = answer.stated.cohorts
    assert stated is not None
    assert (stated.reached, stated.unresolved) == (False, 2)
    assert (answer.stated.count, answer.stated.exact) == (2, False)
    (looked,) = searches(reading.world)
    assert looked.extra["cohorts_unresolved"] == 2
    # Whom no cohort of a dataset concerns is answered without it.
    alone = Subject(dataset="GDI-ZZ-DATASET-3", ordinal=1)
    none = reading.answer(alone).stated
    assert none.cohorts is not None
    assert (none.cohorts.unresolved, none.exact) == (0, True)


def test_a_cohort_that_nobody_knows_leaves_the_answer_open(reading: Reading) -> None:
    reading.say(read_of(STRANGE))
    answer = reading.answer(BO, exact=True)
    assert indexes(answer) == [6, 5, 4, 2, 0]
    assert answer.stated.cohorts is not None
    assert (answer.stated.cohorts.reached, answer.stated.cohorts.unresolved) == (True, 1)
    assert not answer.stated.exact


def test_of_somebody_erased_no_cohort_is_told(reading: Reading) -> None:
    reading.members.erased.add(BO)
    answer = reading.answer(BO)
    assert indexes(answer) == [4]
    assert answer.stated.cohorts is not None
    assert answer.stated.cohorts.erased
    assert not answer.stated.exact


def test_the_searchs_entry_names_the_answers_and_nobody(reading: Reading) -> None:
    answer = reading.answer(ANNA)
    (looked,) = searches(reading.world)
    cohorts = answer.stated.cohorts
    assert cohorts is not None
    assert (looked.extra["cohorts"], looked.extra["cohorts_unresolved"]) == (cohorts.digest(), 0)
    assert set(looked.commitments) == {"actor", "subj/0"}
    assert FIRST.cohort_id.encode() not in looked.raw
    assert read_answers(cohorts.written()) == cohorts
    # The same answers hide behind another digest each time.
    assert reading.answer(ANNA).stated.cohorts != cohorts


def test_reports_count_what_a_search_finds(reading: Reading) -> None:
    asking = reports.Asking(wanted=Filter(person=BO), as_of=None, case=None, principal=OTTO)
    impact = reports.impact(
        asking,
        transaction=reading.world.transaction,
        pseudonyms=PSEUDONYMS,
        cohorts=reading.desk,
        vault=VAULT,
        clock=reading.world.clock,
    )
    assert (impact.reach.entries, impact.stated.count) == (5, 5)
    # One person is sealed; those of the cohort come on top, and that is said.
    assert impact.reach.datasets == {DATASET: (5, 1, 1)}
    activity = reports.activity(
        asking,
        public=False,
        transaction=reading.world.transaction,
        pseudonyms=PSEUDONYMS,
        cohorts=reading.desk,
        vault=VAULT,
        clock=reading.world.clock,
    )
    assert sum(int(count) for count in activity.figures.values()) == 5


def runs(reading: Reading, query: str) -> Sequence[tuple[int, int, int]]:
    return [(one.count, one.new, one.unresolved) for one in kept(reading.world, query).runs]


def test_a_saved_search_finds_them_and_waits_for_a_registry_that_is_away(
    reading: Reading,
) -> None:
    query = saved(reading.world, Filter(person=BO))
    reading.members.away = True
    assert runner(reading.world, reading.desk).step()
    assert runs(reading, query) == []
    assert not runner(reading.world, reading.desk).step(), "it is put off, not asked at once"
    reading.members.away = False
    reading.world.clock.pass_time(PUT_OFF.total_seconds())
    assert runner(reading.world, reading.desk).step()
    assert runs(reading, query) == [(5, 5, 0)]
    reading.say(read_of(FIRST), read_of(STRANGE))
    reading.world.clock.pass_time(timedelta(hours=24).total_seconds())
    assert runner(reading.world, reading.desk).step()
    assert runs(reading, query)[0] == (6, 1, 1)
    reasons = [one.reason for one in said(reading.world, "placet.audit.query.v1")]
    assert reasons == ["query_saved", "query_put_off", "query_ran", "query_ran"]


def test_a_pack_holds_them_and_the_answers_that_they_rest_on(reading: Reading) -> None:
    packing = PackDesk(reading.world, cohorts=reading.desk, head=reading.head)
    packing.settle()
    files = apart(packing.made(replace(EVERYTHING, wanted=Filter(person=BO))))
    found = [strict_json.loads(line)["idx"] for line in files[pack.ENTRIES].splitlines()]
    assert found == [0, 2, 4, 5, 6]
    answers = read_answers(strict_json.loads(files[pack.STATEMENT])["cohorts"])
    assert (answers.person, answers.unresolved) == (BO, 0)
    (exported,) = said(reading.world, "placet.audit.export.v1")
    assert exported.extra["cohorts"] == answers.digest()
    assert exported.extra["statement"] == pack.digest(files[pack.STATEMENT])


def test_no_pack_is_made_while_the_registry_is_away(reading: Reading) -> None:
    packing = PackDesk(reading.world, cohorts=reading.desk, head=reading.head)
    packing.settle()
    reading.members.away = True
    job = packing.ask(replace(EVERYTHING, wanted=Filter(person=BO)))
    packing.round()
    ended = packing.state_of(job.id)
    assert (ended.state, ended.fault) == (ExportState.FAILED, "cohorts_unresolved")
    # Whoever asks for nobody needs no registry.
    assert apart(packing.made(replace(EVERYTHING, wanted=Filter(type=READ))))
    (exported,) = said(reading.world, "placet.audit.export.v1")
    assert exported.extra["export"] != job.id


def test_a_cohort_named_beside_a_person_is_found_once(reading: Reading) -> None:
    """Only a foreign producer does that; the entry is about both."""
    both = replace(fact(type_=READ, subjects=(BO,)), extra=FIRST.written())
    reading.say(both)
    newest = max(reading.found(BO))
    assert parse_entry(entries_of(reading.world)[newest]).extra["cohort_id"] == FIRST.cohort_id
    assert reading.found(BO).count(newest) == 1
    assert newest in reading.found(ANNA)
    assert newest not in reading.found(CARL)
