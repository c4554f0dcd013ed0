# SPDX-License-Identifier: Apache-2.0
"""Guardians answer the form of a whole study on their pages: propose, sign, and what refuses."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from werkzeug.test import TestResponse

from consent_registry.domain.history import State
from consent_registry.usecases.forms import retire_form
from consent_registry.usecases.members import NewMember, list_members
from consent_registry.usecases.reading import own_consents
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from shared.ids import DatasetId
from tests.fakes.form_factories import example_document, small_document
from tests.support.guardian_world import guardian
from tests.support.page_world import make_sign_in
from tests.support.participant_pages import (
    ANNA,
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
from tests.support.registry_world import DESK, LOGIN, registry_world

ANNAS = "/acting/P-ANNA"
STUDY = "GDI-ZZ-STUDY-1"
ASK = f"{ANNAS}/answer/study/{STUDY}"
FACTS = StudyFacts(
    title="Lives and hearts",
    controller="A hospital",
    purpose="To learn why hearts fail early.",
    starts_on=date(2020, 1, 1),
)
YES = {"answer-health": "yes", "language": "en"}


@pytest.fixture
def site() -> Iterator[Site]:
    """Anna is fifteen. HEART, which asks by a form, and OTHER are in a study.

    She has made a choice of its own for HEART, and none for OTHER.
    """
    with registry_world() as world:
        fill(world, LOGIN)
        world.form(example_document(), demanded_by=HEART)
        there = NewMember(pseudonym="P-ANNA", local_id="O-2")
        list_members(OTHER, [there], tools=world.tools, principal=DESK)
        describe_study(STUDY, FACTS, tools=world.tools, principal=DESK)
        for dataset in (HEART, OTHER):
            place_dataset(dataset, STUDY, tools=world.tools, principal=DESK)
        world.clock.pass_time(60)
        sign_in = make_sign_in(world.clock, issuer=LOGIN)
        yield Site(world=world, app=pages_app(world, sign_in))


@pytest.fixture
def both(site: Site) -> Site:
    """Bo and Carl decide together."""
    for who in ("bo", "carl"):
        guardian(site.world, LOGIN, who)
    site.world.clock.pass_time(60)
    return site


def post(browser: Browser, path: str, **fields: str) -> TestResponse:
    data = {"csrf_token": browser.token("/acting"), **fields}
    return browser.client.post(path, data=data, headers=PAGE)


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))


def answered(browser: Browser, **answers: str) -> TestResponse:
    form = hidden(browser.get(ASK).text)["form"]
    shown = post(browser, ASK, form=form, **(answers or YES))
    assert shown.status_code == 200, shown.text
    return shown


def propose(browser: Browser) -> TestResponse:
    return post(browser, f"{ASK}/confirmation", **hidden(answered(browser).text))


def decision(browser: Browser) -> str:
    found = re.search(r"/decisions/([0-9a-f-]{36})/sign", browser.get(ANNAS).text)
    assert found is not None
    return found[1]


def barred(site: Site, dataset: DatasetId) -> set[str]:
    found = own_consents(tools=site.world.tools, principal=ANNA).choices
    (choice,) = (one for one in found if one.dataset.dataset == dataset)
    return {bar.value for bar in choice.barring}


def test_two_guardians_decide_for_a_whole_study_and_the_child_has_her_say(both: Site) -> None:
    bo, carl, anna = (both.browser(who) for who in ("bo", "carl", "anna"))
    assert f'href="{ASK}"' in bo.get(ANNAS).text
    asked = bo.get(ASK)
    assert "checked" not in asked.text, "no answer is chosen for anybody"
    assert "Lives and hearts: the whole study, with what is in it now" in text_of(asked)
    shown = text_of(answered(bo))
    assert "For which datasets it decides Skin" in shown
    assert "a choice of their own was made. It stays as it is: Hearts of the north" in shown
    assert "Nothing is recorded yet." in shown
    before = both.states()
    done = propose(bo)
    assert (done.status_code, done.location) == (303, f"{ANNAS}?done=waits")
    assert both.states() == before, "nothing changes before the other has signed"
    assert "Lives and hearts" in carl.page(ANNAS)
    signed = post(carl, f"{ANNAS}/decisions/{decision(carl)}/sign")
    assert signed.location == f"{ANNAS}?done=recorded"
    assert both.states() == {**before, OTHER: State.GIVEN}
    assert barred(both, OTHER) == {"assent_missing"}
    assert "For the whole study: Allowed" in bo.page(ANNAS)
    page = anna.get("/my-say").text
    about = hidden(page[page.index(">Skin<") :])["about"]
    assert post(anna, "/my-say", will="assent", about=about).status_code == 303
    assert barred(both, OTHER) == set()
    assert post(anna, "/my-say", will="dissent", dataset=OTHER).status_code == 303
    both.world.clock.pass_time(60)
    propose(bo)
    assert barred(both, OTHER), "no signature of theirs lifts her no"


def test_the_same_page_sent_twice_proposes_once_and_records_once(site: Site) -> None:
    guardian(site.world, LOGIN, "bo", joint=False)
    site.world.clock.pass_time(60)
    bo = site.browser("bo")
    assert propose(bo).location == f"{ANNAS}?done=recorded"
    assert site.states()[OTHER] is State.GIVEN
    events = site.world.count("person_event")
    site.world.clock.pass_time(60)
    assert propose(bo).location == f"{ANNAS}?done=recorded"
    assert site.world.count("person_event") == events
    assert post(bo, f"{ANNAS}/stop/study/{STUDY}").status_code == 303
    site.world.clock.pass_time(60)
    assert propose(bo).location == f"{ANNAS}?done=recorded"
    assert site.world.count("person_event") > events + 1, "after a no it is said anew"


def test_two_tabs_leave_one_proposal(both: Site) -> None:
    bo = both.browser("bo")
    propose(bo)
    propose(bo)
    assert bo.get(ANNAS).text.count("/refuse") == 1


def test_nobody_decides_for_a_study_of_which_some_is_nobodys_to_decide(site: Site) -> None:
    guardian(site.world, LOGIN, "dora", datasets=(OTHER,), joint=False)
    site.world.clock.pass_time(60)
    dora, states = site.browser("dora"), site.states()
    assert "Lives and hearts" in dora.page(ANNAS)
    for answer in (dora.get(ASK), post(dora, ASK, **YES), post(dora, f"{ASK}/confirmation")):
        assert answer.status_code == 409
        assert "About some of this, nobody decides in this person's place." in text_of(answer)
    guardian(site.world, LOGIN, "bo", datasets=(HEART,), joint=False)
    site.world.clock.pass_time(60)
    shown = text_of(answered(dora))
    assert "Hearts of the north" not in shown, "that is not hers to see"
    assert propose(dora).location == f"{ANNAS}?done=waits"
    assert site.states() == states


def test_who_decides_about_none_of_it_is_told_that_it_is_not_open(both: Site) -> None:
    guardian(both.world, LOGIN, "dora", datasets=(LUNG,))
    both.world.clock.pass_time(60)
    form = hidden(both.browser("bo").get(ASK).text)["form"]
    dora, stranger, states = both.browser("dora"), both.browser("eve"), both.states()
    assert "Lives and hearts" not in dora.page(ANNAS)
    for path in (ASK, f"{ANNAS}/answer/study/GDI-ZZ-STUDY-9"):
        assert dora.get(path).status_code == 409
    for path in (ASK, f"{ASK}/confirmation"):
        refused = post(dora, path, form=form, **YES)
        assert refused.status_code == 409
        assert "not open, or not any more" in refused.text
        assert post(stranger, path, form=form, **YES).status_code == 404
        for token in ({}, {"csrf_token": "x" * 43}):
            sent = {"form": form, **YES, **token}
            answer = both.browser("bo").client.post(path, data=sent, headers=PAGE)
            assert answer.status_code == 400, path
    assert stranger.get(ASK).status_code == 404
    assert both.states() == states
    assert "What waits for a signature" not in both.browser("bo").page(ANNAS)


def test_a_study_whose_datasets_ask_by_two_forms_or_none_asks_nothing(both: Site) -> None:
    bo = both.browser("bo")
    both.world.form(small_document(), demanded_by=OTHER)
    assert f'href="{ASK}"' not in bo.get(ANNAS).text
    assert bo.get(ASK).status_code == 409
    place_dataset(HEART, "", tools=both.world.tools, principal=DESK)
    assert f'href="{ASK}"' in bo.get(ANNAS).text
    for row in both.world.rows("consent_form"):
        retire_form(bytes(row[0]).hex(), tools=both.world.tools, principal=DESK)
    assert f'href="{ASK}"' not in bo.get(ANNAS).text


def test_a_form_or_a_study_that_is_another_meanwhile_is_not_taken(both: Site) -> None:
    bo, carl = both.browser("bo"), both.browser("carl")
    shown = answered(bo)
    forged = {**hidden(shown.text), "form": "ab" * 32}
    refused = post(bo, f"{ASK}/confirmation", **forged)
    assert refused.status_code == 409
    assert "not open, or not any more" in refused.text
    propose(bo)
    waits = decision(carl)
    place_dataset(LUNG, STUDY, tools=both.world.tools, principal=DESK)
    assert "What waits for a signature" not in carl.page(ANNAS)
    assert post(carl, f"{ANNAS}/decisions/{waits}/sign").status_code == 409


def test_answers_that_say_no_to_everything_lead_to_stopping(both: Site) -> None:
    bo = both.browser("bo")
    shown = answered(bo, language="en")
    assert "These answers say no to every use." in text_of(shown)
    assert "/confirmation" not in shown.text
    form = hidden(bo.get(ASK).text)["form"]
    assert post(bo, f"{ASK}/confirmation", form=form, language="en").status_code == 409
    wrong = post(bo, ASK, form=form, **{"answer-health": "perhaps", "language": "en"})
    assert wrong.status_code == 422
    assert "Choose one of the two answers, or leave the question open." in text_of(wrong)
