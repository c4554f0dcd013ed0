# SPDX-License-Identifier: Apache-2.0
"""A form in chromium, without scripts: give, change and stop; stopping is the shorter way."""

import pytest
from playwright.sync_api import Page, expect

from consent_registry.domain.duo import Duo
from consent_registry.domain.history import State
from consent_registry.domain.terms import Terms
from consent_registry.usecases.reading import own_consents
from shared.principal import Principal
from tests.fakes.consent_factories import alternative
from tests.fakes.form_factories import example_document
from tests.support.browser import NARROW, WIDE, Look, Open, overflow
from tests.support.participant_pages import HEART, Running

from .test_participant_in_a_browser import home, requests_of, states, tab_to

ANSWER = "Answer the questions in Hearts of the north"
HEALTH = "May researchers use my data to study health and illness?"
COMPANIES = "May companies use my data too?"
ILLNESSES = "May researchers use my data to study the illnesses I choose?"


@pytest.fixture
def asking(site: Running) -> Running:
    """A site where one dataset asks by the example form."""
    site.world.form(example_document(), demanded_by=HEART)
    return site


def choose(page: Page, question: str, answer: str) -> None:
    """Choose the answer of this text."""
    group = page.get_by_role("group", name=question)
    group.get_by_role("radio", name=answer, exact=True).check()


def confirm(page: Page) -> None:
    """See the outcome and confirm it."""
    page.get_by_role("button", name="Show what this means").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What your answers mean")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your answers are recorded")


def held(site: Running) -> Terms | None:
    """Say what Anna allows in the dataset that asks."""
    anna = Principal(
        issuer=site.issuer,
        subject="person-anna",
        client_id="test",
        scopes=frozenset({"consents.self"}),
        is_service=False,
    )
    found = own_consents(tools=site.world.tools, principal=anna).choices
    return next(one.standing.terms for one in found if one.dataset.dataset == HEART)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_give_change_and_stop_and_stopping_is_the_shortest(
    asking: Running, opened: Open, size: tuple[int, int]
) -> None:
    page = home(asking, opened, Look(javascript=False, size=size))
    with requests_of(page) as giving:
        page.get_by_role("link", name=ANSWER).click()
        assert page.locator("input:checked").count() == 0
        choose(page, HEALTH, "Yes")
        choose(page, COMPANIES, "No")
        confirm(page)
    assert held(asking) == (alternative(Duo.HMB, Duo.NPU, Duo.NMDS, Duo.IRB, GS="EEA"),)
    with requests_of(page) as changing:
        page.goto(f"{asking.url}/answer/{HEART}")
        assert page.locator("input:checked").count() == 0
        expect(page.get_by_text("Your answer until now: Yes")).to_have_count(1)
        choose(page, ILLNESSES, "Yes")
        page.get_by_role("checkbox", name="diabetes mellitus").check()
        confirm(page)
    limits = (Duo.NPU, Duo.NMDS, Duo.IRB)
    assert held(asking) == (alternative(Duo.DS, *limits, diseases="MONDO:0005015", GS="EEA"),)
    with requests_of(page) as stopping:
        page.get_by_role("link", name="Stop the use of my data").click()
        page.get_by_role("button", name="Stop now").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "You have stopped the use of your data"
        )
    assert states(asking)[HEART] is State.WITHDRAWN
    # GDPR Article 7(3): as easy to withdraw as to give.
    assert len(stopping) < min(len(giving), len(changing))
    assert [method for method, _ in giving] == ["GET", "POST", "POST", "GET"]


def test_leaving_the_outcome_changes_nothing(asking: Running, opened: Open) -> None:
    page = home(asking, opened, Look(javascript=False))
    before = held(asking)
    page.get_by_role("link", name=ANSWER).click()
    choose(page, HEALTH, "Yes")
    page.get_by_role("button", name="Show what this means").click()
    page.get_by_role("link", name="Change nothing").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My choices")
    assert held(asking) == before


def test_both_answers_look_alike_and_neither_is_chosen(asking: Running, opened: Open) -> None:
    page = home(asking, opened, Look())
    page.goto(f"{asking.url}/answer/{HEART}")
    group = page.get_by_role("group", name=HEALTH)
    looks: list[tuple[int, int, str]] = []
    for answer in ("Yes", "No"):
        radio = group.get_by_role("radio", name=answer, exact=True)
        box = radio.bounding_box()
        assert box is not None
        style = "e => (s => s.color + s.fontSize + s.fontWeight)(getComputedStyle(e.labels[0]))"
        looks.append((round(box["width"]), round(box["height"]), radio.evaluate(style)))
    assert looks[0] == looks[1]
    assert page.locator("input:checked").count() == 0


def test_the_keyboard_and_a_narrow_window_are_enough(asking: Running, opened: Open) -> None:
    page = home(asking, opened, Look(size=NARROW))
    tab_to(page, ANSWER)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/answer/{HEART}")
    assert overflow(page) <= 0
    assert page.locator("h1").count() == 1
    page.get_by_role("group", name=HEALTH).get_by_role("radio", name="Yes", exact=True).focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Show what this means").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What your answers mean")
    assert overflow(page) <= 0
    page.get_by_role("button", name="Confirm").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your answers are recorded")
    assert overflow(page) <= 0
    page.goto(f"{asking.url}/answer/{HEART}?language=fi")
    assert overflow(page) <= 0
    assert page.locator("h1").get_attribute("lang") == "fi"
