# SPDX-License-Identifier: Apache-2.0
"""Holds, erasures that wait and terms, over HTTP and on the officers' page."""

import re
from collections.abc import Mapping

import pytest

from audit_log.bootstrap.working import create_retainer
from shared.clock import from_rfc3339
from shared.events import Subject
from tests.fakes.log_factories import Speaker, fact
from tests.integration.audit_log.test_pages import Browser
from tests.support.log_node import LogNode

_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
SCOPES = ("holds.manage", "log.search")
DATASET = "GDI-ZZ-DATASET-5"


def person(ordinal: int) -> dict[str, object]:
    return {"dataset": DATASET, "ordinal": ordinal}


@pytest.fixture(scope="module")
def spoken(node: LogNode) -> Speaker:
    speaker = Speaker(epoch=500)
    people = [Subject(dataset=DATASET, ordinal=n) for n in range(5)]
    node.send(*[speaker.say(fact(subjects=(one,), dataset=DATASET)) for one in people])
    node.settle()
    return speaker


def erase(node: LogNode, ordinal: int) -> tuple[int, dict[str, object]]:
    token = node.service("story", "subjects.erase")
    body = {"person": person(ordinal), "ground": "gdpr_17_1_b"}
    answer = node.post("/v1/erasures", body, token)
    said: dict[str, object] = answer.json()
    return answer.status_code, said


def found(node: LogNode, ordinal: int) -> int:
    answer = node.post("/v1/search", {"person": person(ordinal)}, node.otto()).json()
    assert answer["dropped"] == []
    return len([one for one in answer["entries"] if one["entry"]["src"] != "zz/audit_log/1"])


def retain(node: LogNode) -> None:
    retainer = create_retainer(node.parts)
    while retainer.step():
        pass
    node.settle()


def test_an_erasure_says_by_when_the_last_copy_is_gone(node: LogNode, spoken: Speaker) -> None:
    status, said = erase(node, 0)
    assert (status, said["state"], said["code"], said["open"]) == (201, "done", None, [])
    token = node.service("story", "subjects.erase")
    state = node.get(f"/v1/erasures/{said['erasure_id']}", token).json()
    assert state["complete_by"] == said["complete_by"]
    copies = state["copies"]
    assert set(copies) == {"database", "quarantine", "backups"}
    assert from_rfc3339(state["complete_by"]) == max(map(from_rfc3339, copies.values()))
    answer = node.get("/v1/erasures/none", token)
    assert (answer.status_code, answer.json()["code"]) == (404, "erasure_unknown")


def test_a_held_erasure_waits_in_sight_and_two_officers_let_it_go(
    node: LogNode, spoken: Speaker
) -> None:
    otto, olga = (node.person(name, *SCOPES) for name in ("otto", "olga"))
    body = {"kind": "person", "authority": "court_order_7", **person(1)}
    hold = node.post("/v1/holds", body, otto).json()
    assert (hold["state"], hold["placed_by"]) == ("in_force", "person-otto")
    assert DATASET not in str(node.get("/v1/holds", otto).json())
    status, said = erase(node, 1)
    assert (status, said["state"], said["code"]) == (202, "waiting", "erasure_held")
    assert found(node, 1) == 1
    step = f"/v1/holds/{hold['id']}"
    answer = node.post(step, {"action": "lift"}, olga)
    assert (answer.status_code, answer.json()["code"]) == (403, "hold_needs_another")
    assert node.post(step, {"action": "ask_lift"}, otto).json()["state"] == "lift_asked"
    assert node.post(step, {"action": "lift"}, otto).status_code == 403
    retain(node)
    assert found(node, 1) == 1
    assert node.post(step, {"action": "lift"}, olga).json()["state"] == "lifted"
    assert node.post(step, {"action": "lift"}, olga).json()["code"] == "hold_lifted"
    retain(node)
    assert found(node, 1) == 0
    token = node.service("story", "subjects.erase")
    state = node.get(f"/v1/erasures/{said['erasure_id']}", token).json()
    assert (state["state"], state["code"]) == ("done", None)
    assert state["complete_by"] is not None


