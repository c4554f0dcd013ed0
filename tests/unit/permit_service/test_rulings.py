# SPDX-License-Identifier: Apache-2.0
"""The authority rules, and withdraws; consent_registry hears of each statement, in order."""

from dataclasses import replace

import pytest

from consent_registry.domain.duo import Duo
from consent_registry.domain.verdict import DESPITE_OPT_OUT as EXCEPTION
from consent_registry.domain.verdict import Question
from permit_service.domain.application import Application, ApplicationState, Verdict
from permit_service.domain.cohort import ExceptionView
from permit_service.domain.errors import (
    AlreadyDecided,
    ApplicationUnknown,
    CohortRefused,
    CohortsUnavailable,
    OwnApplication,
    RulingStands,
    RulingUnknown,
)
from permit_service.domain.ruling import DESPITE_OPT_OUT, QUESTIONS, Matter, Ruling, Says
from permit_service.usecases import rule
from shared.errors import Forbidden, ValidationFailed
from shared.ids import ApplicationId
from tests.fakes.permit_world import AUTHORITY, RESEARCHER, World, a_caller, opened

IRB = Matter(clause="IRB", question="ethics_approval_pending")
WHY = "The committee's approval was seen."
LACKING = ExceptionView(applied=False, lacking=("no_exception_law",), law="")
MET = ExceptionView(applied=False, lacking=(), law="The Act on Registers")


@pytest.fixture
def world() -> World:
    return World()


def give(
    world: World, application: Application, matter: Matter = IRB, says: Says = Says.YES
) -> Ruling:
    wanted = rule.NewRuling(
        application_id=application.application_id, matter=matter, says=says, reasons=WHY
    )
    return rule.rule(wanted, caller=AUTHORITY, ports=world.ports)


def end(world: World, ruling: Ruling, reasons: str = "The approval has lapsed.") -> Ruling:
    ending = rule.RulingEnding(
        application_id=ruling.given.application_id,
        ruling_id=ruling.given.ruling_id,
        reasons=reasons,
    )
    return rule.withdraw_ruling(ending, caller=AUTHORITY, ports=world.ports)


def said(world: World) -> list[tuple[object, object]]:
    """Give what consent_registry was told."""
    bodies = [opened(jws) for jws in world.cohorts.statements]
    return [(body["ruling_id"], body["answer"]) for body in bodies]


def test_a_ruling_is_signed_on_record_and_told(world: World) -> None:
    application = world.apply()
    ruling = give(world, application)
    body = opened(ruling.given.jws)
    assert (body["application_id"], body["dataset"]) == (
        application.application_id,
        application.dataset,
    )
    assert (body["clause"], body["answer"], body["purpose_sha256"]) == ("IRB", "yes", "ab" * 32)
    assert said(world) == [(ruling.given.ruling_id, "yes")]
    fact = world.units.facts[-1]
    assert (fact.type, fact.reason) == ("placet.application.ruled.v1", "yes")
    for text in (str(body), str(fact.extra)):
        assert WHY not in text
        assert "dora" not in text


def test_one_ruling_stands_on_a_matter_until_it_is_withdrawn(world: World) -> None:
    application = world.apply()
    first = give(world, application)
    with pytest.raises(RulingStands):
        give(world, application, says=Says.NO)
    assert not end(world, first).stands
    assert not end(world, first).stands  # twice is once
    second = give(world, application, says=Says.NO)
    assert said(world) == [
        (first.given.ruling_id, "yes"),
        (first.given.ruling_id, "withdrawn"),
        (second.given.ruling_id, "no"),
    ]
    listed = rule.rulings(application.application_id, caller=AUTHORITY, ports=world.ports)
    assert [(one.given.ruling_id, one.stands) for one in listed] == [
        (first.given.ruling_id, False),
        (second.given.ruling_id, True),
    ]


def test_who_may_not_and_what_cannot_be_ruled_is_refused_whole(world: World) -> None:
    application = world.apply()
    wanted = rule.NewRuling(
        application_id=application.application_id, matter=IRB, says=Says.YES, reasons=WHY
    )
    both = a_caller("rita", "applications.decide", "applications.submit")
    refused = (
        (wanted, RESEARCHER, Forbidden),
        (wanted, both, OwnApplication),
        (replace(wanted, application_id=ApplicationId("none")), AUTHORITY, ApplicationUnknown),
        (replace(wanted, reasons="short"), AUTHORITY, ValidationFailed),
        (replace(wanted, says=Says.WITHDRAWN), AUTHORITY, ValidationFailed),
        (replace(wanted, matter=Matter(clause="IRB", question="x")), AUTHORITY, ValidationFailed),
        (
            replace(wanted, matter=Matter(clause="RS", question="research_type")),
            AUTHORITY,
            ValidationFailed,
        ),
    )
    for asked, caller, error in refused:
        with pytest.raises(error):
            rule.rule(asked, caller=caller, ports=world.ports)
    ending = rule.RulingEnding(
        application_id=application.application_id, ruling_id="none", reasons=WHY
    )
    with pytest.raises(RulingUnknown):
        rule.withdraw_ruling(ending, caller=AUTHORITY, ports=world.ports)
    assert not world.units.committed.rulings
    assert world.cohorts.statements == []
    world.decide(application, Verdict.REFUSE)
    with pytest.raises(AlreadyDecided):
        give(world, application)


