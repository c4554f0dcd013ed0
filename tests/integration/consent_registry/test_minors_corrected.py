# SPDX-License-Identifier: Apache-2.0
"""Corrections of what was said for a child, over real HTTP: before she is of age, and afterwards.

Gina decides for Kim, who has a sign-in of her own. Bo is a stranger, Stella a consent steward.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.fakes.kernel import SteppingClock
from tests.support.registry_node import (
    AUDIENCE,
    DATASET,
    NEW_DATASET,
    RegistryNode,
    registry_node,
)
from tests.support.registry_world import csv_of, people
from tests.support.tokens import person_token

PAPER = "ab" * 32
KIM = "/v1/participants/P-000000"
CORRECTIONS = f"{KIM}/consents/{DATASET}/corrections"
SCOPES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("kim", "gina", "bo"), ("consents.self",)),
    "stella": ("consents.read", "consents.write"),
}
YEAR = 86_400 * 366
HMB = [{"permission": "HMB"}]
NARROWER = [{"permission": "HMB", "modifiers": [{"code": "NCU"}]}]
WIDER = [{"permission": "GRU"}]


@dataclass(frozen=True, slots=True)
class Family:
    """A registry with a child of fifteen, her guardian and a stranger, on a clock of its own."""

    node: RegistryNode
    clock: SteppingClock

    def ask(self, who: str, method: str, path: str, body: object = None) -> requests.Response:
        """Sign in anew each time: years pass between."""
        token = person_token(self.node.idp.issuer, who, AUDIENCE, SCOPES[who]).access_token
        return self.node.call(method, path, body, token=token)

    def done(self, who: str, method: str, path: str, body: object = None) -> Any:
        answer = self.ask(who, method, path, body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def newest(self) -> str:
        """Give the newest event of Kim's consent."""
        return str(self.done("stella", "GET", f"{KIM}/history")["events"][0]["event_id"])

    def correct(self, who: str, alternatives: object, event: str) -> tuple[int, str]:
        body = {
            "event_id": event,
            "alternatives": alternatives,
            "why": "A slip of the pen.",
            "evidence": PAPER,
        }
        answer = self.ask(who, "POST", CORRECTIONS, body)
        return answer.status_code, str(answer.json().get("code", ""))

    def state(self) -> str:
        (found,) = self.done("stella", "GET", f"{KIM}/consents")["consents"]
        return str(found["state"])


@pytest.fixture
def family(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Family]:
    clock = SteppingClock()
    people_here = ("kim", "gina", "bo")
    folder = tmp_path_factory.mktemp("minors")
    with registry_node(folder, clock=clock, participants=people_here) as node:
        made = Family(node, clock)
        made.done("stella", "POST", "/v1/datasets", dict(NEW_DATASET))
        node.take_in(csv_of(people(2)))
        node.work()
        for login, number in (("kim", 0), ("bo", 1)):
            link = {"issuer": node.idp.issuer, "subject": f"person-{login}"}
            made.done("stella", "PUT", f"/v1/participants/P-{number:06}/link", link)
        made.done("stella", "POST", f"{KIM}/withdrawals", {})
        mandate = {
            "kind": "guardian",
            "holder": "her mother",
            "evidence": PAPER,
            "issuer": node.idp.issuer,
            "subject": "person-gina",
            "joint": False,
            "born_on": f"{clock.now().year - 15}-01-01",
        }
        made.done("stella", "POST", f"{KIM}/mandates", mandate)
        yield made


def decide(family: Family) -> str:
    """Have Gina allow health research in Kim's place; give the event."""
    body = {"dataset": DATASET, "alternatives": HMB}
    assert family.done("gina", "POST", f"{KIM}/guardian-decisions", body)["state"] == "recorded"
    assert family.state() == "given"
    return family.newest()


def test_a_correction_is_a_desks_and_allows_nothing_in_a_guardians_place(family: Family) -> None:
    event = decide(family)
    for who in ("kim", "gina", "bo"):
        for said in ([], NARROWER, WIDER):
            assert family.correct(who, said, event) == (403, "forbidden"), who
    for said in (NARROWER, WIDER):
        assert family.correct("stella", said, event) == (409, "guardian_must_sign")
    assert family.newest() == event, "nothing was recorded"
    assert family.correct("stella", [], event)[0] == 201, "what narrows needs nobody"
    assert family.state() == "refused"


def test_what_a_guardian_said_is_no_more_to_be_corrected_once_she_is_of_age(
    family: Family,
) -> None:
    event = decide(family)
    family.clock.pass_time(4 * YEAR)
    assert family.state() != "given"
    for said in ([], NARROWER, WIDER):
        status, code = family.correct("stella", said, event)
        assert (status, code) == (409, "nothing_to_correct")
    decision = {"dataset": DATASET, "alternatives": HMB}
    for path, body in (("guardian-decisions", decision), ("withdrawals", {})):
        assert family.ask("gina", "POST", f"{KIM}/{path}", body).status_code == 403, path
    family.done("kim", "PUT", f"{KIM}/consents/{DATASET}", {"alternatives": HMB})
    own = family.newest()
    for who in ("gina", "bo", "kim"):
        assert family.correct(who, NARROWER, own) == (403, "forbidden")
    assert family.correct("stella", WIDER, own)[1] == "approval_missing"
    assert family.correct("stella", NARROWER, own)[0] == 201
    assert family.state() == "given"
