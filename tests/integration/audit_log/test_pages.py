# SPDX-License-Identifier: Apache-2.0
"""The officer's pages as a browser without JavaScript uses them."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
import requests

from audit_log.domain.proof import parse_proof
from tests.fakes.log_factories import DATASET, ISSUER, Speaker, fact
from tests.support.log_node import LogNode
from tests.support.tokens import sign_in_at

_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_ENTRY = re.compile(r'href="/entries/(\d+)"')


@dataclass
class Browser:
    """One person's browser at the log."""

    node: LogNode
    session: requests.Session = field(default_factory=requests.Session)

    def sign_in(self, login: str) -> "Browser":
        begun = self.session.get(f"{self.node.url}/sign-in", allow_redirects=False, timeout=30)
        given = sign_in_at(self.node.idp.issuer, begun.headers["Location"], login)
        done = self.session.get(
            f"{self.node.url}/sign-in/callback", params=given, allow_redirects=False, timeout=30
        )
        assert done.status_code == 303, done.text
        return self

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.node.url + path, allow_redirects=False, timeout=30)

    def search(self, fields: Mapping[str, str]) -> requests.Response:
        token = _CSRF.search(self.get("/").text.partition("<main")[2])
        assert token is not None
        return self.session.post(
            self.node.url + "/search",
            data={"csrf_token": token[1], **fields},
            headers={"Origin": self.node.url, "Referer": f"{self.node.url}/"},
            allow_redirects=False,
            timeout=30,
        )


@pytest.fixture(scope="module")
def otto(node: LogNode) -> Browser:
    speaker = Speaker()
    node.send(*speaker.say_many(70), speaker.say(fact(decision="deny", dataset="GDI-ZZ-DATASET-2")))
    node.settle()
    return Browser(node).sign_in("otto")


def test_an_officer_finds_an_entry_and_sees_its_proof_checked(node: LogNode, otto: Browser) -> None:
    answer = otto.search({"dataset": "GDI-ZZ-DATASET-2"})
    assert answer.status_code == 200
    (index,) = _ENTRY.findall(answer.text)
    assert "A request for data was decided" in answer.text
    assert "Refused" in answer.text
    assert "recorded in the log" in answer.text
    page = html.unescape(otto.get(f"/entries/{index}").text)
    for words in ("Verified", "Signed root", "who acted", "whose data: 1 person", DATASET[:6]):
        assert words in page
    size = int(node.get("/v1/log", node.otto()).json()["size"])
    assert f"This entry is leaf {index} of the log with {size} entries." in page
    proof = otto.get(f"/entries/{index}/proof")
    assert proof.headers["Content-Disposition"].endswith(f'"entry-{index}.tlog-proof"')
    assert parse_proof(proof.text).index == int(index)
    assert page.count('scope="row"') == len(parse_proof(proof.text).path)


def test_results_go_on_where_a_page_ends(otto: Browser) -> None:
    first = otto.search({"dataset": DATASET})
    shown = _ENTRY.findall(first.text)
    assert len(shown) == 50
    fields = dict(re.findall(r'name="(after|as_of)" value="(\d+)"', first.text))
    second = otto.search({"dataset": DATASET, **fields})
    rest = _ENTRY.findall(second.text)
    assert len(rest) == 20
    assert not set(rest) & set(shown)
    assert "Show older entries" not in second.text


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"subject": "rita", "issuer": ISSUER, "dataset": "GDI-ZZ-DATASET-2"}, 1),
        ({"subject": "nobody", "issuer": ISSUER}, 0),
        ({"dataset": DATASET, "ordinal": "7", "decision": "deny"}, 1),
        ({"dataset": "GDI-ZZ-DATASET-2", "until": "2026-11-21"}, 0),
        ({"dataset": "GDI-ZZ-DATASET-2", "since": "2026-11-22", "until": "2026-11-22"}, 1),
        ({"type": "placet.sys.start.v1", "until": "2020-01-01"}, 0),
    ],
)
def test_each_field_narrows_the_search(
    otto: Browser, fields: Mapping[str, str], found: int
) -> None:
    answer = otto.search(fields)
    assert len(_ENTRY.findall(answer.text)) == found
    assert ("No entry matches." in answer.text) == (found == 0)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"ordinal": "7"}, "Name the dataset in which the person has this number"),
        ({"ordinal": "-7", "dataset": DATASET}, "Enter a whole number"),
        ({"since": "22.11.2026"}, "Enter a date such as 2026-11-22"),
        ({"dataset": "two words"}, "not a dataset identifier"),
    ],
)
def test_a_form_with_faults_comes_back_with_them(
    otto: Browser, fields: Mapping[str, str], fault: str
) -> None:
    answer = otto.search(fields)
    assert answer.status_code == 422
    assert fault in answer.text
    assert "<title>Error:" in answer.text


def test_what_is_looked_for_stands_in_no_address(otto: Browser) -> None:
    answer = otto.search({"subject": "MARKER", "issuer": ISSUER})
    assert "MARKER" not in answer.url
    assert 'value="MARKER"' not in answer.text.partition("<main")[0]


def test_without_sign_in_or_scope_nothing_is_shown(node: LogNode) -> None:
    stranger = Browser(node)
    for path in ("/", "/entries/1", "/entries/1/proof"):
        answer = stranger.get(path)
        assert answer.status_code in {302, 303}
        assert "/sign-in" in answer.headers["Location"]
    rita = Browser(node).sign_in("rita")
    assert rita.get("/").status_code == 403


def test_an_unknown_entry_is_a_page_that_says_so(otto: Browser) -> None:
    answer = otto.get("/entries/999999")
    assert answer.status_code == 404
    assert "text/html" in answer.headers["Content-Type"]


def test_a_search_up_to_the_last_day_of_the_calendar_is_answered(otto: Browser) -> None:
    answer = otto.search({"dataset": "GDI-ZZ-DATASET-2", "until": "9999-12-31"})
    assert answer.status_code == 200
    assert len(_ENTRY.findall(answer.text)) == 1