def test_a_registry_that_is_down_hears_of_a_withdrawal_later(world: World) -> None:
    application = world.apply()
    ruling = give(world, application)
    world.cohorts.up = False
    end(world, ruling)
    with pytest.raises(CohortsUnavailable):
        give(world, application, Matter(clause="COL", question="collaboration_pending"))
    assert not rule.tell_next(ports=world.ports)
    world.cohorts.up = True
    assert rule.tell_next(ports=world.ports)
    assert said(world)[-1] == (ruling.given.ruling_id, "withdrawn")
    assert not rule.tell_next(ports=world.ports)


def test_no_permit_is_issued_before_every_statement_has_arrived(world: World) -> None:
    application = world.apply()
    ruling = give(world, application)
    world.cohorts.refuses_rulings = True
    end(world, ruling)
    assert world.decide(application).state is ApplicationState.GRANTING
    assert world.cohorts.freezes == 0
    world.cohorts.refuses_rulings = False
    world.clock.pass_by(seconds=60)
    assert rule.tell_next(ports=world.ports)
    assert said(world)[-1] == (ruling.given.ruling_id, "withdrawn")


def test_a_withdrawal_is_told_whatever_else_of_its_application_is_refused(world: World) -> None:
    """People stayed in a permit's cohort behind a statement that nobody would ever take."""
    application = world.apply()
    taken = give(world, application)
    world.cohorts.refuses_rulings = True
    never = give(world, application, Matter(clause="COL", question="collaboration_pending"))
    world.cohorts.refuses_rulings = False
    world.cohorts.refused_statements = {never.given.jws}
    end(world, taken)
    assert said(world)[-1] == (taken.given.ruling_id, "withdrawn")
    with pytest.raises(CohortRefused):  # no permit while one has not arrived
        rule.tell(application.application_id, ports=world.ports)


def test_applications_refused_for_good_let_newer_ones_have_their_turn(world: World) -> None:
    """As many as are told at a look, all older: each look used to stop at them."""
    world.cohorts.refuses_rulings = True
    refused = [give(world, world.apply()) for _ in range(20)]
    world.clock.pass_by(seconds=1)
    newer = give(world, world.apply())
    world.cohorts.refused_statements = {one.given.jws for one in refused}
    world.cohorts.refuses_rulings = False
    for _ in range(3):
        world.clock.pass_by(seconds=1)
        rule.tell_next(ports=world.ports)
    assert said(world) == [(newer.given.ruling_id, "yes")]


def test_every_question_is_one_that_consent_registry_asks() -> None:
    clauses = QUESTIONS.keys() - {DESPITE_OPT_OUT[0]}
    assert {Duo[clause].name for clause in clauses} == clauses
    assert (EXCEPTION.clause, EXCEPTION.question.value) == DESPITE_OPT_OUT
    asked = {Question(question) for questions in QUESTIONS.values() for question in questions}
    assert asked == set(Question) - {Question.UNKNOWN_CODE, Question.NATIONAL_CODE}


@pytest.mark.parametrize(
    ("exception", "says", "fault"),
    [
        (None, Says.YES, ("/clause", "invalid")),
        (LACKING, Says.YES, ("/answer", "exception_lacking")),
        (LACKING, Says.NO, None),
        (MET, Says.YES, None),
    ],
)
def test_article_71_4_is_ruled_on_where_it_is_claimed_and_a_yes_where_nothing_lacks(
    world: World, exception: ExceptionView | None, says: Says, fault: tuple[str, str] | None
) -> None:
    application = world.apply()
    world.cohorts.exception = exception
    matter = Matter(clause=DESPITE_OPT_OUT[0], question=DESPITE_OPT_OUT[1])
    if fault is None:
        assert opened(give(world, application, matter, says).given.jws)["clause"] == "OPT_OUT"
        return
    with pytest.raises(ValidationFailed) as refused:
        give(world, application, matter, says)
    assert [(one.pointer, one.code) for one in refused.value.faults] == [fault]
    assert world.cohorts.statements == []


def test_a_national_code_can_be_ruled_on_with_what_it_says() -> None:
    clause = "EE:ONLY_THESE_LABORATORIES"
    asked = Question.NATIONAL_CODE.value
    assert Matter(clause=clause, question=asked, value="lab-1; lab-2").is_known()
    assert Matter(clause=clause, question=asked).is_known()
    assert not Matter(clause="EE", question=asked).is_known()
    assert not Matter(clause=clause, question=Question.UNKNOWN_CODE.value).is_known()
