# SPDX-License-Identifier: Apache-2.0
"""Applying and deciding: who may, what is written, and that nothing is decided twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from permit_service.domain.application import Application, ApplicationState, Verdict
from permit_service.domain.errors import AlreadyDecided, ApplicationUnknown
from permit_service.domain.permit import PermitState
from permit_service.domain.policy import Policy
from permit_service.usecases.decide import Decision, decide
from permit_service.usecases.submit import parse_submission
from shared.errors import Forbidden, ValidationFailed
from shared.ids import ApplicationId
from tests.fakes.permit_factories import DATASET, HMB, NATIONAL, PROFILE, RITA, T0
from tests.fakes.permit_world import AUTHORITY, REASONS, RESEARCHER, World, a_caller


@pytest.fixture
def world() -> World:
    return World()


def types(world: World) -> list[str]:
    return [fact.type.removeprefix("placet.").removesuffix(".v1") for fact in world.units.facts]


def test_an_application_opens_an_account_with_a_random_subject_once(world: World) -> None:
    world.apply()
    world.apply()
    with world.ports.units() as work:
        account = work.accounts.find(RITA)
    assert account is not None
    assert "rita" not in account.own_subject
    assert len(world.units.committed.accounts) == 1
    assert types(world) == ["application.submitted", "application.submitted"]


def test_only_who_may_applies_and_decides(world: World) -> None:
    with pytest.raises(Forbidden):
        world.apply(by=a_caller("rita"))
    application = world.apply()
    with pytest.raises(Forbidden):
        world.decide(application, by=RESEARCHER)
    assert types(world) == ["application.submitted"]


@pytest.mark.parametrize("reasons", ["", "         ", "too short"])
@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_decision_without_reasons_changes_nothing(
    world: World, verdict: Verdict, reasons: str
) -> None:
    application = world.apply()
    decision = Decision(application_id=application.application_id, verdict=verdict, reasons=reasons)
    with pytest.raises(ValidationFailed) as caught:
        decide(decision, caller=AUTHORITY, ports=world.ports)
    assert [fault.pointer for fault in caught.value.faults] == ["/reasons"]
    assert world.units.committed.applications[application.application_id] == application
    assert world.cohorts.freezes == 0
    assert types(world) == ["application.submitted"]


def test_what_article_54_prohibits_can_only_be_refused(world: World) -> None:
    application = world.apply(purpose=replace(HMB, prohibited_uses=("54-c",)))
    with pytest.raises(ValidationFailed) as caught:
        world.decide(application)
    assert [(one.pointer, one.code) for one in caught.value.faults] == [
        ("/decision", "use_prohibited")
    ]
    assert world.units.committed.applications[application.application_id] == application
    assert (world.cohorts.freezes, types(world)) == (0, ["application.submitted"])
    assert world.decide(application, Verdict.REFUSE).state is ApplicationState.REFUSED


def test_what_is_reserved_to_public_bodies_is_taken_from_them_alone() -> None:
    purpose = {"category": "HMB", "ehds_purpose": "53-1-c"}
    asked = {"title": "Counts", "dataset": "GDI-ZZ-DATASET-1", "months": 12}
    with pytest.raises(ValidationFailed) as caught:
        parse_submission({**asked, "purpose": purpose})
    assert [(one.pointer, one.code) for one in caught.value.faults] == [
        ("/purpose/ehds_purpose", "purpose_reserved")
    ]
    office = {**purpose, "organisation": {"public_body": True}}
    assert parse_submission({**asked, "purpose": office}).purpose.ehds_purpose == "53-1-c"


def test_what_is_reserved_to_public_bodies_can_only_be_refused_to_others(world: World) -> None:
    # As it may stand in the queue since before applications were checked for it.
    application = world.apply(purpose=replace(HMB, ehds_purpose="53-1-a"))
    with pytest.raises(ValidationFailed) as caught:
        world.decide(application)
    assert [(one.pointer, one.code) for one in caught.value.faults] == [
        ("/decision", "purpose_reserved")
    ]
    assert (world.cohorts.freezes, types(world)) == (0, ["application.submitted"])
    assert world.decide(application, Verdict.REFUSE).state is ApplicationState.REFUSED
    office = replace(HMB.organisation, public_body=True)
    asked = replace(HMB, ehds_purpose="53-1-a", organisation=office)
    assert world.decide(world.apply(purpose=asked)).state is ApplicationState.GRANTED


def test_a_grant_makes_one_live_permit(world: World) -> None:
    application = world.decide(world.apply())
    assert application.state is ApplicationState.GRANTED
    permit = world.permit_of(application)
    assert permit is not None
    assert permit.state is PermitState.LIVE
    assert permit.revision == 1
    assert world.cohorts.bound == {permit.cohort.cohort_id: permit.permit_id}
    assert types(world) == ["application.submitted", "application.decided", "permit.issued"]
    assert not world.units.committed.grants


def test_a_refusal_makes_none(world: World) -> None:
    application = world.decide(world.apply(), Verdict.REFUSE)
    assert application.state is ApplicationState.REFUSED
    assert world.permit_of(application) is None
    assert world.cohorts.freezes == 0
    assert world.units.facts[-1].decision == "deny"


def test_an_application_is_decided_once(world: World) -> None:
    application = world.apply()
    world.decide(application)
    for verdict in Verdict:
        with pytest.raises(AlreadyDecided):
            world.decide(application, verdict)
    assert len(world.units.committed.permits) == 1


def test_an_unknown_application_cannot_be_decided(world: World) -> None:
    decision = Decision(
        application_id=ApplicationId("none"), verdict=Verdict.GRANT, reasons=REASONS
    )
    with pytest.raises(ApplicationUnknown):
        decide(decision, caller=AUTHORITY, ports=world.ports)


def test_twenty_decisions_at_once_make_one_permit(world: World) -> None:
    application = world.apply()

    def one(number: int) -> Application | None:
        try:
            return world.decide(application, by=a_caller(f"dora-{number}", "applications.decide"))
        except AlreadyDecided:
            return None

    with ThreadPoolExecutor(max_workers=20) as pool:
        answers = list(pool.map(one, range(20)))
    assert len([answer for answer in answers if answer is not None]) == 1
    assert len(world.units.committed.permits) == 1
    assert types(world).count("permit.issued") == 1
    assert types(world).count("application.decided") == 1


def test_with_two_signers_one_signature_issues_nothing(world: World) -> None:
    policy = Policy(profile=PROFILE, node="ZZ", national=(NATIONAL,), signers_required=2)
    world.with_policy(policy)
    application = world.apply()
    assert world.decide(application).state is ApplicationState.SUBMITTED
    assert world.cohorts.freezes == 0
    second = a_caller("david", "applications.decide")
    assert world.decide(application, by=second).state is ApplicationState.GRANTED
    permit = world.permit_of(application)
    assert permit is not None


def test_an_end_in_the_past_is_refused(world: World) -> None:
    with pytest.raises(ValidationFailed) as caught:
        world.decide(world.apply(), valid_until=T0)
    assert [fault.pointer for fault in caught.value.faults] == ["/valid_until"]


def test_an_end_set_by_the_authority_ends_the_permit(world: World) -> None:
    until = T0 + timedelta(seconds=30)
    assert world.grant(valid_until=until).expires_at == until


def test_a_submission_is_read_with_every_fault_at_once() -> None:
    with pytest.raises(ValidationFailed) as caught:
        parse_submission(
            {"title": "", "dataset": "dataset 1", "purpose": {"category": "?"}, "note": "x"}
        )
    assert {fault.pointer for fault in caught.value.faults} == {
        "/title",
        "/months",
        "/dataset",
        "/purpose/category",
        "/note",
    }
    with pytest.raises(ValidationFailed) as caught:
        parse_submission({})
    assert {fault.pointer for fault in caught.value.faults} == {
        "/title",
        "/months",
        "/dataset",
        "/purpose",
    }


def test_a_good_submission_is_read() -> None:
    read = parse_submission(
        {
            "title": "Hearts",
            "organisation": "Institute",
            "dataset": DATASET,
            "purpose": {"category": "HMB"},
            "months": 12,
        }
    )
    assert (read.title, read.dataset, read.months) == ("Hearts", DATASET, 12)
    assert read.purpose.months == 12


def test_consents_are_asked_for_as_long_as_the_permit_may_last() -> None:
    raw = {
        "title": "Hearts",
        "dataset": DATASET,
        "purpose": {"category": "HMB", "months": 6},
        "months": 12,
    }
    with pytest.raises(ValidationFailed) as caught:
        parse_submission(raw)
    assert [fault.pointer for fault in caught.value.faults] == ["/purpose/months"]
