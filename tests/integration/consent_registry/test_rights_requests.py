# SPDX-License-Identifier: Apache-2.0
"""Requests on a real database: what rests at once, what comes back, the file, tasks with proof."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from consent_registry.domain.erasure import Phase
from consent_registry.domain.errors import (
    EndNotTold,
    FreezeOvertaken,
    LevelNotOffered,
    NotLinked,
    RequestStands,
    RequestUnknown,
    TaskDone,
    WhoUsedUnavailable,
)
from consent_registry.domain.levels import TASKS, Level
from consent_registry.domain.purpose import Category
from consent_registry.domain.register import FrozenCohort
from consent_registry.domain.rights import RequestState, Right, RightsRequest, StepKind
from consent_registry.http import rights_present
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.decisions import PersonQuestion, decide_people
from consent_registry.usecases.erasing import confirm_erasure
from consent_registry.usecases.own_file import own_file
from consent_registry.usecases.requests import (
    Move,
    NewRequest,
    begin_erasure,
    make_own_request,
    make_request,
    move_own_request,
    move_request,
    own_request,
    queue,
    see_request,
)
from consent_registry.usecases.tasks import close_task, open_tasks, own_tasks, take_task
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.errors import Forbidden, ValidationFailed
from shared.ids import ApplicationId, Ordinal, PermitId
from tests.fakes.consent_factories import purpose
from tests.fakes.who_used import MemoryWhoUsed
from tests.support.erasing_world import (
    ANNA,
    GRETA,
    HUGO,
    ILLNESS,
    LOCAL_ID,
    PSEUDONYM,
    SECOND,
    SUBJECT,
    ErasingWorld,
    erasing_world,
)
from tests.support.registry_world import DESK, DS, person

WORDS = "my sister was diagnosed in may"
PURPOSE = purpose(Category.DS, diseases=(ILLNESS,))


@pytest.fixture
def site() -> Iterator[ErasingWorld]:
    with erasing_world() as opened:
        yield opened


def ask(site: ErasingWorld, right: Right, words: str = "") -> RightsRequest:
    wanted = NewRequest(right=right, words=words)
    return make_own_request(wanted, tools=site.tools, principal=ANNA)


def move(site: ErasingWorld, request: RightsRequest, kind: StepKind, code: str = "") -> None:
    wanted = Move(kind=kind, code=code)
    move_request(request.request_id, wanted, tools=site.tools, principal=GRETA)


def within(site: ErasingWorld) -> set[int]:
    found = evaluate_cohort(DS, PURPOSE, tools=site.tools, principal=DESK)
    return set(found.cohort.within)


def freeze(site: ErasingWorld, name: str) -> FrozenCohort:
    return freeze_cohort(DS, PURPOSE, ApplicationId(name), tools=site.tools, principal=DESK)


def bind(site: ErasingWorld, cohort: FrozenCohort, permit: str) -> None:
    bind_cohort(cohort.cohort_id, PermitId(permit), tools=site.tools, principal=DESK)


def live(site: ErasingWorld) -> dict[str, set[int]]:
    with site.tools.reads() as uow:
        return {one.permit_id: set(one.members) for one in uow.cohorts.live(DS)}


def decided(site: ErasingWorld) -> tuple[str, str | None]:
    site.world.clock.pass_time(1)
    return decided_at(site, site.tools.clock.now())


def decided_at(site: ErasingWorld, at: datetime) -> tuple[str, str | None]:
    question = PersonQuestion(
        dataset=DS,
        ordinal=Ordinal(0),
        effective_at=at,
        known_at=at,
        permit_id=None,
        purposes=(),
    )
    answer = decide_people([question], tools=site.tools, principal=DESK)[0]
    return answer.answer, answer.reason


def test_a_restriction_takes_her_out_at_once_and_ends_for_new_permits_alone(
    site: ErasingWorld,
) -> None:
    """A running cohort only ever narrows: lifting brings nobody back into one."""
    bind(site, freeze(site, "A-1"), "permit-1")
    assert live(site) == {"permit-1": {0, 1}}
    request = ask(site, Right.RESTRICTION)
    assert (within(site), live(site)) == ({1}, {"permit-1": {1}})
    assert decided(site) == ("out", "restricted")
    site.world.clock.pass_time(60)
    move(site, request, StepKind.FULFILLED)
    assert within(site) == {1}
    site.world.clock.pass_time(60)
    move_own_request(request.request_id, StepKind.LIFTED, tools=site.tools, principal=ANNA)
    assert (within(site), live(site)) == ({0, 1}, {"permit-1": {1}})
    bind(site, freeze(site, "A-2"), "permit-2")
    assert live(site)["permit-2"] == {0, 1}


def test_a_freeze_that_a_restriction_overtakes_is_void(site: ErasingWorld) -> None:
    frozen = freeze(site, "A-1")
    ask(site, Right.RESTRICTION)
    with pytest.raises(FreezeOvertaken):
        bind(site, frozen, "permit-1")


def test_the_feed_names_who_is_restricted(site: ErasingWorld) -> None:
    ask(site, Right.RESTRICTION)
    items = site.world.column(
        "SELECT items FROM feed_change WHERE kind = 'member.narrowed' ORDER BY last_position"
    )
    assert items[-1][0]["cause"] == "restricted"


def test_data_rest_while_an_objection_is_weighed_and_after_it_is_upheld(
    site: ErasingWorld,
) -> None:
    with pytest.raises(ValidationFailed):
        ask(site, Right.OBJECTION)
    first = ask(site, Right.OBJECTION, WORDS)
    assert decided(site) == ("out", "restricted")
    with pytest.raises(EndNotTold):
        move(site, first, StepKind.REFUSED, "gdpr_21_1_overriding")
    move(site, first, StepKind.END_TOLD)
    with pytest.raises(EndNotTold):
        move(site, first, StepKind.REFUSED, "gdpr_21_1_overriding")
    assert within(site) == {1}
    site.world.clock.pass_time(86_400)
    move(site, first, StepKind.REFUSED, "gdpr_21_1_overriding")
    assert within(site) == {0, 1}
    second = ask(site, Right.OBJECTION, WORDS)
    move(site, second, StepKind.FULFILLED)
    assert (within(site), decided(site)) == ({1}, ("out", "objected"))
    with pytest.raises(RequestStands):
        move(site, second, StepKind.LIFTED)
    move_own_request(second.request_id, StepKind.LIFTED, tools=site.tools, principal=ANNA)
    assert within(site) == {0, 1}


def test_the_desk_lifts_a_restriction_after_she_was_told_on_an_earlier_day(
    site: ErasingWorld,
) -> None:
    """GDPR Article 18(3)."""
    request = ask(site, Right.RESTRICTION)
    move(site, request, StepKind.FULFILLED)
    with pytest.raises(EndNotTold):
        move(site, request, StepKind.LIFTED)
    move(site, request, StepKind.END_TOLD)
    site.world.clock.pass_time(86_400)
    assert within(site) == {1}
    move(site, request, StepKind.LIFTED)
    assert within(site) == {0, 1}


def test_who_signed_in_is_not_asked_who_she_is_and_nobody_twice(site: ErasingWorld) -> None:
    """The clock does not stand still at will (GDPR Article 12(6))."""
    with pytest.raises(RequestStands):
        move(site, ask(site, Right.ACCESS), StepKind.IDENTITY_ASKED)
    letter = NewRequest(right=Right.ACCESS)
    made = make_request(PSEUDONYM, letter, tools=site.tools, principal=GRETA)
    move(site, made, StepKind.IDENTITY_ASKED)
    move(site, made, StepKind.IDENTIFIED)
    with pytest.raises(RequestStands):
        move(site, made, StepKind.IDENTITY_ASKED)


def test_one_restriction_that_ends_leaves_another_standing(site: ErasingWorld) -> None:
    first, second = ask(site, Right.RESTRICTION), ask(site, Right.OBJECTION, WORDS)
    move_own_request(first.request_id, StepKind.TAKEN_BACK, tools=site.tools, principal=ANNA)
    assert within(site) == {1}
    move_own_request(second.request_id, StepKind.TAKEN_BACK, tools=site.tools, principal=ANNA)
    assert within(site) == {0, 1}


def test_who_joins_a_dataset_while_she_is_restricted_is_not_in_it(site: ErasingWorld) -> None:
    ask(site, Right.RESTRICTION)
    third = "GDI-ZZ-DATASET-3"
    site.world.dataset(third)  # type: ignore[arg-type] # a dataset's name
    row = {"participant": PSEUDONYM, "local_id": "T-1", "dataset": third}
    assert site.world.load(row).batch.applied == 1
    found = evaluate_cohort(third, purpose(), tools=site.tools, principal=DESK)  # type: ignore[arg-type] # a name
    assert set(found.cohort.within) == set()


def test_what_she_wrote_is_sealed_and_for_the_desk(site: ErasingWorld) -> None:
    request = ask(site, Right.RECTIFICATION, WORDS)
    assert WORDS not in site.texts()
    seen = see_request(request.request_id, tools=site.tools, principal=GRETA)
    assert (seen.words, seen.pseudonym) == (WORDS, PSEUDONYM)
    with pytest.raises(Forbidden):
        see_request(request.request_id, tools=site.tools, principal=ANNA)


def test_nobody_sees_or_moves_anothers_request(site: ErasingWorld) -> None:
    request = ask(site, Right.RESTRICTION)
    stranger = person("person-stranger")
    with pytest.raises(NotLinked):
        own_request(request.request_id, tools=site.tools, principal=stranger)
    with pytest.raises(RequestUnknown):
        own_request(site.tools.ids.new(), tools=site.tools, principal=ANNA)
    with pytest.raises(ValidationFailed):
        move_own_request(request.request_id, StepKind.FULFILLED, tools=site.tools, principal=ANNA)


def test_a_letter_has_its_own_day_and_a_person_cannot_say_one(site: ErasingWorld) -> None:
    came = site.tools.clock.now() - timedelta(days=40)
    letter = NewRequest(right=Right.ACCESS, received_at=came)
    made = make_request(PSEUDONYM, letter, tools=site.tools, principal=GRETA)
    assert made.is_overdue(site.tools.clock.now())
    recent = ask(site, Right.ACCESS)
    found = queue(tools=site.tools, principal=GRETA)
    assert [one.request_id for one in found] == [made.request_id, recent.request_id]
    with pytest.raises(ValidationFailed):
        make_request(PSEUDONYM, letter, tools=site.tools, principal=ANNA)


def test_a_closed_request_takes_no_further_step(site: ErasingWorld) -> None:
    request = ask(site, Right.ACCESS)
    move(site, request, StepKind.TAKEN)
    with pytest.raises(ValidationFailed):
        move(site, request, StepKind.REFUSED, "because")
    move(site, request, StepKind.REFUSED, "gdpr_15_4")
    assert own_request(request.request_id, tools=site.tools, principal=ANNA).state is (
        RequestState.REFUSED
    )
    with pytest.raises(RequestStands):
        move(site, request, StepKind.FULFILLED)


def test_a_request_for_erasure_is_fulfilled_by_the_erasure(site: ErasingWorld) -> None:
    request = ask(site, Right.ERASURE, WORDS)
    with pytest.raises(RequestStands):
        move(site, request, StepKind.FULFILLED)
    erasure = begin_erasure(request.request_id, "gdpr_17_1_b", tools=site.tools, principal=GRETA)
    confirm_erasure(erasure.erasure_id, tools=site.tools, principal=HUGO)
    site.log.away = True
    site.run()
    seen = see_request(request.request_id, tools=site.tools, principal=GRETA)
    assert (seen.request.state, seen.words) == (RequestState.OPEN, None)
    site.log.away = False
    site.run()
    seen = see_request(request.request_id, tools=site.tools, principal=GRETA)
    assert seen.request.state is RequestState.FULFILLED
    assert site.look(erasure.erasure_id).phase is Phase.SETTLING


def test_what_was_decided_of_her_before_the_erasure_is_unknown_then(site: ErasingWorld) -> None:
    then = site.tools.clock.now()
    site.world.clock.pass_time(60)
    site.begin()
    site.run()
    assert decided_at(site, then) == ("unknown", "erased")
    site.world.clock.pass_time(60)
    assert decided(site) == ("out", "erased")


def test_the_file_has_everything_that_is_held_of_her_and_nobody_else(site: ErasingWorld) -> None:
    bind(site, freeze(site, "A-1"), "permit-1")
    ask(site, Right.OBJECTION, WORDS)
    found = own_file(with_uses=False, tools=site.tools, principal=ANNA)
    text = json.dumps(rights_present.own_file(found))
    for held in (PSEUDONYM, SUBJECT, LOCAL_ID, ILLNESS, WORDS, "permit-1", DS, SECOND):
        assert held in text
    assert "P-2" not in text
    assert "S-2" not in text
    assert found.uses is None


def test_uses_are_in_the_file_only_from_a_log_that_is_connected_and_answers(
    site: ErasingWorld,
) -> None:
    with pytest.raises(WhoUsedUnavailable):
        own_file(with_uses=True, tools=site.tools, principal=ANNA)
    log = MemoryWhoUsed()
    tools = replace(site.tools, who_used=log)
    found = own_file(with_uses=True, tools=tools, principal=ANNA).uses
    assert found is not None
    assert found.uses == ()
    assert (DS, 0) in log.asked[0]
    log.away = True
    with pytest.raises(WhoUsedUnavailable):
        own_file(with_uses=True, tools=tools, principal=ANNA)
    assert own_file(with_uses=None, tools=tools, principal=ANNA).uses is None


@pytest.mark.parametrize("level", Level)
def test_a_withdrawal_leaves_the_tasks_of_its_level_in_every_dataset(
    site: ErasingWorld, level: Level
) -> None:
    done = withdraw(PSEUDONYM, WithdrawConsent(level=level), tools=site.tools, principal=DESK)
    tasks = own_tasks(tools=site.tools, principal=ANNA)
    made = [task for task in tasks if task.withdrawal_id == done.withdrawal_id]
    assert {(one.dataset, one.kind) for one in made} == {
        (dataset, kind) for dataset in (DS, SECOND) for kind in TASKS[level]
    }
    # Who wants no contact has not withdrawn: the use of her data goes on.
    assert (0 in within(site)) is (level is Level.NO_FURTHER_CONTACT)


def test_a_level_that_a_country_does_not_have_is_refused(site: ErasingWorld) -> None:
    narrower = replace(site.tools.policy, levels=(Level.NO_FURTHER_USE,))
    tools = replace(site.tools, policy=narrower)
    wanted = WithdrawConsent(level=Level.DESTROY_ALL)
    with pytest.raises(LevelNotOffered):
        withdraw(PSEUDONYM, wanted, tools=tools, principal=DESK)
    withdraw(PSEUDONYM, WithdrawConsent(), tools=tools, principal=DESK)


def test_a_task_is_closed_once_with_the_hash_of_its_proof(site: ErasingWorld) -> None:
    task = open_tasks(tools=site.tools, principal=GRETA)[0]
    take_task(task.task_id, tools=site.tools, principal=GRETA)
    proof = "Copies on the cluster deleted on 28 November by two people."
    with pytest.raises(ValidationFailed):
        close_task(task.task_id, "  ", tools=site.tools, principal=GRETA)
    close_task(task.task_id, proof, tools=site.tools, principal=GRETA)
    with pytest.raises(TaskDone):
        close_task(task.task_id, "another", tools=site.tools, principal=HUGO)
    done = next(
        one for one in own_tasks(tools=site.tools, principal=ANNA) if one.task_id == task.task_id
    )
    assert done.proof == hashlib.sha256(proof.encode()).digest()
    assert proof not in site.texts()
