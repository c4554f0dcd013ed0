# SPDX-License-Identifier: Apache-2.0
"""The shell in chromium: narrow, by keyboard, without scripts, in each colour mode, on paper."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.browser import NARROW, Look, Open, overflow, sign_in

CONTRAST = """
() => {
  const value = text => text.match(/[0-9.]+/g).map(Number);
  const light = rgb => rgb.slice(0, 3).map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const rgb = value(getComputedStyle(e).backgroundColor);
      if (rgb.length === 3 || rgb[3] > 0) return rgb;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const [a, b] = [light(value(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(element.className + ': ' + ratio.toFixed(2));
  }
  return poor;
}
"""
SIZES = """
() => [...document.querySelectorAll(
    'a, button, input:not([type=hidden]), select, textarea, summary')]
  .filter(e => e.checkVisibility())
  .map(e => ({name: (e.textContent || e.name).trim(), box: e.getBoundingClientRect(),
              inline: getComputedStyle(e).display === 'inline'}))
  .map(e => ({name: e.name, width: e.box.width, height: e.box.height, inline: e.inline}))
"""


@pytest.mark.parametrize("path", ["/", "/gallery", "/done", "/nowhere", "/sign-in"])
def test_a_narrow_window_needs_no_sideways_scrolling(site: str, opened: Open, path: str) -> None:
    page = opened(Look(size=NARROW)).new_page()
    page.goto(site + path)
    assert overflow(page) <= 0
    table = page.locator(".placet-scroll")
    if table.count():
        assert table.first.get_attribute("tabindex") == "0"


def test_a_person_signs_in_and_out_without_scripts(site: str, opened: Open) -> None:
    page = opened(Look(javascript=False, size=NARROW)).new_page()
    page.goto(f"{site}/")
    page.get_by_role("link", name="Sign in").click()
    sign_in(page, "anna")
    assert page.url == f"{site}/"
    assert page.get_by_text("Signed in as Anna Example").is_visible()
    page.get_by_role("button", name="Sign out").click()
    assert page.url == f"{site}/signed-out"
    assert page.get_by_role("heading", level=1).text_content() == "You are signed out"


def test_a_person_signs_in_with_the_keyboard_alone(site: str, opened: Open) -> None:
    page = opened(Look()).new_page()
    page.goto(f"{site}/sign-in")
    press_until(page, "Login name")
    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type("anna")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/")
    assert page.get_by_text("Signed in as Anna Example").is_visible()


def test_the_skip_link_comes_first_and_leads_to_the_page(site: str, opened: Open) -> None:
    page = opened(Look()).new_page()
    page.goto(f"{site}/gallery")
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    assert link.text_content() == "Skip to main content"
    box = link.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"


def test_a_wrong_form_leads_from_the_summary_to_the_field(site: str, opened: Open) -> None:
    page = opened(Look(javascript=False)).new_page()
    page.goto(f"{site}/gallery")
    page.get_by_role("button", name="Yes").click()
    assert page.title().startswith("Error: ")
    page.get_by_role("alert").get_by_role("link", name="Write a title.").click()
    assert page.url.endswith("#title")
    page.get_by_label("Title", exact=True).fill("Something")
    page.get_by_role("button", name="No").click()
    assert page.url == f"{site}/done"


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_text_can_be_read_in_both_colour_modes(site: str, opened: Open, colours: Any) -> None:
    page = opened(Look(colours=colours)).new_page()
    for path in ("/", "/gallery", "/done"):
        page.goto(site + path)
        assert page.evaluate(CONTRAST) == []
    page.goto(f"{site}/gallery")
    page.get_by_role("button", name="Yes").click()
    assert page.evaluate(CONTRAST) == []


def test_dark_is_dark_and_forced_colours_are_the_persons_own(site: str, opened: Open) -> None:
    def background(look: Look) -> str:
        page = opened(look).new_page()
        page.goto(f"{site}/gallery")
        found: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return found

    light, dark = background(Look()), background(Look(colours="dark"))
    assert light == "rgb(255, 255, 255)"
    assert dark == "rgb(18, 25, 31)"
    forced = opened(Look(forced_colours=True)).new_page()
    forced.goto(f"{site}/gallery")
    assert forced.evaluate("matchMedia('(forced-colors: active)').matches")
    border = "getComputedStyle(document.querySelector('.govuk-button')).borderTopStyle"
    assert forced.evaluate(border) == "solid"


@pytest.mark.parametrize("size", [(1280, 900), NARROW])
def test_everything_to_press_is_large_enough(
    site: str, opened: Open, size: tuple[int, int]
) -> None:
    page = opened(Look(size=size)).new_page()
    page.goto(f"{site}/gallery")
    for found in page.evaluate(SIZES):
        if found["inline"]:
            continue
        assert found["height"] >= 24, found
        assert found["width"] >= 24, found
    for button in page.locator("main .govuk-button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44


def test_both_answers_have_the_same_size(site: str, opened: Open) -> None:
    for size in ((1280, 900), NARROW):
        page = opened(Look(size=size)).new_page()
        page.goto(f"{site}/gallery")
        yes = page.get_by_role("button", name="Yes").bounding_box()
        no = page.get_by_role("button", name="No").bounding_box()
        assert yes is not None
        assert no is not None
        assert abs(yes["width"] - no["width"]) <= 1
        assert abs(yes["height"] - no["height"]) <= 1


def test_pages_ask_only_this_service_and_stay_small(site: str, opened: Open) -> None:
    page = opened(Look()).new_page()
    seen: list[tuple[str, int]] = []
    page.on("response", lambda answer: seen.append((answer.url, len(answer.body()))))
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.goto(f"{site}/gallery")
    assert all(url.startswith(site) for url, _ in seen)
    assert sum(size for _, size in seen) <= 60_000
    assert problems == []


def test_paper_gets_the_content_and_not_the_controls(site: str, opened: Open) -> None:
    page = opened(Look()).new_page()
    page.goto(f"{site}/done")
    page.emulate_media(media="print")
    assert page.get_by_role("heading", level=1).is_visible()
    assert not page.get_by_role("navigation").is_visible()
    assert not page.locator("footer").is_visible()
    assert page.pdf(format="A4")[:5] == b"%PDF-"


def press_until(page: Page, label: str) -> None:
    """Press Tab until the field with this label has the focus."""
    wanted = page.get_by_label(label, exact=True).get_attribute("id")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == wanted:
            return
    raise AssertionError(f"the keyboard never reaches {label}")
