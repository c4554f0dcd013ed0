# SPDX-License-Identifier: Apache-2.0
"""The participant's pages in chromium: two clicks, no scripts, keyboard, narrow, on paper."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Request, expect

from consent_registry.domain.history import State
from consent_registry.usecases.reading import own_consents
from shared.ids import DatasetId
from shared.principal import Principal
from tests.support.browser import NARROW, WIDE, Look, Open, overflow, sign_in
from tests.support.participant_pages import HEART, LUNG, Running

STOP = "Stop in Hearts of the north"


def states(site: Running, login: str = "anna") -> dict[DatasetId, State]:
    """Say what stands in the register."""
    who = Principal(
        issuer=site.issuer,
        subject=f"person-{login}",
        client_id="test",
        scopes=frozenset({"consents.self"}),
        is_service=False,
    )
    found = own_consents(tools=site.world.tools, principal=who)
    return {one.dataset.dataset: one.standing.state for one in found.choices}


def home(site: Running, opened: Open, look: Look, login: str = "anna") -> Page:
    """Open the first page and sign in on the way."""
    page = opened(look).new_page()
    page.goto(f"{site.url}/")
    sign_in(page, login)
    return page


@contextmanager
def requests_of(page: Page) -> Iterator[list[tuple[str, str]]]:
    """Collect the documents a browser asks for, redirects included."""
    seen: list[tuple[str, str]] = []

    def note(request: Request) -> None:
        if request.resource_type == "document":
            seen.append((request.method, request.url))

    page.on("request", note)
    yield seen
    page.remove_listener("request", note)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_two_clicks_stop_the_use_without_scripts(
    site: Running, opened: Open, size: tuple[int, int]
) -> None:
    page = home(site, opened, Look(javascript=False, size=size))
    with requests_of(page) as seen:
        page.get_by_role("link", name=STOP).click()
        page.get_by_role("button", name="Stop now").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "You have stopped the use of your data"
        )
    assert [method for method, _ in seen] == ["GET", "POST", "GET"]
    assert states(site) == {HEART: State.WITHDRAWN, LUNG: State.GIVEN}
    assert page.url.rpartition("/")[2] in (page.text_content("main") or "")
    page.get_by_role("main").get_by_role("link", name="History", exact=True).click()
    page.get_by_role("link", name=re.compile("^Receipt")).click()
    assert page.get_by_role("heading", level=1).is_visible()


def test_two_clicks_stop_all_datasets(site: Running, opened: Open) -> None:
    page = home(site, opened, Look(javascript=False))
    page.get_by_role("link", name="Stop in all datasets").click()
    page.get_by_role("button", name="Stop now").click()
    page.wait_for_url("**/withdrawals/*")
    assert set(states(site).values()) == {State.WITHDRAWN}


def test_the_other_answer_changes_nothing(site: Running, opened: Open) -> None:
    page = home(site, opened, Look())
    page.get_by_role("link", name=STOP).click()
    page.get_by_role("link", name="Do not stop").click()
    assert page.url == f"{site.url}/"
    assert set(states(site).values()) == {State.GIVEN}


def test_the_keyboard_alone_stops_the_use(site: Running, opened: Open) -> None:
    page = home(site, opened, Look())
    tab_to(page, STOP)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/withdraw/{HEART}")
    tab_to(page, "Stop now")
    page.keyboard.press("Space")
    page.wait_for_url("**/withdrawals/*")
    assert states(site)[HEART] is State.WITHDRAWN


def test_both_answers_look_alike(site: Running, opened: Open) -> None:
    for size in (WIDE, NARROW):
        page = home(site, opened, Look(size=size))
        page.goto(f"{site.url}/withdraw")
        yes = page.get_by_role("button", name="Stop now")
        no = page.get_by_role("link", name="Do not stop")
        looks: list[tuple[int, int, list[str]]] = []
        for answer in (yes, no):
            box = answer.bounding_box()
            assert box is not None
            style = answer.evaluate(
                "e => (s => [s.color, s.backgroundColor, s.fontSize, s.fontWeight,"
                " s.borderTopColor])(getComputedStyle(e))"
            )
            looks.append((round(box["width"]), round(box["height"]), style))
        assert looks[0] == looks[1]
        focus = page.evaluate("document.activeElement === document.body")
        assert focus, "nothing is chosen for her"


def test_every_page_fits_a_narrow_window(site: Running, opened: Open) -> None:
    page = home(site, opened, Look(size=NARROW))
    page.goto(f"{site.url}/withdraw/{HEART}/some-activities")
    assert overflow(page) <= 0
    assert page.locator("input[type=checkbox]:checked").count() == 0
    page.goto(f"{site.url}/withdraw/{HEART}/some-data")
    assert overflow(page) <= 0
    assert page.locator("input[type=checkbox]:checked").count() == 0
    page.get_by_label("your whole genome").check()
    page.get_by_role("button", name="Stop now").click()
    page.wait_for_url(f"**/history/{HEART}")
    page.goto(f"{site.url}/withdraw")
    assert overflow(page) <= 0
    assert (
        page.evaluate("(e => e.scrollWidth - e.clientWidth)(document.querySelector('table'))") == 0
    )
    page.get_by_role("button", name="Stop now").click()
    page.wait_for_url("**/withdrawals/*")
    receipt = page.url
    for path in ("/", "/history", f"/history/{LUNG}", f"/withdraw/{LUNG}"):
        page.goto(site.url + path)
        assert overflow(page) <= 0, path
        assert page.locator("h1").count() == 1
    page.goto(receipt)
    assert overflow(page) <= 0
    for path in ("/rights", "/rights/further"):
        page.goto(site.url + path)
        assert overflow(page) <= 0, path
        assert page.locator("h1").count() == 1
    page.goto(f"{site.url}/rights")
    page.get_by_label("Let my data rest").check()
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/rights/*")
    assert overflow(page) <= 0
    assert page.get_by_role("heading", level=1).text_content() == "Let my data rest"
    stranger = home(site, opened, Look(size=NARROW), "carl")
    assert overflow(stranger) <= 0
    assert "Your login is not linked yet" in (stranger.text_content("h1") or "")


def test_a_signed_receipt_is_two_clicks_away_and_checked_without_a_login(
    site: Running, opened: Open
) -> None:
    page = home(site, opened, Look(javascript=False, size=NARROW))
    page.goto(f"{site.url}/history/{HEART}")
    page.get_by_role("link", name="Open Signed receipt").click()
    picture = page.get_by_role("img", name="The QR code of this receipt")
    box = picture.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 200
    assert overflow(page) <= 0
    with page.expect_download() as kept:
        page.get_by_role("link", name="Download the receipt").click()
    assert kept.value.suggested_filename.startswith("receipt-")
    address = page.get_by_role("link", name="Check this receipt").get_attribute("href")
    assert address is not None
    stranger = opened(Look(javascript=False, size=NARROW)).new_page()
    stranger.goto(site.url + address[address.index("/receipts/") :])
    assert stranger.get_by_role("heading", level=1).text_content() == (
        "This receipt is real, and it is the latest"
    )
    assert overflow(stranger) <= 0


def test_the_receipt_prints_on_two_sheets_at_most(site: Running, opened: Open) -> None:
    page = home(site, opened, Look())
    page.goto(f"{site.url}/withdraw")
    page.get_by_role("button", name="Stop now").click()
    page.wait_for_url("**/withdrawals/*")
    page.emulate_media(media="print")
    assert page.get_by_text("Withdrawal number").is_visible()
    assert page.get_by_text("Cannot be undone.").is_visible()
    assert not page.get_by_role("navigation").is_visible()
    assert page.pdf(format="A4").count(b"/Type /Page\n") <= 2


def test_the_rights_desk_fits_a_narrow_window_and_needs_no_script(
    site: Running, opened: Open
) -> None:
    anna = home(site, opened, Look(javascript=False))
    anna.goto(f"{site.url}/rights")
    anna.get_by_label("Erase my data").check()
    anna.get_by_role("button", name="Send").click()
    anna.wait_for_url("**/rights/*")
    greta = opened(Look(javascript=False, size=NARROW)).new_page()
    greta.goto(f"{site.url}/desk")
    sign_in(greta, "greta")
    expect(greta.get_by_role("heading", level=1)).to_have_text("Rights desk")
    greta.get_by_role("link", name="Erase my data").click()
    greta.wait_for_url("**/desk/requests/*")
    greta.get_by_role("button", name="Somebody has taken it on").click()
    expect(greta.get_by_role("main")).to_contain_text("Somebody has taken it on")
    assert greta.locator("h1").count() == 1
    assert overflow_without_scripts(site, opened, greta.url) <= 0


def overflow_without_scripts(site: Running, opened: Open, url: str) -> int:
    """Measure in a window of the same width that may run the measure itself."""
    page = opened(Look(size=NARROW)).new_page()
    page.goto(f"{site.url}/desk")
    sign_in(page, "greta")
    assert overflow(page) <= 0
    page.goto(url)
    return overflow(page)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has this text has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        text = page.evaluate("document.activeElement.textContent.replace(/\\s+/g, ' ').trim()")
        if text == name:
            return
    raise AssertionError(f"the keyboard never reaches {name}")
