# SPDX-License-Identifier: Apache-2.0
"""The layout, its components, headers and files, without any network."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import shared.pages
from tests.support.page_world import HandClock, make_service

STATIC = Path(shared.pages.__file__).parent / "static"
PAGE = {"Accept": "text/html,application/xhtml+xml"}


class Elements(HTMLParser):
    """Collects start tags with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def browser(service: Flask) -> FlaskClient:
    return service.test_client()


def test_a_page_has_language_title_skip_link_and_one_heading(browser: FlaskClient) -> None:
    html = browser.get("/gallery", headers=PAGE).text
    page = Elements(html)
    assert page.named("html")[0]["lang"] == "en"
    assert "<title>Everything - Trial service - Placet</title>" in html
    assert len(page.named("h1")) == 1
    first_link = page.named("a")[0]
    assert first_link["href"] == "#main-content"
    assert [found["id"] for found in page.named("main")] == ["main-content"]


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(browser: FlaskClient) -> None:
    page = Elements(browser.get("/gallery", headers=PAGE).text)
    assert page.named("script") == []
    assert page.named("style") == []
    for tag, attributes in page.tags:
        assert "style" not in attributes, tag
        assert not any(name.startswith("on") for name in attributes), tag
        for name in ("href", "src", "action"):
            target = attributes.get(name) or ""
            assert "//" not in target, (tag, target)


def test_no_answer_is_chosen_beforehand_and_both_look_alike(browser: FlaskClient) -> None:
    page = Elements(browser.get("/gallery", headers=PAGE).text)
    assert not any("checked" in field for field in page.named("input"))
    answers = [button for button in page.named("button") if button.get("name") == "answer"]
    assert len(answers) == 2
    assert answers[0]["class"] == answers[1]["class"]


def test_every_field_has_a_label(browser: FlaskClient) -> None:
    page = Elements(browser.get("/gallery", headers=PAGE).text)
    labelled = {label["for"] for label in page.named("label")}
    fields = [*page.named("input"), *page.named("textarea"), *page.named("select")]
    assert {field["id"] for field in fields if field.get("type") != "hidden"} == labelled
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_a_wrong_form_is_summarised_with_links_to_its_fields(browser: FlaskClient) -> None:
    token = csrf_of(browser.get("/gallery", headers=PAGE).text)
    answer = browser.post("/gallery", data={"csrf_token": token}, headers=PAGE)
    assert answer.status_code == 422
    assert "<title>Error: Everything" in answer.text
    page = Elements(answer.text)
    targets = [str(link["href"])[1:] for link in page.named("a") if "#" in str(link.get("href"))]
    assert targets == ["main-content", "title", "decision", "main-content"]
    ids = {attributes.get("id") for _, attributes in page.tags}
    assert set(targets) <= ids
    title = next(field for field in page.named("input") if field.get("name") == "title")
    assert "title-error" in str(title["aria-describedby"])
    assert answer.text.count("Write a title.") == 2


def test_what_people_type_is_escaped(browser: FlaskClient) -> None:
    html = browser.get("/gallery?dataset=%3Cscript%3E%22%3Cb%3E", headers=PAGE).text
    assert "<script" not in html
    assert html.count("&lt;script&gt;&#34;&lt;b&gt;") == 4


def test_pages_carry_the_strict_policy(browser: FlaskClient) -> None:
    headers = browser.get("/", headers=PAGE).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; script-src 'none';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_production_asks_for_https() -> None:
    client = make_service(HandClock(), development=False).test_client()
    answer = client.get("/", headers=PAGE, base_url="https://trial.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "All people and data here are made up" not in answer.text


def test_the_stylesheet_is_small_own_and_kept_for_a_year(browser: FlaskClient) -> None:
    html = browser.get("/", headers=PAGE).text
    address = next(link["href"] for link in Elements(html).named("link") if "css" in str(link))
    assert address is not None
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "text/css"
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(answer.data) <= 20_000
    assert answer.data == (STATIC / "placet.css").read_bytes()
    assert browser.get("/static/placet.css").status_code == 404
    assert browser.get("/static/../security.py").status_code == 404


def test_the_stylesheet_has_every_mode_and_fetches_nothing() -> None:
    css = (STATIC / "placet.css").read_text()
    for mode in ("prefers-color-scheme: dark", "forced-colors: active", "@media print"):
        assert mode in css
    assert "@import" not in css
    assert "url(" not in css
    assert "@font-face" not in css
    colours = re.findall(r"#[0-9a-f]{3,6}\b", css)
    used_outside_tokens = re.findall(r"^(?!\s*--).*#[0-9a-f]{3,6}\b", css, flags=re.MULTILINE)
    assert colours
    assert used_outside_tokens == []


def test_navigation_marks_the_page_and_hides_what_needs_a_scope(browser: FlaskClient) -> None:
    html = browser.get("/", headers=PAGE).text
    assert '<a href="/" aria-current="page">Start</a>' in html
    assert "Mine" not in html
    assert "Queue" not in html


def csrf_of(html: str) -> str:
    fields = Elements(html).named("input")
    return next(str(field["value"]) for field in fields if field.get("name") == "csrf_token")
