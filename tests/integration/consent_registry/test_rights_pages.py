# SPDX-License-Identifier: Apache-2.0
"""The pages of the rights desk and of the person: ask, see, answer, erase two by two."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from werkzeug.test import TestResponse

from consent_registry.domain.erasure import GROUNDS, HOLD_GROUNDS
from consent_registry.domain.rights import EXTENSIONS, REFUSALS
from consent_registry.http.pages import rights_words
from shared.pages.person import Person
from tests.support.erasing_world import PSEUDONYM, SUBJECT, ErasingWorld, erasing_world
from tests.support.page_world import make_sign_in
from tests.support.participant_pages import PAGE, Browser, Site, pages_app
from tests.support.registry_world import LOGIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The pages with a registry behind them that can erase."""

    erasing: ErasingWorld
    site: Site

    def person(self, subject: str, *scopes: str) -> Browser:
        who = Person(issuer=LOGIN, subject=subject, name="N", scopes=frozenset(scopes))
        return self.site.browser(who)

    @property
    def anna(self) -> Browser:
        return self.person(SUBJECT, "consents.self")

    def steward(self, name: str) -> Browser:
        return self.person(f"person-{name}", "rights.manage")


@pytest.fixture
def desk() -> Iterator[Desk]:
    with erasing_world() as erasing:
        world = replace(erasing.world, tools=erasing.tools)
        app = pages_app(world, make_sign_in(world.clock, issuer=LOGIN))
        yield Desk(erasing=erasing, site=Site(world=world, app=app))


def post(browser: Browser, path: str, form_at: str, **fields: str) -> TestResponse:
    data = {"csrf_token": browser.token(form_at), **fields}
    return browser.client.post(path, data=data, headers=PAGE)


def ask(desk: Desk, right: str, words: str = "") -> str:
    answer = post(desk.anna, "/rights", "/rights", right=right, words=words)
    assert answer.status_code == 303, answer.text
    return answer.location


def test_a_person_asks_sees_the_day_and_takes_it_back(desk: Desk) -> None:
    address = ask(desk, "restriction")
    page = desk.anna.page(address)
    assert "Waiting for an answer" in page
    assert "22 December 2026" in page
    assert "Your data rest now" in page
    assert post(desk.anna, f"{address}/taken-back", address).status_code == 303
    assert "Taken back" in desk.anna.page(address)
    assert "Your data rest now" not in desk.anna.page(address)


@pytest.mark.parametrize(
    ("fields", "said"),
    [({}, "Choose what you ask for"), ({"right": "objection"}, "say what is wrong")],
)
def test_a_faulty_form_says_what_to_do(desk: Desk, fields: dict[str, str], said: str) -> None:
    answer = post(desk.anna, "/rights", "/rights", **fields)
    assert answer.status_code == 422
    assert said in answer.text


def test_the_desk_answers_what_the_person_asked(desk: Desk) -> None:
    address = ask(desk, "rectification", "the date is wrong")
    number = address.rpartition("/")[2]
    greta = desk.steward("greta")
    assert "Correct my data" in greta.page("/desk")
    assert "the date is wrong" in greta.page(f"/desk/requests/{number}")
    path = f"/desk/requests/{number}"
    assert post(greta, path, path, step="taken").status_code == 303
    assert "Yours" in greta.page("/desk")
    assert "colleague" in desk.steward("hugo").page("/desk")
    refused = post(greta, path, path, step="refused", code="nothing")
    assert refused.status_code == 422
    assert post(greta, path, path, step="refused", code="gdpr_16_accurate").status_code == 303
    page = desk.anna.page(address)
    assert "The data are right as they are" in page
    assert "data protection authority" in page
    assert "No request waits" in greta.page("/desk")


def test_the_queue_shows_what_is_overdue_first(desk: Desk) -> None:
    ask(desk, "access")
    desk.site.world.clock.pass_time(40 * 86_400)
    ask(desk, "portability")
    page = desk.steward("greta").page("/desk")
    assert page.index("Overdue") < page.index("Take my data with me")
    assert page.index("See my data") < page.index("Overdue", page.index("See my data"))


