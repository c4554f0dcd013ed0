# SPDX-License-Identifier: Apache-2.0
"""A guardian's pages on a real database: what she sees, signs and stops, and never sees."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from werkzeug.test import TestResponse

from consent_registry.domain.history import State
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.forms import register_form, retire_form
from consent_registry.usecases.guardian_decisions import propose_decision
from consent_registry.usecases.mandates import end_mandate
from consent_registry.usecases.members import NewMember, list_members
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from consent_registry.usecases.study_consents import NewStudyConsent
from tests.fakes.form_factories import example_document
from tests.support.guardian_world import guardian
from tests.support.page_world import make_sign_in
from tests.support.participant_pages import (
    HEART,
    LUNG,
    OTHER,
    PAGE,
    Browser,
    Site,
    fill,
    pages_app,
    text_of,
)
from tests.support.registry_world import DESK, LOGIN, person, registry_world

ANNAS = "/acting/P-ANNA"
ASK = f"{ANNAS}/answer/{HEART}"
STUDY = "GDI-ZZ-STUDY-1"
FACTS = StudyFacts(
    title="Lives and hearts",
    controller="A hospital",
    purpose="To learn why hearts fail early.",
    starts_on=date(2020, 1, 1),
)
YES = {"answer-health": "yes", "language": "en"}


@pytest.fixture
def site() -> Iterator[Site]:
    """Anna is fifteen; Bo and Carl decide for her together. HEART asks by a form."""
    with registry_world() as world:
        fill(world, LOGIN)
        world.form(example_document(), demanded_by=HEART)
        guardian(world, LOGIN, "bo")
        guardian(world, LOGIN, "carl")
        world.clock.pass_time(60)
        sign_in = make_sign_in(world.clock, issuer=LOGIN)
        yield Site(world=world, app=pages_app(world, sign_in))


def post(browser: Browser, path: str, **fields: str) -> TestResponse:
    data = {"csrf_token": browser.token("/acting"), **fields}
    return browser.client.post(path, data=data, headers=PAGE)


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))


def asked(browser: Browser) -> dict[str, str]:
    """Name the form that the page of questions shows."""
    return {"form": hidden(browser.get(ASK).text)["form"]}


def propose(browser: Browser) -> TestResponse:
    shown = post(browser, ASK, **asked(browser), **YES)
    assert shown.status_code == 200, shown.text
    return post(browser, f"{ASK}/confirmation", **hidden(shown.text))


def decision(browser: Browser) -> str:
    found = re.search(r"/decisions/([0-9a-f-]{36})/sign", browser.get(ANNAS).text)
    assert found is not None
    return found[1]


def test_she_sees_for_whom_she_decides_and_what_holds_there(site: Site) -> None:
    bo = site.browser("bo")
    assert "P-ANNA" in bo.page("/acting")
    said = bo.page(ANNAS)
    for text in ("Hearts of the north", "Lungs & <air>", "Only together with the others"):
        assert text in said
    assert "nobody you decide for" in site.browser("eve").page("/acting")


def test_two_guardians_answer_and_sign_and_it_waits_for_the_childs_own_yes(site: Site) -> None:
    bo, carl, anna = (site.browser(who) for who in ("bo", "carl", "anna"))
    assert post(bo, f"{ANNAS}/stop/{HEART}").status_code == 303
    site.world.clock.pass_time(60)
    done = propose(bo)
    assert (done.status_code, done.location) == (303, f"{ANNAS}?done=waits")
    assert site.states()[HEART] is State.WITHDRAWN
    assert "You have signed this. Somebody else has not." in bo.page(ANNAS)
    assert "It waits for a signature" in anna.page("/my-say")
    assert "You have not signed this." in carl.page(ANNAS)
    signed = post(carl, f"{ANNAS}/decisions/{decision(carl)}/sign")
    assert signed.location == f"{ANNAS}?done=recorded"
    assert site.states()[HEART] is State.GIVEN
    assert "this person's own agreement is missing" in bo.page(ANNAS)
    assert "It does not count before you agree yourself." in anna.page("/")
    fields = hidden(anna.get("/my-say").text.partition(HEART)[0])
    assert post(anna, "/my-say", will="assent", about=fields["about"]).status_code == 303
    assert "You agree" in anna.page("/my-say")
    assert "own agreement is missing" not in bo.page(ANNAS)
    said_no = post(anna, "/my-say", will="dissent", dataset=HEART)
    assert said_no.status_code == 303
    assert "You said no" in anna.page("/my-say")
    assert "own agreement is missing" in bo.page(ANNAS)
    assert "dissent" not in bo.get(ANNAS).text
    assert "said no" not in bo.page(ANNAS)


def test_the_same_page_sent_twice_and_in_two_tabs_does_it_once(site: Site) -> None:
    bo, carl = site.browser("bo"), site.browser("carl")
    propose(bo)
    propose(bo)
    assert bo.get(ANNAS).text.count("/refuse") == 1
    one = decision(carl)
    assert post(carl, f"{ANNAS}/decisions/{one}/sign").status_code == 303
    events = site.world.count("consent_event")
    again = post(carl, f"{ANNAS}/decisions/{one}/sign")
    assert again.status_code == 409
    assert "not open, or not any more" in again.text
    assert post(bo, f"{ANNAS}/decisions/{one}/refuse").status_code == 409
    assert propose(bo).location == f"{ANNAS}?done=recorded"
    assert site.world.count("consent_event") == events


def test_what_one_refuses_is_over_for_both(site: Site) -> None:
    bo, carl = site.browser("bo"), site.browser("carl")
    propose(bo)
    one = decision(carl)
    states = site.states()
    assert post(carl, f"{ANNAS}/decisions/{one}/refuse").location == f"{ANNAS}?done=refused"
    assert "What waits for a signature" not in bo.page(ANNAS)
    assert post(carl, f"{ANNAS}/decisions/{one}/sign").status_code == 409
    assert site.states() == states


def test_one_guardian_alone_stops_and_finds_the_receipts(site: Site) -> None:
    bo = site.browser("bo")
    assert "Stop now" in bo.page(f"{ANNAS}/stop/{LUNG}")
    done = post(bo, f"{ANNAS}/stop/{LUNG}")
    assert (done.status_code, done.location) == (303, f"{ANNAS}?done=stopped")
    assert site.states() == {HEART: State.GIVEN, LUNG: State.WITHDRAWN}
    assert post(bo, f"{ANNAS}/stop").status_code == 303
    assert set(site.states().values()) == {State.WITHDRAWN}
    page = bo.get(f"{ANNAS}/history").text
    receipts = re.findall(rf"{ANNAS}/receipts/[0-9a-f-]{{36}}", page)
    assert receipts
    assert "Show that it is real" in bo.page(receipts[0])
    elsewhere = site.world.column("SELECT event_id::text FROM consent_event")
    foreign = [one for one in elsewhere if f"{ANNAS}/receipts/{one}" not in receipts]
    assert len(foreign) == 1, "that is Eve's"
    assert bo.get(f"{ANNAS}/receipts/{foreign[0]}").status_code == 404


def test_a_stranger_and_a_guardian_of_another_child_learn_the_same_of_everybody(
    site: Site,
) -> None:
    guardian(site.world, LOGIN, "eve", who="P-EVE")
    site.world.clock.pass_time(1)
    propose(site.browser("bo"))
    waiting = decision(site.browser("carl"))
    eve, states = site.browser("eve"), site.states()
    gone = eve.get("/acting/P-NOBODY")
    assert gone.status_code == 404
    for path in ("", "/history", "/stop", f"/stop/{HEART}", f"/answer/{HEART}"):
        answers = [text_of(eve.get(f"/acting/{who}{path}")) for who in ("P-ANNA", "P-NOBODY")]
        assert eve.get(f"{ANNAS}{path}").status_code == 404
        assert _without_ids(answers[0]) == _without_ids(answers[1])
    for path in (
        *("/stop", f"/stop/{HEART}", f"/answer/{HEART}", f"/answer/{HEART}/confirmation"),
        *(f"/decisions/{waiting}/sign", f"/decisions/{waiting}/refuse"),
    ):
        assert post(eve, f"{ANNAS}{path}", **YES).status_code == 404, path
    assert post(eve, f"/acting/P-EVE/decisions/{waiting}/sign").status_code == 409
    assert site.states() == states
    assert decision(site.browser("carl")) == waiting


def _without_ids(page: str) -> str:
    return re.sub(r"[0-9a-f]{16,}|[0-9a-f-]{36}", "", page)


def test_a_mandate_about_one_dataset_shows_and_reaches_that_one_only(site: Site) -> None:
    guardian(site.world, LOGIN, "dora", datasets=(LUNG,))
    site.world.clock.pass_time(1)
    propose(site.browser("bo"))
    waiting = decision(site.browser("carl"))
    dora = site.browser("dora")
    said = dora.page(ANNAS)
    assert "Lungs & <air>" in said
    assert "Hearts of the north" not in said
    assert "Hearts" not in dora.page(f"{ANNAS}/history")
    assert post(dora, f"{ANNAS}/decisions/{waiting}/sign").status_code == 409
    assert dora.get(ASK).status_code == 409
    assert post(dora, f"{ANNAS}/stop/{HEART}").status_code == 403
    assert site.states()[HEART] is State.GIVEN
    assert post(dora, f"{ANNAS}/stop").status_code == 303
    assert site.states() == {HEART: State.GIVEN, LUNG: State.WITHDRAWN}


def test_without_the_token_of_the_session_nothing_happens(site: Site) -> None:
    bo, anna = site.browser("bo"), site.browser("anna")
    propose(bo)
    waiting, states = decision(site.browser("carl")), site.states()
    people = site.world.count("person_event")
    for browser, path in (
        (bo, f"{ANNAS}/stop"),
        (site.browser("carl"), f"{ANNAS}/decisions/{waiting}/sign"),
        (bo, f"{ANNAS}/decisions/{waiting}/refuse"),
        (bo, f"{ASK}/confirmation"),
        (anna, "/my-say"),
    ):
        for token in ({}, {"csrf_token": "x" * 43}):
            sent = {"will": "dissent", **token}
            answer = browser.client.post(path, data=sent, headers=PAGE)
            assert answer.status_code == 400, path
    assert (site.states(), site.world.count("person_event")) == (states, people)


def test_a_mandate_that_was_ended_closes_every_page_with_the_reason(site: Site) -> None:
    bo = site.browser("bo")
    propose(bo)
    page = bo.get(ANNAS).text
    mandates = site.world.column(
        "SELECT matter::text FROM person_event WHERE kind = 'mandate_recorded' ORDER BY recorded_at"
    )
    end_mandate("P-ANNA", mandates[0], None, tools=site.world.tools, principal=DESK)
    assert "Hearts" in page
    for path in ("", "/history", "/stop", f"/answer/{HEART}"):
        answer = bo.get(f"{ANNAS}{path}")
        assert answer.status_code == 403
        assert "Your authority to decide for this person ended on" in answer.text
        assert "Hearts" not in answer.text
    assert post(bo, f"{ANNAS}/stop").status_code == 403
    assert State.WITHDRAWN not in site.states().values()
    assert "Your authority has ended." in bo.page("/acting")
    assert "Hearts of the north" in site.browser("carl").page(ANNAS)


def test_at_majority_the_pages_close_and_say_why(site: Site) -> None:
    bo, anna = site.browser("bo"), site.browser("anna")
    propose(bo)
    waiting = decision(site.browser("carl"))
    site.world.clock.pass_time(timedelta(days=3 * 366).total_seconds())
    bo, anna = site.browser("bo"), site.browser("anna")
    answer = bo.get(ANNAS)
    assert answer.status_code == 403
    assert "This person has come of age." in answer.text
    assert "Hearts" not in answer.text
    assert "has come of age and decides alone" in bo.page("/acting")
    for path in (f"/decisions/{waiting}/sign", "/stop", f"/answer/{HEART}"):
        assert post(bo, f"{ANNAS}{path}").status_code == 403
    assert "Nobody but you decides about your data." in anna.page("/my-say")
    assert post(anna, "/my-say", will="dissent").status_code == 409


def test_a_yes_is_to_what_her_page_showed_and_to_nothing_that_came_since(site: Site) -> None:
    bo, carl, anna = (site.browser(who) for who in ("bo", "carl", "anna"))
    propose(bo)
    old = decision(carl)
    assert f'name="about" value="{old}"' in anna.get("/my-say").text
    assert post(carl, f"{ANNAS}/decisions/{old}/refuse").status_code == 303
    late = post(anna, "/my-say", will="assent", about=old)
    assert late.status_code == 409
    assert "This has changed" in late.text
    for guess in ("", "x", "01939a5c-0000-7000-8000-000000000000"):
        assert post(anna, "/my-say", will="assent", about=guess).status_code == 409
    assert post(anna, "/my-say", will="maybe").status_code == 404
    assert post(bo, "/my-say", will="dissent").status_code == 409, "nobody decides for Bo"
    assert post(site.browser("carl"), "/my-say", will="dissent").status_code == 403


def test_what_waits_for_a_whole_study_is_signed_and_answered_by_its_title(site: Site) -> None:
    bo, carl, anna = (site.browser(who) for who in ("bo", "carl", "anna"))
    tools = site.world.tools
    there = NewMember(pseudonym="P-ANNA", local_id="O-2")
    list_members(OTHER, [there], tools=tools, principal=DESK)
    describe_study(STUDY, FACTS, tools=tools, principal=DESK)
    place_dataset(OTHER, STUDY, tools=tools, principal=DESK)
    said = (RawAlternative(permission="HMB"),)
    wanted = NewStudyConsent(pseudonym="P-ANNA", study=STUDY, alternatives=said)
    propose_decision(wanted, [], tools=tools, principal=person("person-bo"))
    assert "Lives and hearts" in bo.page(ANNAS)
    assert "Lives and hearts" in anna.page("/my-say")
    assert post(anna, "/my-say", will="dissent", dataset=OTHER).status_code == 303
    site.world.clock.pass_time(60)
    assert post(anna, "/my-say", will="assent", about=decision(carl)).status_code == 303
    signed = post(carl, f"{ANNAS}/decisions/{decision(carl)}/sign")
    assert signed.location == f"{ANNAS}?done=recorded"
    assert site.states()[OTHER] is State.GIVEN
    assert "own agreement is missing" not in bo.page(ANNAS)


def test_a_form_that_was_replaced_meanwhile_is_not_taken(site: Site) -> None:
    bo = site.browser("bo")
    shown = post(bo, ASK, **asked(bo), **YES)
    newer = register_form(
        {**example_document(), "version": "9.0.0"}, tools=site.world.tools, principal=DESK
    )
    assert newer is not None
    (row,) = [bytes(one[0]).hex() for one in site.world.rows("consent_form")][:1]
    retire_form(row, tools=site.world.tools, principal=DESK)
    refused = post(bo, f"{ASK}/confirmation", **hidden(shown.text))
    assert refused.status_code == 409
    assert "not open, or not any more" in refused.text


def test_answers_that_say_no_to_everything_lead_to_stopping(site: Site) -> None:
    bo = site.browser("bo")
    shown = post(bo, ASK, **asked(bo), language="en")
    assert "These answers say no to every use." in shown.text
    assert "/confirmation" not in shown.text
    sent = {**hidden(shown.text), "form": _form(site)}
    forced = post(bo, f"{ASK}/confirmation", **sent)
    assert forced.status_code == 409
    assert site.states()[HEART] is State.GIVEN


def _form(site: Site) -> str:
    (row,) = site.world.rows("consent_form")
    return bytes(row[0]).hex()
