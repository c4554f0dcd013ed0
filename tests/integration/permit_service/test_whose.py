# SPDX-License-Identifier: Apache-2.0
"""Nobody reaches through the API what is somebody else's: every address, every kind of caller.

Rita is the researcher whose things are reached for, `stranger` another one, Dora the authority.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
import requests

from permit_service.bootstrap import create_app
from tests.support.permit_node import REASONS, SUBMISSION, PermitNode, permit_node
from tests.support.whose import Row, guarded, nobody_else_passes, those_named_pass

AUTHORITY = ("applications.decide", "applications.read", "permits.read", "permits.revoke")
PERSONS: Mapping[str, tuple[str, ...]] = {
    "rita": ("applications.submit", "visas.read"),
    "stranger": ("applications.submit", "visas.read"),
    "dora": AUTHORITY,
}
SERVICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "node": ("clearinghouse", ("feed.read", "visas.read")),
    "registry": ("consent_registry", ("messages.write",)),
    "log": ("audit_log", ("decisions.read",)),
    "foreign": ("story", ("messages.write",)),
}
EVERYBODY = (*PERSONS, *SERVICES)
CASE = "/v1/applications/<application_id>"
RULING = {
    "clause": "IRB",
    "question": "ethics_approval_pending",
    "value": "",
    "answer": "yes",
    "reasons": REASONS,
}
ROWS = (
    Row(
        door="GET /api/permissions/<user>",
        through=("rita", "node"),
        thing={"user": "rita"},
        query="?iss={issuer}",
    ),
    Row(door="POST /v1/decisions", through=("log",)),
    Row(door="GET /v1/applications", through=("rita", "stranger", "dora")),
    Row(door="POST /v1/applications", through=("rita", "stranger")),
    Row(door=f"GET {CASE}", through=("rita", "dora"), thing={"application_id": "case"}),
    Row(door=f"GET {CASE}/cohort", through=("dora",), thing={"application_id": "case"}),
    Row(door=f"GET {CASE}/rulings", through=("dora",), thing={"application_id": "case"}),
    Row(
        door=f"POST {CASE}/rulings",
        through=("dora",),
        thing={"application_id": "case"},
        body=RULING,
        says=201,
    ),
    Row(
        door=f"POST {CASE}/rulings/<ruling_id>/withdrawal",
        through=("dora",),
        thing={"application_id": "ruled", "ruling_id": "ruling"},
        body={"reasons": REASONS},
        says=201,
    ),
    Row(
        door=f"POST {CASE}/decisions",
        through=("dora",),
        thing={"application_id": "case"},
        body={"decision": "refuse", "reasons": REASONS},
        says=201,
    ),
    Row(door="GET /v1/permits/<permit_id>", through=("dora",), thing={"permit_id": "permit"}),
    Row(
        door="POST /v1/permits/<permit_id>/revocations",
        through=("dora",),
        thing={"permit_id": "permit"},
        body={"reasons": REASONS},
        says=201,
    ),
    Row(door="GET /v1/feed", through=("node",)),
    Row(door="GET /v1/feed/snapshot", through=("node",)),
    Row(door="POST /v1/messages", through=("registry",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A permit_service in which Rita has one of everything, and everybody's tokens."""

    node: PermitNode
    named: Mapping[str, str]
    tokens: Mapping[str, str]

    def ask(self, method: str, path: str, body: object, who: str) -> requests.Response:
        return requests.request(
            method,
            self.node.url + path.replace("{issuer}", self.node.idp.issuer),
            headers={"Authorization": f"Bearer {self.tokens[who]}"},
            json=body,
            timeout=60,
        )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with permit_node(tmp_path_factory.mktemp("whose")) as node:
        tokens = {who: node.person(who, *scopes) for who, scopes in PERSONS.items()}
        tokens |= {
            name: node.service(client, *scopes) for name, (client, scopes) in SERVICES.items()
        }
        ruled = node.apply()
        given = node.post(f"/v1/applications/{ruled}/rulings", RULING, node.dora())
        assert given.status_code == 201, given.text
        named = {
            "rita": "person-rita",
            "permit": node.grant(),
            "case": node.apply(),
            "ruled": ruled,
            "ruling": given.json()["ruling_id"],
        }
        yield Place(node=node, named=named, tokens=tokens)


def test_every_address_is_in_a_row(place: Place) -> None:
    assert set(guarded(create_app(place.node.parts))) == {one.door for one in ROWS}


@pytest.mark.parametrize("one", ROWS, ids=lambda one: one.door)
def test_nobody_else_gets_through_and_those_named_do(place: Place, one: Row) -> None:
    nobody_else_passes(one, EVERYBODY, place.named, place.ask)
    those_named_pass(one, place.named, place.ask)


def test_a_researchers_list_has_her_own_applications_alone(place: Place) -> None:
    def listed(who: str) -> set[str]:
        found = place.ask("GET", "/v1/applications", None, who).json()["applications"]
        return {one["application_id"] for one in found}

    mine = place.ask("POST", "/v1/applications", SUBMISSION, "stranger").json()["application_id"]
    assert listed("stranger") == {mine}
    assert {place.named["case"], place.named["ruled"]} <= listed("rita") <= listed("dora")
    assert mine not in listed("rita")