def test_a_hold_names_a_case_of_this_node_and_holds_what_the_case_is_about(
    node: LogNode, spoken: Speaker
) -> None:
    case = node.agreed("subj")
    otto = node.person("otto", *SCOPES)
    body = {"kind": "case", "authority": "court_order_8", "matter": case}
    placed = node.post("/v1/holds", body, otto)
    assert (placed.status_code, placed.json()["matter"]) == (201, case)
    assert erase(node, 4)[0] == 202
    unknown = {**body, "matter": "018bcfe5-6801-7000-8000-000000000000"}
    fault = node.post("/v1/holds", unknown, otto).json()["errors"][0]
    assert fault["pointer"] == "/matter"
    body = {"reason": "complaint"}
    empty = node.post("/v1/cases", body, node.otto()).json()["id"]
    fault = node.post("/v1/holds", {**unknown, "matter": empty}, otto).json()["errors"][0]
    assert fault["pointer"] == "/entries"
    step = f"/v1/holds/{placed.json()['id']}"
    node.post(step, {"action": "ask_lift"}, otto)
    assert node.post(step, {"action": "lift"}, node.person("olga", *SCOPES)).status_code == 200
    retain(node)
    assert found(node, 4) == 0


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "person", "authority": "a_1", "dataset": DATASET}, "/ordinal"),
        ({"kind": "dataset", "authority": "because", "permit": "p"}, "/dataset"),
        ({"kind": "case", "authority": "A 1", "matter": "case_1", "entries": [1]}, "/authority"),
        ({"kind": "nobody", "authority": "a_1"}, "/kind"),
    ],
)
def test_a_hold_that_names_nothing_is_refused_with_pointers(
    node: LogNode, body: dict[str, object], pointer: str
) -> None:
    answer = node.post("/v1/holds", body, node.person("otto", *SCOPES))
    assert answer.status_code == 422
    assert pointer in [one["pointer"] for one in answer.json()["errors"]]


def test_terms_are_told_with_their_bounds(node: LogNode) -> None:
    told = node.get("/v1/retention", node.otto()).json()
    access = next(one for one in told["classes"] if one["name"] == "access")
    assert access == {"name": "access", "months": 13, "floor": 12, "ceiling": 120}
    assert (told["types"], told["dropped"]) == ({}, [])


class Desk:
    """One officer's browser at the page."""

    def __init__(self, node: LogNode, login: str) -> None:
        self.node = node
        self.browser = Browser(node).sign_in(login)

    def page(self) -> str:
        answer = self.browser.get("/keeping")
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, path: str, fields: Mapping[str, str]) -> int:
        token = _CSRF.search(self.page().partition("<main")[2])
        assert token is not None
        answer = self.browser.session.post(
            self.node.url + path,
            data={"csrf_token": token[1], **fields},
            headers={"Origin": self.node.url, "Referer": f"{self.node.url}/keeping"},
            allow_redirects=False,
            timeout=30,
        )
        return answer.status_code


def test_officers_place_and_lift_a_hold_on_the_page(node: LogNode, spoken: Speaker) -> None:
    otto, olga = Desk(node, "otto"), Desk(node, "olga")
    assert otto.send("/keeping/holds", {"kind": "person", "authority": "court_order_8"}) == 422
    fields = {"kind": "person", "authority": "court_order_8", "dataset": DATASET, "ordinal": "2"}
    assert otto.send("/keeping/holds", fields) == 303
    status, said = erase(node, 2)
    assert status == 202
    page = olga.page()
    for words in ("court_order_8", "In force", "Waits for a legal hold", str(said["erasure_id"])):
        assert words in page
    (asked,) = re.findall(r'action="(/keeping/holds/[^"]+/ask-lift)"', page)
    assert otto.send(asked, {}) == 303
    assert asked.replace("ask-lift", "lift") not in otto.page()
    assert olga.send(asked.replace("ask-lift", "lift"), {}) == 303
    retain(node)
    page = olga.page()
    assert "Lifted" in page
    assert "Waits for a legal hold" not in page
    assert found(node, 2) == 0
