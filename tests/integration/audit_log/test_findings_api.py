# SPDX-License-Identifier: Apache-2.0
"""Findings over HTTP and on the officer's pages: listed, taken on, closed for good, each said."""

import html
import re
from datetime import timedelta

import pytest
import requests

from audit_log.bootstrap import create_watcher
from shared.entries import parse_entry
from shared.events import Fact
from tests.fakes.log_factories import TRACE, Speaker
from tests.integration.audit_log.test_pages import Browser
from tests.support.log_node import OFFICER_SCOPES, LogNode

_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
MANAGING = (*OFFICER_SCOPES, "findings.manage")


def examine(node: LogNode) -> None:
    node.settle()
    watcher = create_watcher(node.parts)
    while watcher.step():
        pass


@pytest.fixture(scope="module")
def found(node: LogNode) -> LogNode:
    """A log with five findings: entries whose producer's clock is an hour ahead."""
    now = node.parts.clock.now()
    for number in range(5):
        src, client = f"zz/node-{number}/1", f"node-{number}"
        node.add(src, client)
        ahead = Fact(
            type="placet.sys.start.v1",
            occurred_at=now + timedelta(hours=1),
            trace_id=TRACE,
        )
        sealed = Speaker(src).say(ahead)
        with node.parts.transaction() as log:
            log.take_in(src, [(sealed.entry, sealed.sealed)], now)
    examine(node)
    return node


def manager(node: LogNode) -> str:
    return node.person("otto", *MANAGING)


def said(node: LogNode, kind: str) -> list[object]:
    node.settle()
    with node.parts.transaction() as log:
        newest = log.reader.newest()
        assert newest is not None
        raw = [one for n in range(-(-newest.size // 256)) for one in log.reader.bundle(n)]
    entries = [parse_entry(one) for one in raw]
    return [one.extra["finding"] for one in entries if one.type == f"placet.finding.{kind}.v1"]


def listed(node: LogNode, **query: str) -> requests.Response:
    return node.get("/v1/findings", node.otto(), **query)


def test_pages_follow_each_other_by_key(found: LogNode) -> None:
    first = listed(found, limit="3").json()
    second = listed(found, limit="3", before=str(first["next"])).json()
    ids = [one["id"] for page in (first, second) for one in page["findings"]]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 5
    assert second["next"] is None
    one = first["findings"][0]
    assert (one["rule"], one["code"], one["severity"], one["state"]) == (
        *("R6", "clock_ahead", "minor", "open"),
    )
    assert one["evidence"]
    assert found.get(f"/v1/findings/{one['id']}", found.otto()).json() == one


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"rule": "R6"}, 5),
        ({"rule": "R7"}, 0),
        ({"severity": "minor"}, 5),
        ({"severity": "critical"}, 0),
        ({"state": "closed"}, 0),
        ({"state": "open"}, 5),
    ],
)
def test_findings_are_narrowed(found: LogNode, query: dict[str, str], number: int) -> None:
    assert len(listed(found, **query).json()["findings"]) == number


@pytest.mark.parametrize("query", [{"rule": "R17"}, {"state": "gone"}, {"limit": "0"}])
def test_a_question_that_nothing_can_match_is_refused(
    found: LogNode, query: dict[str, str]
) -> None:
    assert listed(found, **query).status_code == 422


def test_a_finding_is_taken_on_and_closed_for_good(found: LogNode) -> None:
    number = listed(found).json()["findings"][-1]["id"]
    path = f"/v1/findings/{number}"
    assert found.post(path, {"action": "assign"}, found.otto()).status_code == 403
    taken = found.post(path, {"action": "assign"}, manager(found)).json()
    assert (taken["state"], taken["owner"]) == ("assigned", "person-otto")
    given = found.post(path, {"action": "assign", "owner": "person-olga"}, manager(found)).json()
    assert given["owner"] == "person-olga"
    closed = found.post(path, {"action": "close", "reason": "explained"}, manager(found)).json()
    assert (closed["state"], closed["closed_reason"]) == ("closed", "explained")
    again = found.post(path, {"action": "close", "reason": "explained"}, manager(found))
    assert (again.status_code, again.json()["code"]) == (409, "finding_closed")
    assert said(found, "assigned") == [number, number]
    assert said(found, "closed") == [number]
    assert [one["id"] for one in listed(found, state="closed").json()["findings"]] == [number]
    examine(found)  # nothing opens it again
    assert len(listed(found).json()["findings"]) == 5


@pytest.mark.parametrize(
    "body",
    [
        {"action": "close"},
        {"action": "close", "reason": "No code"},
        {"action": "close", "reason": "x", "owner": "y"},
        {"action": "assign", "reason": "x"},
        {"action": "delete"},
    ],
)
def test_a_change_that_means_nothing_changes_nothing(found: LogNode, body: dict[str, str]) -> None:
    number = listed(found).json()["findings"][0]["id"]
    assert found.post(f"/v1/findings/{number}", body, manager(found)).status_code == 422
    assert found.get(f"/v1/findings/{number}", found.otto()).json()["state"] == "open"


def test_an_unknown_finding_is_not_there(found: LogNode) -> None:
    assert found.get("/v1/findings/4711", found.otto()).status_code == 404
    body = {"action": "assign"}
    assert found.post("/v1/findings/4711", body, manager(found)).status_code == 404


def test_the_rules_say_what_they_cover(found: LogNode) -> None:
    body = found.get("/v1/rules", found.otto()).json()
    (check,) = [one for one in body["checks"] if one["name"] == "entries"]
    assert 0 < check["next"] <= body["size"]
    rules = {one["id"]: one for one in body["rules"]}
    assert len(rules) == 17
    assert rules["R6"]["open"] >= 4
    assert rules["R7"]["thresholds"] == {"grace": 30}
    assert rules["R14"]["missing"]


def send(browser: Browser, path: str, **fields: str) -> requests.Response:
    shown = browser.get(path.rpartition("/")[0]).text
    token = _CSRF.search(shown.partition("<main")[2])
    assert token is not None
    return browser.session.post(
        browser.node.url + path,
        data={"csrf_token": token[1], **fields},
        headers={"Origin": browser.node.url, "Referer": f"{browser.node.url}/"},
        allow_redirects=False,
        timeout=30,
    )


def test_an_officer_works_on_a_finding_without_javascript(found: LogNode) -> None:
    otto = Browser(found).sign_in("otto")
    shown = otto.get("/findings?state=open&rule=R6&severity=nonsense")
    assert shown.status_code == 200
    assert "<script" not in shown.text
    number = re.findall(r'href="/findings/(\d+)"', shown.text)[0]
    page = html.unescape(otto.get(f"/findings/{number}").text)
    assert "clock_ahead" in page
    assert re.search(r'href="/entries/\d+"', page)
    assert send(otto, f"/findings/{number}/take").status_code == 303
    assert "Being looked at" in otto.get(f"/findings/{number}").text
    unsaid = send(otto, f"/findings/{number}/close")
    assert unsaid.status_code == 422
    assert send(otto, f"/findings/{number}/close", reason="corrected").status_code == 303
    page = html.unescape(otto.get(f"/findings/{number}").text)
    assert "It was wrong, and it has been put right" in page
    assert "Close the finding" not in page
    assert otto.get("/findings/4711").status_code == 404
