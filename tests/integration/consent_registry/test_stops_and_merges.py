# SPDX-License-Identifier: Apache-2.0
"""What stops one name of a person stops the other, as long as the two may be one."""

import json
from collections.abc import Callable

import pytest

from consent_registry.domain.errors import FreezeOvertaken
from consent_registry.domain.fhir.statement import Release
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.domain.rights import Right, RightsRequest, StepKind
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.decisions import PersonQuestion, decide_people
from consent_registry.usecases.fhir_export import AsOf, export_consents
from consent_registry.usecases.lives import record_death
from consent_registry.usecases.opt_out import set_opt_out
from consent_registry.usecases.requests import Move, NewRequest, make_request, move_request
from shared.ids import ApplicationId, DatasetId, Ordinal, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.erasing_world import GRETA
from tests.support.merge_world import (
    A,
    B,
    C,
    confirm,
    leave,
    live,
    permit,
    propose,
    reasons,
    undo,
    within,
)
from tests.support.registry_world import DESK, DS, RegistryWorld, people

OTHER = DatasetId("GDI-ZZ-DATASET-2")


@pytest.fixture
def three(world: RegistryWorld) -> RegistryWorld:
    """A, B and C in one dataset; B and C in another."""
    world.dataset(OTHER)
    assert world.load(*people(3)).batch.applied == 3
    assert world.load(*people(3, dataset=OTHER)[1:]).batch.applied == 2
    return world


def restrict(world: RegistryWorld, who: str = A) -> RightsRequest:
    wanted = NewRequest(right=Right.RESTRICTION, words="the data are wrong")
    return make_request(who, wanted, tools=world.tools, principal=GRETA)


def end(world: RegistryWorld, request: RightsRequest) -> None:
    told = Move(kind=StepKind.END_TOLD)
    move_request(request.request_id, told, tools=world.tools, principal=GRETA)
    world.clock.pass_time(86_400)
    step = Move(kind=StepKind.REFUSED, code="gdpr_18_1_no_ground")
    move_request(request.request_id, step, tools=world.tools, principal=GRETA)


def said(world: RegistryWorld, permit_id: str, ordinal: int = 1) -> tuple[str, str | None]:
    world.clock.pass_time(1)
    at = world.tools.clock.now()
    asked = PersonQuestion(
        dataset=DS,
        ordinal=Ordinal(ordinal),
        effective_at=at,
        known_at=at,
        permit_id=PermitId(permit_id) if permit_id else None,
        purposes=(),
    )
    (found,) = decide_people([asked], tools=world.tools, principal=DESK)
    return found.answer, found.reason


@pytest.mark.parametrize("settled", [False, True])
def test_a_restriction_reaches_the_other_name_at_once(three: RegistryWorld, settled: bool) -> None:
    merge = propose(three)
    if settled:
        confirm(three, merge)
    permit(three, "PERMIT-DS")
    permit(three, "PERMIT-OTHER", OTHER)
    assert (live(three), live(three, OTHER)) == ([{0, 1, 2}], [{0, 1}])
    restrict(three)
    assert (within(three), within(three, OTHER)) == ({2}, {1})
    assert (live(three), live(three, OTHER)) == ([{2}], [{1}])
    assert reasons(three) == {"restricted": 2}
    assert said(three, "") == said(three, "PERMIT-DS") == ("out", "restricted")
    items = three.column("SELECT items FROM feed_change WHERE kind = 'member.narrowed'")
    told = [(item["ordinal"], item["cause"], item["cohorts"]) for one in items for item in one]
    assert sorted(told) == [(0, "restricted", []), (0, "restricted", []), (1, "restricted", [])]


