# SPDX-License-Identifier: Apache-2.0
"""Some data, some activities, and a whole study are stopped on her pages and on a guardian's."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from werkzeug.test import TestResponse

from consent_registry.domain.history import State
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.guardian_decisions import propose_decision
from consent_registry.usecases.mandated import mandates_of
from consent_registry.usecases.members import NewMember, list_members
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from consent_registry.usecases.study_consents import (
    NewStudyConsent,
    own_study_choices,
    record_study_consent,
)
from shared.ids import DatasetId
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
FACTS = StudyFacts(
    title="Lives and hearts",
    controller="A hospital",
    purpose="To learn why hearts fail early.",
    starts_on=date(2020, 1, 1),
)
SCOPES = ("af_aggregate=2030-01-31", "subject_query", "project:P-7")


@contextmanager
def running() -> Iterator[Site]:
    with registry_world() as world:
        fill(world, LOGIN)
        yield Site(world=world, app=pages_app(world, make_sign_in(world.clock, issuer=LOGIN)))


@pytest.fixture
def site() -> Iterator[Site]:
    """Anna decides for herself."""
    with running() as found:
        yield found


@pytest.fixture
def family() -> Iterator[Site]:
    """Anna is fifteen; Bo and Carl decide for her together, Dora about LUNG only.

    She was asked for a whole study before they did: OTHER is in it, and HEART, for which she has
    made a choice of its own.
    """
    with running() as found:
        in_study(found, OTHER, HEART)
        guardian(found.world, LOGIN, "bo")
        guardian(found.world, LOGIN, "carl")
        guardian(found.world, LOGIN, "dora", datasets=(LUNG,))
        found.world.clock.pass_time(60)
        yield found


def in_study(site: Site, *datasets: DatasetId, activities: tuple[str, ...] = SCOPES) -> None:
    """Put datasets in a study, list Anna in OTHER, and let her say yes to the whole study."""
    tools = site.world.tools
    there = NewMember(pseudonym="P-ANNA", local_id="O-2")
    list_members(OTHER, [there], tools=tools, principal=DESK)
    describe_study(STUDY, FACTS, tools=tools, principal=DESK)
    for dataset in datasets:
        place_dataset(dataset, STUDY, tools=tools, principal=DESK)
    said = (RawAlternative(permission="HMB", activities=activities),)
    wanted = NewStudyConsent(pseudonym="P-ANNA", study=STUDY, alternatives=said)
    record_study_consent(wanted, tools=tools, principal=DESK)
    site.world.clock.pass_time(60)


def post(browser: Browser, path: str, **fields: str) -> TestResponse:
    data = {"csrf_token": browser.token("/acting"), **fields}
    return browser.client.post(path, data=data, headers=PAGE)


def test_some_data_are_stopped_and_the_rest_goes_on(site: Site) -> None:
    browser, some = site.browser(), f"/withdraw/{HEART}/some-data"
    assert some in browser.get(f"/withdraw/{HEART}").text
    page = browser.get(some)
    assert "your whole genome" in page.text
    assert "checked" not in page.text
    site.world.clock.pass_time(5)
    empty = browser.send(some)
    assert (empty.status_code, "Choose at least one kind" in empty.text) == (422, True)
    assert site.states() == {HEART: State.GIVEN, LUNG: State.GIVEN}
    done = browser.send(some, fields={"data": "images"})
    assert (done.status_code, done.location) == (303, f"/history/{HEART}")
    assert "You said anew what your data may be used for" in browser.page(done.location)
    assert "Only these data: your whole genome;" in browser.page("/")
    assert 'value="images"' not in browser.get(some).text, "there is nothing to stop any more"
    assert browser.send(some, fields={"data": "images"}).status_code == 303
    assert site.states() == {HEART: State.GIVEN, LUNG: State.GIVEN}
    assert browser.get(f"/withdraw/{OTHER}/some-data").status_code == 404


def test_one_activity_is_stopped_and_the_rest_goes_on(site: Site) -> None:
    browser, some = site.browser(), f"/withdraw/{HEART}/some-activities"
    assert some in browser.get(f"/withdraw/{HEART}").text
    paper = NewConsent(
        pseudonym="P-ANNA",
        dataset=HEART,
        alternatives=(RawAlternative(permission="HMB", activities=SCOPES),),
    )
    record_consent(paper, tools=site.world.tools, principal=DESK)
    page = browser.get(some).text
    assert ["the project P-7" in page, "checked" in page] == [True, False]
    site.world.clock.pass_time(5)
    empty = browser.send(some)
    assert (empty.status_code, "Choose at least one." in empty.text) == (422, True)
    done = browser.send(some, fields={"activities": "project:P-7"})
    assert (done.status_code, done.location) == (303, f"/history/{HEART}")
    assert "You stopped this; what follows goes on: the project P-7." in browser.page(done.location)
    assert 'value="project:P-7"' not in browser.get(some).text
    assert browser.send(some, fields={"activities": "project:P-7"}).status_code == 303
    assert site.states() == {HEART: State.GIVEN, LUNG: State.GIVEN}
    assert browser.send(some, fields={"activities": "nothing known"}).status_code == 422
    assert browser.get(f"/withdraw/{OTHER}/some-activities").status_code == 404


def test_what_was_stopped_of_a_yes_to_a_study_is_named_in_the_history(site: Site) -> None:
    in_study(site, OTHER)
    browser = site.browser()
    some = f"/withdraw/{OTHER}/some-activities"
    assert browser.send(some, fields={"activities": "project:P-7"}).status_code == 303
    site.world.clock.pass_time(60)
    for path in (f"/history/{OTHER}", "/history"):
        said = browser.page(path)
        assert "You stopped this; what follows goes on: the project P-7." in said, path
    assert (
        browser.send(f"/withdraw/{OTHER}/some-data", fields={"data": "images"}).status_code == 303
    )
    said = browser.page(f"/history/{OTHER}")
    assert "what follows goes on: pictures of your body, such as X-rays." in said
    assert "what follows goes on: the project P-7." in said


@pytest.mark.parametrize(
    ("what", "fields", "named"),
    [
        ("some-data", {"data": "images"}, "pictures of your body, such as X-rays"),
        ("some-activities", {"activities": "project:P-7"}, "the project P-7"),
    ],
)
@pytest.mark.parametrize("dataset", [OTHER, HEART])
def test_one_guardian_alone_stops_some_of_it_and_the_rest_goes_on(
    family: Site, dataset: DatasetId, what: str, fields: dict[str, str], named: str
) -> None:
    if dataset == HEART:
        consent_to_activities(family)
    bo, some = family.browser("bo"), f"{ANNAS}/stop/{dataset}/{what}"
    assert some in bo.get(f"{ANNAS}/stop/{dataset}").text
    page = bo.get(some).text
    assert [named in page, "checked" in page] == [True, False]
    empty = post(bo, some)
    assert (empty.status_code, "Choose at least one" in empty.text) == (422, True)
    states = family.states()
    done = post(bo, some, **fields)
    assert (done.status_code, done.location) == (303, f"{ANNAS}?done=narrowed")
    assert "What you ticked is stopped." in bo.page(done.location)
    assert f"what follows goes on: {named}." in bo.page(f"{ANNAS}/history")
    assert f"what follows goes on: {named}." in family.browser().page("/history")
    (field,) = fields.items()
    assert f'value="{field[1]}"' not in bo.get(some).text
    events = family.world.count("consent_event")
    assert post(bo, some, **fields).status_code == 303, "a page sent twice"
    assert family.world.count("consent_event") == events
    assert family.states() == states


def consent_to_activities(site: Site) -> None:
    """Let the desk record what both guardians signed for HEART, activity by activity."""
    paper = NewConsent(
        pseudonym="P-ANNA",
        dataset=HEART,
        alternatives=(RawAlternative(permission="HMB", activities=SCOPES),),
    )
    with site.world.tools.reads() as uow:
        pid = uow.people.pid("P-ANNA")
        assert pid is not None
        signed = [one.mandate_id for one in mandates_of(uow, pid) if one.covers(HEART)]
    propose_decision(paper, signed, tools=site.world.tools, principal=DESK)
    site.world.clock.pass_time(60)


def test_who_decides_about_something_else_stops_nothing_and_is_told_so(family: Site) -> None:
    dora, states = family.browser("dora"), family.states()
    for what, fields in (("some-data", {"data": "images"}), ("some-activities", {})):
        some = f"{ANNAS}/stop/{OTHER}/{what}"
        assert dora.get(some).status_code == 404
        assert post(dora, some, **fields).status_code == 404
        assert dora.get(f"{ANNAS}/stop/{LUNG}/{what}").status_code == 200
    refused = post(dora, f"{ANNAS}/stop/{HEART}")
    assert refused.status_code == 403
    assert "This is not yours to decide" in refused.text
    for who in ("P-ANNA", "P-NOBODY"):
        stranger = family.browser("eve")
        assert stranger.get(f"/acting/{who}/stop/{OTHER}/some-data").status_code == 404
        assert post(stranger, f"/acting/{who}/stop/{OTHER}/some-data").status_code == 404
        assert post(stranger, f"/acting/{who}/stop/study/{STUDY}").status_code == 404
    assert family.states() == states


def test_whoever_others_decide_for_is_told_that_some_is_theirs_to_stop(family: Site) -> None:
    anna, states = family.browser(), family.states()
    refused = anna.send(
        f"/withdraw/{OTHER}/some-data", form_at="/withdraw", fields={"data": "images"}
    )
    assert refused.status_code == 409
    assert "Others decide about your data" in text_of(refused)
    assert family.states() == states


def test_one_guardian_alone_withdraws_from_a_whole_study(family: Site) -> None:
    bo, stop = family.browser("bo"), f"{ANNAS}/stop/study/{STUDY}"
    said = bo.page(ANNAS)
    assert "Lives and hearts" in said
    assert stop in bo.get(ANNAS).text
    asked = bo.get(stop)
    for text in ("the whole study, with what is put in it later", "Skin", "Hearts of the north"):
        assert text in text_of(asked), text
    assert "Lungs" not in text_of(asked)
    key = re.findall(r'name="key" value="([^"]+)"', asked.text)[0]
    for _ in range(2):
        done = post(bo, stop, key=key)
        assert (done.status_code, done.location) == (303, f"{ANNAS}?done=stopped")
    assert family.states() == {
        HEART: State.WITHDRAWN,
        LUNG: State.GIVEN,
        OTHER: State.WITHDRAWN,
    }
    (choice,) = own_study_choices(tools=family.world.tools, principal=ANNA)
    assert choice.standing.state is State.WITHDRAWN
    assert len(choice.events) == 2, "a page sent twice stops once"
    place_dataset(LUNG, STUDY, tools=family.world.tools, principal=DESK)
    assert family.states()[LUNG] is State.WITHDRAWN, "what is put in it later too"
    history = bo.get(f"{ANNAS}/history")
    assert "For whole studies" in text_of(history)
    receipt = f"{ANNAS}/receipts/{choice.events[-1].event_id}"
    assert receipt in history.text
    assert "Lives and hearts" in bo.page(receipt)


def test_a_whole_study_is_left_by_who_decides_about_everything_and_by_nobody_else(
    family: Site,
) -> None:
    place_dataset(LUNG, STUDY, tools=family.world.tools, principal=DESK)
    dora, stop, states = family.browser("dora"), f"{ANNAS}/stop/study/{STUDY}", family.states()
    assert stop not in dora.get(ANNAS).text
    refused = post(dora, stop)
    assert refused.status_code == 403
    assert "This is not yours to decide" in refused.text
    assert "For whole studies" not in dora.page(f"{ANNAS}/history")
    for study in ("GDI-ZZ-STUDY-9", "x"):
        bo = family.browser("bo")
        assert bo.get(f"{ANNAS}/stop/study/{study}").status_code == 404
        assert post(bo, f"{ANNAS}/stop/study/{study}").status_code == 404
    for token in ({}, {"csrf_token": "x" * 43}):
        for path in (stop, f"{ANNAS}/stop/{OTHER}/some-data"):
            answer = family.browser("bo").client.post(path, data=token, headers=PAGE)
            assert answer.status_code == 400, path
    assert family.states() == states