def test_the_desk_writes_down_a_letter_with_the_day_on_which_it_came(desk: Desk) -> None:
    greta = desk.steward("greta")
    letter = {"participant": PSEUDONYM, "right": "access", "received_at": "2026-10-01"}
    wrong = post(greta, "/desk", "/desk", **{**letter, "received_at": "in October"})
    assert wrong.status_code == 422
    assert "the day on which the letter came" in wrong.text
    made = post(greta, "/desk", "/desk", **letter)
    assert made.status_code == 303
    page = greta.page(made.location)
    assert "Overdue" in page
    assert "2 November 2026" in page


def test_the_page_says_that_she_is_told_before_her_data_are_used_again(desk: Desk) -> None:
    address = ask(desk, "restriction")
    path = f"/desk/requests/{address.rpartition('/')[2]}"
    greta = desk.steward("greta")
    early = post(greta, path, path, step="refused", code="gdpr_18_1_no_ground")
    assert early.status_code == 422
    assert "Article 18(3)" in early.text
    assert post(greta, path, path, step="end_told").status_code == 303
    assert "soon the data will not rest any more" in desk.anna.page(address)


def test_two_people_erase_and_the_page_states_the_day(desk: Desk) -> None:
    address = ask(desk, "erasure")
    number = address.rpartition("/")[2]
    greta, hugo = desk.steward("greta"), desk.steward("hugo")
    path = f"/desk/requests/{number}"
    granted = post(greta, f"{path}/erasure", path, ground="gdpr_17_1_b")
    assert granted.status_code == 303
    erasure = granted.location
    assert "somebody else has to confirm it" in greta.page(erasure)
    alone = post(greta, erasure, "/desk")
    assert alone.status_code == 403
    assert "somebody else has to confirm it" in alone.text
    assert post(hugo, erasure, erasure).status_code == 303
    assert "Stated once each part" in hugo.page(erasure)
    desk.erasing.run()
    page = hugo.page(erasure)
    assert "Destroyed; the last copies expire" in page
    assert "23 December 2026" in page
    assert desk.anna.get("/rights").status_code == 403
    assert PSEUDONYM not in hugo.page(f"/desk/requests/{number}")


def test_somebody_who_is_not_of_the_desk_sees_none_of_it(desk: Desk) -> None:
    assert desk.anna.get("/desk").status_code == 403
    assert post(desk.anna, "/desk/erasures", "/rights", whom=PSEUDONYM).status_code == 403
    stranger = replace(desk.anna, client=desk.site.app.test_client())
    assert stranger.get("/desk").status_code == 303


def test_a_person_takes_her_data_along(desk: Desk) -> None:
    answer = desk.anna.get("/rights/my-data.json")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.get_json()["participant"] == PSEUDONYM


def test_a_level_becomes_tasks_that_the_desk_closes_with_proof(desk: Desk) -> None:
    assert post(desk.anna, "/rights/further", "/rights/further").status_code == 422
    answer = post(desk.anna, "/rights/further", "/rights/further", level="destroy_all")
    assert answer.status_code == 303
    greta = desk.steward("greta")
    assert "Destroy the samples" in greta.page("/desk")
    tasks = desk.site.world.column(
        "SELECT task_id FROM withdrawal_task WHERE kind = 'destroy_samples' ORDER BY dataset"
    )
    for task in tasks:
        assert post(greta, f"/desk/tasks/{task}/owner", "/desk").status_code == 303
        done = post(greta, f"/desk/tasks/{task}/proof", "/desk", proof="burnt on 28 November")
        assert done.status_code == 303
    again = post(greta, f"/desk/tasks/{tasks[0]}/proof", "/desk", proof="again")
    assert again.status_code == 422
    assert "Destroy the samples" not in greta.page("/desk")
    assert "Hash of the proof" in desk.anna.page("/rights")


def test_every_ground_is_said_in_words() -> None:
    codes = {*GROUNDS, *HOLD_GROUNDS, *EXTENSIONS, *(c for some in REFUSALS.values() for c in some)}
    assert [code for code in sorted(codes) if code not in rights_words.CODES] == []
