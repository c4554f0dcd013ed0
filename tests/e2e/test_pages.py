# SPDX-License-Identifier: Apache-2.0
"""The story clicked through by its four people in a real browser, without JavaScript."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from services.story.access_chapters import wait_for_revision
from tests.e2e.conftest import Granted
from tests.support.browser import Look, browser, sign_in

TITLE = "Long QT in a synthetic country"


@pytest.fixture(scope="module")
def window() -> Iterator[BrowserContext]:
    with browser() as opened:
        context = opened(Look(javascript=False))
        yield context
        context.close()


def arrive(window: BrowserContext, granted: Granted, service: str, path: str, login: str) -> Page:
    """Open a page as somebody who has to sign in first."""
    window.clear_cookies()
    page = window.new_page()
    page.goto(granted.stage.url(service, path))
    sign_in(page, login)
    return page


def test_rita_applies(window: BrowserContext, granted: Granted) -> None:
    page = arrive(window, granted, "permit_service", "/applications/new", "rita")
    page.get_by_label("Title of the project").fill(TITLE)
    page.get_by_label("Organisation", exact=True).fill("University of Nowhere")
    page.get_by_label("Dataset", exact=True).fill(granted.cast.dataset)
    page.get_by_label("Health, medical or biomedical research").check()
    for question, answer in (
        ("Is the use commercial?", "No"),
        ("Is your organisation not for profit?", "Yes"),
        ("Will you develop methods?", "No"),
        ("Will you study ancestry?", "No"),
        ("Is it for the care of patients?", "No"),
        ("Will you use the genetic data?", "Yes"),
    ):
        page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()
    page.get_by_label("Countries in which the data are used").fill("FI")
    page.get_by_label("For how many months?").fill("6")
    page.get_by_role("button", name="Submit the application").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    page.close()


def test_dora_sees_who_is_in_and_out_and_decides(window: BrowserContext, granted: Granted) -> None:
    page = arrive(window, granted, "permit_service", "/queue", "dora")
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", name="Who would be in")).to_be_visible()
    expect(page.get_by_role("table").first).to_contain_text(str(len(granted.cast.expected.members)))
    page.get_by_label("Grant", exact=True).check()
    page.get_by_label("Reasons").fill("The benefit for patients outweighs the remaining risk.")
    page.get_by_role("button", name="Sign the decision").click()
    expect(page.get_by_role("heading", name="Permit", exact=True)).to_be_visible()
    page.close()


def test_anna_withdraws_in_two_clicks_and_gets_a_receipt(
    window: BrowserContext, granted: Granted
) -> None:
    page = arrive(window, granted, "consent_registry", "/", "anna")
    expect(page.get_by_role("heading", level=1)).to_have_text("My choices")
    page.get_by_role("button", name=re.compile("^Stop")).or_(
        page.get_by_role("link", name=re.compile("^Stop"))
    ).first.click()
    page.get_by_role("button", name="Stop now").click()
    expect(page.get_by_text("You have stopped the use of your data").first).to_be_visible()
    revision = int(
        page.locator("dl, table, .govuk-summary-list")
        .get_by_text("Revision", exact=True)
        .locator("xpath=following-sibling::*[1]")
        .first.inner_text()
    )
    page.close()
    stage, cast = granted.stage, granted.cast
    wait_for_revision(stage, f"dataset:{cast.dataset}", revision)
    rita = stage.person("rita", "clearinghouse")
    anna, bo = cast.country.notable[:2]
    assert stage.reader.read(cast.path(anna), rita).reason == "person_not_in_cohort"
    assert stage.reader.read(cast.path(bo), rita).reason == "permit_valid"


def test_otto_sees_an_entry_with_its_proof_checked(
    window: BrowserContext, granted: Granted
) -> None:
    page = arrive(window, granted, "audit_log", "/", "otto")
    page.get_by_label("Dataset", exact=True).fill(granted.cast.dataset)
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Search results")
    rows = page.get_by_role("table").get_by_role("link")
    assert rows.count() > 5
    rows.first.click()
    expect(page.get_by_role("heading", name="Proof", exact=True)).to_be_visible()
    expect(page.get_by_text("Verified", exact=True)).to_be_visible()
    expect(page.get_by_text("the root that the log's key has signed")).to_be_visible()
    page.close()
