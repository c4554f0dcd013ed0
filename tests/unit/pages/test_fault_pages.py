# SPDX-License-Identifier: Apache-2.0
"""Errors as pages for browsers and as problem documents for programs."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared.errors import FieldFault
from shared.pages.forms import field_id, form_errors

PAGE = {"Accept": "text/html"}


@pytest.fixture
def browser(service: Flask) -> FlaskClient:
    return service.test_client()


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, "Page not found"),
        ("/sign-out", 405, "This page cannot be used in that way"),
        ("/fail/conflict", 409, "It was decided before."),
        ("/fail/input", 422, "The input is wrong."),
        ("/fail/badly", 500, "Something went wrong"),
        ("/sign-in", 503, "This does not work right now"),
        ("/sign-in/callback?code=x&state=y", 400, "The sign-in did not work"),
    ],
)
def test_a_browser_gets_a_page(browser: FlaskClient, path: str, status: int, words: str) -> None:
    answer = browser.get(path, headers=PAGE)
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert words in answer.text
    assert answer.text.count("<h1>") == 1
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "give this reference:" in answer.text


@pytest.mark.parametrize("accept", ["application/json", "application/problem+json"])
def test_a_program_gets_a_problem(browser: FlaskClient, accept: str) -> None:
    answer = browser.get("/fail/conflict", headers={"Accept": accept})
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["code"] == "conflict"


@pytest.mark.parametrize("path", ["/v1/nothing", "/api/nothing", "/log/nothing"])
def test_the_api_never_answers_with_a_page(browser: FlaskClient, path: str) -> None:
    answer = browser.get(path, headers=PAGE)
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_a_page_never_shows_what_broke(browser: FlaskClient) -> None:
    answer = browser.get("/fail/badly", headers=PAGE)
    assert "Marker" not in answer.text
    assert "RuntimeError" not in answer.text


def test_a_failed_sign_in_offers_to_begin_again(browser: FlaskClient) -> None:
    answer = browser.get("/sign-in/callback?code=x&state=y", headers=PAGE)
    assert 'href="/sign-in"' in answer.text.split("<main", 1)[1]


@pytest.mark.parametrize(
    ("pointer", "field"),
    [
        ("/title", "title"),
        ("/purpose/category", "purpose-category"),
        ("/a~1b/0", "a/b-0"),
        ("", ""),
    ],
)
def test_a_pointer_names_its_field(pointer: str, field: str) -> None:
    assert field_id(pointer) == field


def test_a_fault_of_the_whole_form_leads_to_the_page() -> None:
    (found,) = form_errors([FieldFault("", "odd")])
    assert found.field == "main-content"
