# SPDX-License-Identifier: Apache-2.0
"""A real browser: playwright on the system's chromium, with a fresh profile each time.

Nothing is downloaded; the browser's own background traffic is switched off, so that every request
it makes is one that a page asked for.
"""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

WIDE: Final = (1280, 900)
NARROW: Final = (320, 640)
_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_TIMEOUT_MILLISECONDS: Final = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the browser shows pages."""

    size: tuple[int, int] = WIDE
    javascript: bool = True
    colours: Literal["light", "dark"] = "light"
    forced_colours: bool = False


class Open(Protocol):
    """Opens windows of a running browser."""

    def __call__(self, look: Look | None = None) -> BrowserContext:
        """Open a window with nothing in it and nobody signed in."""
        ...


@contextlib.contextmanager
def browser() -> Iterator[Open]:
    """Start a browser on an empty profile of its own; give the function that opens windows.

    Each window has its own empty cookies and storage, as if on a machine of its own; all close
    with the browser. Only one browser runs at a time: playwright allows no second.
    Raises AssertionError when the machine has no chromium: a browser test is never passed over.
    """
    chromium = shutil.which("chromium")
    assert chromium is not None, "chromium is not installed"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium, headless=True, chromium_sandbox=False, args=list(_ARGUMENTS)
        )

        def window(look: Look | None = None) -> BrowserContext:
            return _window(started, look or Look())

        try:
            yield window
        finally:
            started.close()


def _window(started: Browser, look: Look) -> BrowserContext:
    context = started.new_context(
        viewport={"width": look.size[0], "height": look.size[1]},
        java_script_enabled=look.javascript,
        color_scheme=look.colours,
        forced_colors="active" if look.forced_colours else "none",
    )
    context.set_default_timeout(_TIMEOUT_MILLISECONDS)
    return context


def overflow(page: Page) -> int:
    """Give how many CSS pixels a page is wider than its window, once its styles are there.

    Whoever has just sent a form may be on a page whose style sheet is still on its way.
    """
    page.wait_for_load_state("load")
    found: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return found


def sign_in(page: Page, login: str) -> None:
    """Fill in the identity provider's form, on which the page must stand."""
    page.get_by_label("Login name", exact=True).fill(login)
    page.get_by_label("Password", exact=True).fill(login)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
