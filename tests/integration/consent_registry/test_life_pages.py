# SPDX-License-Identifier: Apache-2.0
"""The pages about people: her wishes and who may act for her; where a steward has to act."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from consent_registry.domain.lives import Topic, Wish
from consent_registry.usecases.lives import own_life
from consent_registry.usecases.merging import propose_merge
from consent_registry.usecases.reading import own_consents
from shared.pages.person import Person
from tests.support.guardian_world import guardian
from tests.support.page_world import make_sign_in
from tests.support.participant_pages import (
    ANNA,
    HEART,
    PAGE,
    Browser,
    Site,
    fill,
    pages_app,
    somebody,
)
from tests.support.registry_world import DESK, LOGIN, registry_world

PAPER = "ef" * 32


@pytest.fixture
def site() -> Iterator[Site]:
    with registry_world() as world:
        fill(world, LOGIN)
        sign_in = make_sign_in(world.clock, issuer=LOGIN)
        yield Site(world=world, app=pages_app(world, sign_in))


def steward(login: str = "stella") -> Person:
    return replace(somebody(login, LOGIN), scopes=frozenset({"consents.write"}))


def send(browser: Browser, path: str, form_at: str, **fields: str | list[str]) -> TestResponse:
    token = {"csrf_token": browser.token(form_at)}
    return browser.client.post(path, data={**token, **fields}, headers=PAGE)


def test_she_says_what_she_wants_to_hear_of_and_nothing_is_chosen_beforehand(site: Site) -> None:
    browser = site.browser()
    first = browser.get("/wishes").text
    assert "checked" not in first
    assert "Nobody but you decides about your data." in first
    states = site.states()
    answer = send(browser, "/wishes", "/wishes", topics=["results", "updates"], wish="stop")
    assert (answer.status_code, answer.location) == (303, "/wishes")
    known = own_life(tools=site.world.tools, principal=ANNA)
    assert known.preferences.topics == {Topic.RESULTS, Topic.UPDATES}
    assert known.life.wish is Wish.STOP
    assert browser.get("/wishes").text.count("checked") == 3
    assert site.states() == states
    assert send(browser, "/wishes/no-contact", "/wishes").status_code == 303
    assert "Nobody may contact me" in browser.page("/wishes")
    known = own_life(tools=site.world.tools, principal=ANNA)
    assert known.preferences.no_contact
    assert known.preferences.topics == {Topic.RESULTS, Topic.UPDATES}


def test_she_sees_who_may_act_for_her(site: Site) -> None:
    answer = send(
        site.browser(steward()),
        "/steward/mandates",
        "/steward/mandates",
        participant="P-ANNA",
        holder="my mother <b>",
        kind="guardian",
        joint="yes",
        born_on="2015-03-01",
        evidence=PAPER,
    )
    assert answer.status_code == 303, answer.text
    said = site.browser().page("/wishes")
    for text in ("my mother <b>", "Only together with the others", "28 February 2033"):
        assert text in said
    assert "2015" not in said


def test_two_stewards_join_two_names(site: Site) -> None:
    stella, sven = site.browser(steward()), site.browser(steward("sven"))
    fields = {"one": "P-ANNA", "other": "P-EVE", "why": "same <script>"}
    assert send(stella, "/steward/merges", "/steward/merges", **fields).status_code == 303
    page = stella.get("/steward/merges").text
    assert "Somebody else has to confirm it" in page
    assert "They are one person" not in page
    assert "<script>" not in page
    (merge_id,) = set(site.world.column("SELECT matter::text FROM person_event"))
    refused = send(stella, f"/steward/merges/{merge_id}/confirm", "/steward/merges")
    assert refused.status_code == 409
    assert "Somebody else has to do this" in refused.text
    done = send(sven, f"/steward/merges/{merge_id}/confirm", "/steward/merges")
    assert done.status_code == 303
    assert "Nothing waits." in sven.page("/steward/merges")
    assert len(site.browser().page("/").split("Skin")) > 1, (
        "Anna sees what stood under her other name"
    )
    undone = send(sven, f"/steward/merges/{merge_id}/undo", "/steward/merges")
    assert undone.status_code == 303
    assert "Skin" not in site.browser().page("/")


def test_a_form_with_faults_comes_back_with_what_is_wrong(site: Site) -> None:
    stella = site.browser(steward())
    for path, fields, said in (
        ("/steward/merges", {"one": "P-ANNA", "other": "P-ANNA", "why": "x"}, "another part"),
        ("/steward/merges", {"one": "P-ANNA", "other": "P-NO", "why": "x"}, "no such part"),
        ("/steward/mandates", {"kind": "guardian", "joint": "no"}, "date of birth"),
        ("/steward/deaths", {"participant": "P-ANNA", "died_at": "x", "source": PAPER}, "A date"),
        (
            "/steward/deaths",
            {"participant": "P-ANNA", "died_at": "2999-01-01", "source": PAPER},
            "not in the future",
        ),
        ("/steward/deaths/correction", {"participant": "P-ANNA", "source": PAPER}, "another one"),
    ):
        answer = send(stella, path, path, **fields)
        assert answer.status_code in {409, 422}, (path, answer.status_code)
        assert "Error:" in answer.text
        assert said in answer.text, path
    assert site.world.count("person_event") == 0


def test_a_death_is_recorded_and_taken_back_by_another_steward(site: Site) -> None:
    stella, sven = site.browser(steward()), site.browser(steward("sven"))
    fields = {"participant": "P-ANNA", "died_at": "2026-11-01", "source": PAPER}
    assert send(stella, "/steward/deaths", "/steward/deaths", **fields).status_code == 303
    back = "/steward/deaths/correction"
    wrong = {"participant": "P-ANNA", "source": PAPER}
    assert send(stella, back, back, **wrong).status_code == 409
    assert send(sven, back, back, **wrong).status_code == 303
    assert own_life(tools=site.world.tools, principal=ANNA).life.died_at is None


def test_participants_have_no_steward_pages_and_strangers_no_wishes(site: Site) -> None:
    for path in ("/steward/merges", "/steward/mandates", "/steward/deaths"):
        assert site.browser().get(path).status_code == 403
    assert site.browser("carl").get("/wishes").status_code == 403
    propose_merge("P-ANNA", "P-EVE", "x", tools=site.world.tools, principal=DESK)
    assert "Skin" not in site.browser().page("/"), "a pending merge shows nothing of the other"
    assert HEART in site.states()


def test_a_steward_lists_mandates_and_deaths(site: Site) -> None:
    stella = site.browser(steward())
    assert "There are none here." in stella.page("/steward/mandates/all")
    fields = {"participant": "P-ANNA", "holder": "my <mother>", "kind": "guardian", "joint": "no"}
    more = {"born_on": "2015-03-01", "evidence": PAPER}
    assert send(stella, "/steward/mandates", "/steward/mandates", **fields, **more).location
    died = {"participant": "P-EVE", "died_at": "2026-11-01", "source": PAPER}
    assert send(stella, "/steward/deaths", "/steward/deaths", **died).location
    listed = stella.page("/steward/mandates/all")
    for text in ("P-ANNA", "my <mother>", "In force"):
        assert text in listed
    assert "2015" not in listed
    listed = stella.page("/steward/deaths/all")
    for text in ("P-EVE", "1 November 2026", "Stands"):
        assert text in listed
    assert stella.get("/steward/deaths/all?before=x").status_code == 422
    assert site.browser().get("/steward/mandates/all").status_code == 403


def test_a_steward_records_what_a_minor_said_on_paper(site: Site) -> None:
    guardian(site.world, LOGIN, "bo")
    site.world.clock.pass_time(60)
    stella, where = site.browser(steward()), "/steward/minors"
    page = stella.page(f"{where}?participant=P-ANNA")
    assert HEART in page
    assert "There is no such participant" in stella.page(f"{where}?participant=P-NO")
    said = {"participant": "P-ANNA", "will": "dissent", "said_at": "2026-11-02"}
    assert send(stella, where, where, **said).status_code == 303
    (choice, _other) = own_consents(tools=site.world.tools, principal=ANNA).choices
    assert "dissent" in {bar.value for bar in choice.bars}
    assert "Own word No" in stella.page(f"{where}?participant=P-ANNA")
    assert "2 November 2026: I do not agree" in site.browser().page("/my-say")
    yes = {"participant": "P-ANNA", "will": "assent", "about": str(choice.standing.event_id)}
    assert send(stella, where, where, **yes).status_code == 422, "a yes needs its paper"
    assert send(stella, where, where, **yes, evidence=PAPER).status_code == 303
    (choice, _other) = own_consents(tools=site.world.tools, principal=ANNA).choices
    assert choice.bars == frozenset()


def test_a_steward_is_told_what_is_wrong_with_a_minors_word(site: Site) -> None:
    stella, where = site.browser(steward()), "/steward/minors"
    guardian(site.world, LOGIN, "bo")
    site.world.clock.pass_time(60)
    first = {"participant": "P-ANNA", "born_on": "2010-01-01"}
    assert send(stella, f"{where}/ages", where, **first).status_code == 303
    events = site.world.count("person_event")
    for path, fields, said in (
        (where, {"participant": "P-ANNA"}, "Choose one"),
        (where, {"participant": "P-EVE", "will": "dissent"}, "Nobody decides in the place"),
        (where, {"participant": "P-NO", "will": "dissent"}, "no such participant"),
        (where, {"participant": "P-ANNA", "will": "assent", "evidence": PAPER}, "Choose what"),
        (where, {"participant": "P-ANNA", "will": "dissent", "said_at": "x"}, "A date"),
        (f"{where}/ages", {"participant": "P-ANNA", "born_on": ""}, "A date"),
        (f"{where}/ages", {"participant": "P-ANNA", "born_on": "2020-01-01"}, "Somebody else"),
    ):
        answer = send(stella, path, where, **fields)
        assert answer.status_code in {409, 422}, (path, answer.status_code)
        assert said in answer.text, (path, fields)
    assert site.world.count("person_event") == events
    sven = site.browser(steward("sven"))
    later = {"participant": "P-ANNA", "born_on": "2020-01-01"}
    assert send(sven, f"{where}/ages", where, **later).status_code == 303
    assert "Not yet" in sven.page(f"{where}?participant=P-ANNA")
    assert send(site.browser(), where, "/wishes", participant="P-ANNA").status_code == 403
