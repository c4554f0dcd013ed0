# SPDX-License-Identifier: Apache-2.0
"""A guardian's and a minor's pages in chromium: no scripts, keyboard, narrow, nothing chosen."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from consent_registry.domain.bars import Bar
from consent_registry.domain.history import State
from consent_registry.usecases.members import NewMember, list_members
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from tests.fakes.form_factories import example_document
from tests.support.browser import NARROW, WIDE, Look, Open, overflow, sign_in
from tests.support.guardian_world import guardian
from tests.support.participant_pages import HEART, LUNG, OTHER, Running
from tests.support.registry_world import DESK

WHO = "P-ANNA"


@pytest.fixture
def family(site: Running) -> Running:
    """Anna is fifteen and in HEART, which asks by a form; Bo and Carl decide for her together."""
    site.world.form(example_document(), demanded_by=HEART)
    guardian(site.world, site.issuer, "bo")
    guardian(site.world, site.issuer, "carl")
    return site


def states(site: Running) -> dict[str, tuple[State, frozenset[str]]]:
    """Say what stands for Anna, and what bars it."""
    found = consents_of(WHO, None, None, tools=site.world.tools, principal=DESK).choices
    return {
        one.dataset.dataset: (one.standing.state, frozenset(bar.value for bar in one.bars))
        for one in found
    }


def enter(site: Running, opened: Open, look: Look, login: str, path: str) -> Page:
    """Open a page and sign in on the way."""
    page = opened(look).new_page()
    page.goto(f"{site.url}{path}")
    sign_in(page, login)
    page.goto(f"{site.url}{path}")
    return page


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_two_guardians_and_the_child_decide_without_scripts(
    family: Running, opened: Open, size: tuple[int, int]
) -> None:
    look = Look(javascript=False, size=size)
    bo = enter(family, opened, look, "bo", "/acting")
    bo.get_by_role("link", name="Open").click()
    expect(bo.get_by_role("heading", level=1)).to_have_text(f"I decide for {WHO}")
    bo.get_by_role("link", name="Answer the questions in Hearts of the north").click()
    assert bo.locator("input:checked").count() == 0, "nothing is chosen beforehand"
    bo.get_by_role("radio", name="Yes").first.check()
    bo.get_by_role("button", name="Show what this means").click()
    expect(bo.get_by_role("heading", level=1)).to_have_text("What these answers mean")
    bo.get_by_role("button", name="Sign", exact=True).click()
    expect(bo.get_by_text("You have signed. Nothing changes")).to_be_visible()
    carl = enter(family, opened, look, "carl", f"/acting/{WHO}")
    sign = carl.get_by_role("button", name="Sign in Hearts of the north")
    refuse = carl.get_by_role("button", name="Refuse in Hearts of the north")
    for button in (sign, refuse):
        assert button.evaluate("e => getComputedStyle(e).backgroundColor") == sign.evaluate(
            "e => getComputedStyle(e).backgroundColor"
        )
    sign.click()
    expect(carl.get_by_text("Everybody who has to has signed.")).to_be_visible()
    assert Bar.ASSENT_MISSING.value in states(family)[HEART][1]
    anna = enter(family, opened, look, "anna", "/my-say")
    anna.get_by_role("button", name="I agree in Hearts of the north").click()
    expect(anna.get_by_text("You agree", exact=True)).to_be_visible()
    assert states(family)[HEART] == (State.GIVEN, frozenset())


def test_the_child_says_no_with_the_keyboard_alone(family: Running, opened: Open) -> None:
    anna = enter(family, opened, Look(), "anna", "/my-say")
    for _ in range(60):
        anna.keyboard.press("Tab")
        text = anna.evaluate("document.activeElement.textContent")
        if " ".join(str(text).split()) == "I do not agree in Hearts of the north":
            break
    anna.keyboard.press("Enter")
    expect(anna.get_by_text("You said no", exact=True)).to_be_visible()
    assert Bar.DISSENT.value in states(family)[HEART][1]
    assert Bar.DISSENT.value not in states(family)[LUNG][1]


def test_one_guardian_stops_in_two_clicks(family: Running, opened: Open) -> None:
    bo = enter(family, opened, Look(javascript=False), "bo", f"/acting/{WHO}")
    bo.get_by_role("link", name="Stop in Lungs & <air>").click()
    bo.get_by_role("button", name="Stop now").click()
    expect(bo.get_by_text("The use of the data is stopped.")).to_be_visible()
    assert states(family)[LUNG][0] is State.WITHDRAWN
    bo.get_by_role("link", name="History and receipts").click()
    bo.get_by_role("link", name="Open").first.click()
    expect(bo.get_by_role("heading", name="Show that it is real")).to_be_visible()


def in_study(site: Running) -> str:
    """Put HEART, and OTHER for which Anna has made no choice of its own, in a study."""
    tools, study = site.world.tools, "GDI-ZZ-STUDY-1"
    there = NewMember(pseudonym=WHO, local_id="O-2")
    list_members(OTHER, [there], tools=tools, principal=DESK)
    facts = StudyFacts(
        title="Lives and hearts",
        controller="A hospital",
        purpose="To learn why hearts fail early.",
        starts_on=date(2020, 1, 1),
    )
    describe_study(study, facts, tools=tools, principal=DESK)
    for dataset in (HEART, OTHER):
        place_dataset(dataset, study, tools=tools, principal=DESK)
    return study


def test_two_guardians_decide_for_a_whole_study_and_one_leaves_it(
    family: Running, opened: Open
) -> None:
    in_study(family)
    look = Look(javascript=False)
    bo = enter(family, opened, look, "bo", f"/acting/{WHO}")
    bo.get_by_role("link", name="Answer the questions in Lives and hearts").click()
    assert bo.locator("input:checked").count() == 0, "nothing is chosen beforehand"
    bo.get_by_role("radio", name="Yes").first.check()
    bo.get_by_role("button", name="Show what this means").click()
    expect(bo.get_by_role("heading", name="For which datasets it decides")).to_be_visible()
    bo.get_by_role("button", name="Sign", exact=True).click()
    expect(bo.get_by_text("You have signed. Nothing changes")).to_be_visible()
    carl = enter(family, opened, look, "carl", f"/acting/{WHO}")
    carl.get_by_role("button", name="Sign in Lives and hearts").click()
    expect(carl.get_by_text("Everybody who has to has signed.")).to_be_visible()
    assert states(family)[OTHER][0] is State.GIVEN
    carl.get_by_role("link", name="Stop in this study in Lives and hearts").click()
    carl.get_by_role("button", name="Stop now").click()
    expect(carl.get_by_text("The use of the data is stopped.")).to_be_visible()
    assert states(family)[OTHER][0] is State.WITHDRAWN


def test_one_guardian_stops_some_of_it(family: Running, opened: Open) -> None:
    bo = enter(family, opened, Look(javascript=False), "bo", f"/acting/{WHO}/stop/{HEART}")
    bo.get_by_role("link", name="Stop the use of some of these data only").click()
    assert bo.locator("input:checked").count() == 0, "nothing is ticked beforehand"
    expect(bo.get_by_role("group", name="Which data are not to be used any more?")).to_be_visible()
    bo.get_by_label("pictures of your body, such as X-rays").check()
    bo.get_by_role("button", name="Stop now").click()
    expect(bo.get_by_text("What you ticked is stopped.")).to_be_visible()
    assert states(family)[HEART][0] is State.GIVEN
    bo.get_by_role("link", name="History and receipts").click()
    expect(bo.get_by_text("what follows goes on: pictures of your body")).to_be_visible()


def test_every_page_fits_a_narrow_window_and_has_one_heading(family: Running, opened: Open) -> None:
    study = in_study(family)
    bo = enter(family, opened, Look(size=NARROW), "bo", "/acting")
    for path in (
        *(f"/acting/{WHO}/answer/study/{study}", f"/acting/{WHO}/stop/study/{study}"),
        *(f"/acting/{WHO}/stop/{HEART}/some-data", f"/acting/{WHO}/stop/{HEART}/some-activities"),
        *("/acting", f"/acting/{WHO}", f"/acting/{WHO}/stop", f"/acting/{WHO}/stop/{LUNG}"),
        *(f"/acting/{WHO}/history", f"/acting/{WHO}/answer/{HEART}", "/acting/P-NOBODY"),
    ):
        bo.goto(f"{family.url}{path}")
        assert overflow(bo) <= 0, path
        assert bo.locator("h1").count() == 1, path
    anna = enter(family, opened, Look(size=NARROW), "anna", "/my-say")
    assert overflow(anna) <= 0
    assert anna.locator("h1").count() == 1
