# SPDX-License-Identifier: Apache-2.0
"""The data steward's pages in chromium: no scripts, a narrow window, and nothing for others."""

from playwright.sync_api import expect

from consent_registry.domain.batches import ImportState
from tests.support.browser import NARROW, Look, Open, overflow, sign_in
from tests.support.participant_pages import Running
from tests.support.registry_world import csv_of, people


def test_a_steward_follows_and_cancels_an_import_without_scripts(
    site: Running, opened: Open
) -> None:
    batch = site.world.receive(csv_of(people(3)))
    page = opened(Look(javascript=False, size=NARROW)).new_page()
    page.goto(f"{site.url}/imports")
    sign_in(page, "sara")
    assert overflow(page) <= 0
    page.get_by_role("link", name=batch.import_id).click()
    page.get_by_role("link", name="Stop that").click()
    expect(page.get_by_text("Being checked")).to_be_visible()
    assert overflow(page) <= 0
    page.get_by_role("button", name="Cancel the import").click()
    expect(page.get_by_text("0 rows were recorded before it was cancelled")).to_be_visible()
    assert site.world.report(batch.import_id).batch.state is ImportState.CANCELLED
    page.get_by_role("link", name="Nodes").click()
    expect(page.get_by_role("heading", name="Nodes")).to_be_visible()
    assert overflow(page) <= 0
    assert page.locator("h1").count() == 1


def test_a_participant_is_shown_no_way_there(site: Running, opened: Open) -> None:
    page = opened(Look()).new_page()
    page.goto(f"{site.url}/")
    sign_in(page, "anna")
    assert page.get_by_role("link", name="Imports").count() == 0
    answer = page.goto(f"{site.url}/imports")
    assert answer is not None
    assert answer.status == 403
