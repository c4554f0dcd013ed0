# SPDX-License-Identifier: Apache-2.0
"""Cases, saved searches and reports as two officers' browsers use them."""

import html
import re
from collections.abc import Mapping

import pytest
import requests

from audit_log.bootstrap import create_query_runner
from tests.fakes.log_factories import DATASET, Speaker, fact
from tests.integration.audit_log.test_pages import Browser
from tests.support.log_node import LogNode

_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_CASE = re.compile(r"/cases/([0-9a-f-]{36})$")
_DECIDE = re.compile(r'action="(/cases/[^"]+/decide)"')
_OPEN = re.compile(r'action="(/cases/[^"]+/open)"')
_END = re.compile(r'action="(/queries/[^"]+/end)"')


def send(
    browser: Browser, at: str, path: str, fields: Mapping[str, str | list[str]]
) -> requests.Response:
    token = _CSRF.search(browser.get(at).text.partition("<main")[2])
    assert token is not None
    node = browser.node
    return browser.session.post(
        node.url + path,
        data={"csrf_token": token[1], **fields},
        headers={"Origin": node.url, "Referer": f"{node.url}{at}"},
        allow_redirects=False,
        timeout=30,
    )


@pytest.fixture(scope="module")
def filled(node: LogNode) -> LogNode:
    speaker = Speaker()
    permit = {"permit_id": "permit-1", "jti": "visa-1"}
    node.send(*(speaker.say(fact(permit=permit)) for _ in range(3)))
    node.settle()
    return node


def test_what_is_sealed_is_shown_in_its_case_after_a_second_officers_word(
    filled: LogNode,
) -> None:
    otto = Browser(filled).sign_in("otto")
    olga = Browser(filled).sign_in("olga")
    bad = send(otto, "/cases", "/cases", {"reason": "A Complaint"})
    assert (bad.status_code, "use a code" in bad.text) == (422, True)
    made = send(otto, "/cases", "/cases", {"reason": "complaint", "reference": "dpo/2026/17"})
    found = _CASE.search(made.headers["Location"])
    assert found is not None
    case = f"/cases/{found[1]}"
    index = filled.post("/v1/search", {"dataset": DATASET}, filled.otto()).json()["entries"][0]
    asked: dict[str, str | list[str]] = {"indexes": str(index["idx"]), "groups": ["actor", "subj"]}
    assert send(otto, case, f"{case}/reveals", asked).status_code == 303
    page = otto.get(case).text
    assert "Waits for a second officer" in page
    assert not _DECIDE.search(page), "her own request is not hers to decide"
    action = _DECIDE.search(olga.get(case).text)
    assert action is not None
    own = send(otto, case, action[1], {"answer": "approve"})
    assert (own.status_code, "Another officer must decide" in own.text) == (409, True)
    assert send(olga, case, action[1], {"answer": "approve"}).status_code == 303
    assert not _OPEN.search(olga.get(case).text)
    opening = _OPEN.search(otto.get(case).text)
    assert opening is not None
    assert "rita" not in otto.get(case).text
    shown = html.unescape(send(otto, case, opening[1], {}).text)
    assert '"sub":"rita"' in shown
    assert '"ord":7' in shown
    assert send(olga, case, opening[1], {}).status_code == 409
    assert send(otto, case, f"{case}/close", {}).status_code == 303
    assert send(otto, "/cases", opening[1], {}).status_code == 409


def test_a_saved_search_shows_what_is_new_and_ends(filled: LogNode) -> None:
    otto = Browser(filled).sign_in("otto")
    fields = {"dataset": DATASET, "name": "north", "hours": "24"}
    bad = send(otto, "/", "/queries", {**fields, "name": "Not A Code"})
    assert (bad.status_code, "use a code" in bad.text) == (422, True)
    assert send(otto, "/", "/queries", fields).status_code == 303
    assert "It has not run yet." in otto.get("/queries").text
    while create_query_runner(filled.parts).step():
        pass
    page = otto.get("/queries").text
    assert "New in the last run" in page
    assert re.search(r'href="/entries/\d+"', page)
    action = _END.search(page)
    assert action is not None
    assert send(otto, "/", action[1], {}).status_code == 303
    assert "It was ended" in otto.get("/queries").text


def test_what_a_search_reaches_is_one_page(filled: LogNode) -> None:
    otto = Browser(filled).sign_in("otto")
    page = send(otto, "/", "/report", {"dataset": DATASET, "permit": "permit-1"}).text
    for words in ("Permit 1", "2026-11", DATASET, "&lt;10", "A request for data was decided"):
        assert words in page, words
    results = otto.search({"dataset": DATASET}).text
    assert "entries match." in results
    assert "has not yet been held against the entries" in results or "In run" in results