def test_a_merge_carries_a_restriction_to_the_other_name_until_it_is_undone(
    three: RegistryWorld,
) -> None:
    restrict(three)
    permit(three, "PERMIT-DS")
    permit(three, "PERMIT-OTHER", OTHER)
    assert (live(three), live(three, OTHER)) == ([{1, 2}], [{0, 1}])
    three.clock.pass_time(1)
    before = three.tools.clock.now()
    three.clock.pass_time(1)
    merge = propose(three)
    assert (within(three), within(three, OTHER)) == ({2}, {1})
    assert (live(three), live(three, OTHER)) == ([{2}], [{1}])
    assert three.column("SELECT DISTINCT cause FROM cohort_narrowed") == ["restricted"]
    looked = evaluate_cohort(
        DS, purpose(), tools=three.tools, principal=DESK, effective_at=before, known_at=before
    )
    assert set(looked.cohort.within) == {1, 2}, "as it was known before the merge"
    undo(three, merge)
    assert (within(three), within(three, OTHER)) == ({1, 2}, {0, 1})
    assert (live(three), live(three, OTHER)) == ([{2}], [{1}]), "nobody comes back by itself"


def test_the_end_of_a_restriction_of_one_name_leaves_that_of_the_other(
    three: RegistryWorld,
) -> None:
    propose(three)
    first, second = restrict(three, A), restrict(three, B)
    end(three, first)
    assert within(three) == {2}
    assert said(three, "", 0) == ("out", "restricted")
    end(three, second)
    assert within(three) == {0, 1, 2}
    assert said(three, "", 0) == ("in", None)


STEPS: dict[str, Callable[[RegistryWorld], object]] = {"restricts": restrict, "merges": propose}


@pytest.mark.parametrize("step", STEPS)
def test_a_freeze_is_overtaken_by_what_stops_the_other_name(
    three: RegistryWorld, step: str
) -> None:
    if step == "restricts":
        propose(three)
    else:
        restrict(three)
    frozen = freeze_cohort(
        OTHER, purpose(), ApplicationId("A-1"), tools=three.tools, principal=DESK
    )
    STEPS[step](three)
    with pytest.raises(FreezeOvertaken):
        bind_cohort(frozen.cohort_id, PermitId("P-1"), tools=three.tools, principal=DESK)


def exported(world: RegistryWorld, who: str, release: Release = Release.R5) -> list[str]:
    bundle = export_consents(who, release, AsOf(), tools=world.tools, principal=DESK)
    found = [entry["resource"] for entry in json.loads(json.dumps(bundle))["entry"]]
    for one in found:
        assert (one["status"] == "active") is ("provision" in one)
    return [one["status"] for one in found]


def test_no_other_registry_takes_for_active_what_this_one_does_not_use(
    three: RegistryWorld,
) -> None:
    assert exported(three, B) == ["active", "active"]
    request = restrict(three)
    merge = propose(three)
    assert (exported(three, A), exported(three, B)) == (["draft"], ["draft", "draft"])
    end(three, request)
    assert exported(three, B) == ["active", "active"]
    leave(three, A)
    assert exported(three, B) == ["draft", "draft"], "as long as they may be one"
    confirm(three, merge)
    assert exported(three, B) == ["inactive", "inactive"]
    undo(three, merge)
    three.clock.pass_time(5)
    died_at = three.tools.clock.now()
    record_death(C, died_at, "5e" * 32, tools=three.tools, principal=DESK)
    assert exported(three, B) == ["active", "active"]
    assert exported(three, C) == ["draft", "draft"]


@pytest.mark.parametrize("undone", [False, True])
def test_an_opt_out_reaches_who_may_be_the_same_person_and_nobody_parted_again(
    three: RegistryWorld, undone: bool
) -> None:
    merge = propose(three)
    if undone:
        undo(three, merge)
    before = three.column("SELECT count(*) FROM person_reach WHERE ordinal = 1")
    set_opt_out(A, About(), OptOutKind.REGISTERED, tools=three.tools, principal=DESK)
    after = three.column("SELECT count(*) FROM person_reach WHERE ordinal = 1")
    assert (after == before) is undone
