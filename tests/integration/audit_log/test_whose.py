# SPDX-License-Identifier: Apache-2.0
"""Nobody reaches through the API what is somebody else's: every address, every kind of caller.

Otto is the officer whose case, request, search and pack are reached for, Olga another one; the rest
are services. `data_node` is one data node and `other_node` another.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
import requests

from audit_log.bootstrap import create_app
from shared.events import Subject
from tests.fakes.log_factories import DATASET, Speaker, fact
from tests.support.log_node import LogNode, log_node
from tests.support.whose import Row, guarded, nobody_else_passes, those_named_pass

OFFICER = ("findings.manage", "holds.manage", "log.read", "log.reveal", "log.search")
SERVICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "registry": ("consent_registry", ("entries.write", "subjects.erase", "subjects.report")),
    "data_node": ("clearinghouse", ("entries.write",)),
    "other_node": ("permit_service", ("entries.write",)),
    "reader": ("story", ("log.read",)),
    "eraser": ("story", ("subjects.erase",)),
}
OFFICERS = ("otto", "olga")
EVERYBODY = (*OFFICERS, *SERVICES)
READERS = (*OFFICERS, "reader")
SRC = "zz/clearinghouse/1"
CASE, REVEAL = "/v1/cases/<case_id>", "/v1/cases/<case_id>/reveals/<reveal_id>"
OF_CASE = {"case_id": "case"}
OF_REVEAL = {"case_id": "case", "reveal_id": "reveal"}


def row(door: str, *through: str) -> Row:
    return Row(door=door, through=through)


ROWS = (
    *(row(f"GET /log/{what}", *READERS) for what in ("checkpoint", "checkpoint/latest")),
    row("GET /log/tile/<path:rest>", *READERS),
    row("GET /v1/log", *READERS),
    row("GET /v1/proofs/consistency", *READERS),
    row("GET /v1/entries/<int:idx>/proof", *READERS),
    Row(door="GET /v1/producers/<path:src>", through=READERS, thing={"src": "src"}),
    *(row(f"GET /v1/{what}", *OFFICERS) for what in ("findings", "rules", "holds", "retention")),
    row("GET /v1/findings/<int:finding_id>", *OFFICERS),
    row("POST /v1/findings/<int:finding_id>", *OFFICERS),
    row("GET /v1/entries/<int:idx>", *OFFICERS),
    *(row(f"POST /v1/{what}", *OFFICERS) for what in ("search", "queries", "exports", "cases")),
    *(row(f"GET /v1/{what}", *OFFICERS) for what in ("queries", "cases")),
    *(row(f"POST /v1/reports/{what}", *OFFICERS) for what in ("activity", "impact")),
    Row(door=f"GET {CASE}", through=OFFICERS, thing=OF_CASE),
    Row(
        door=f"POST {CASE}/reveals",
        through=OFFICERS,
        thing=OF_CASE,
        body={"indexes": [0], "groups": ["actor"]},
        says=201,
    ),
    Row(
        door=f"POST {REVEAL}",
        through=("olga",),
        thing=OF_REVEAL,
        body={"approved": True},
        knowing=("otto",),
    ),
    Row(door=f"GET {REVEAL}/openings", through=("otto",), thing=OF_REVEAL, knowing=("olga",)),
    Row(door=f"POST {CASE}/close", through=("otto",), thing=OF_CASE, knowing=("olga",)),
    Row(door="GET /v1/queries/<query_id>", through=("otto",), thing={"query_id": "query"}),
    Row(
        door="DELETE /v1/queries/<query_id>",
        through=("otto",),
        thing={"query_id": "query"},
        says=204,
    ),
    Row(door="GET /v1/exports/<export_id>", through=("otto",), thing={"export_id": "export"}),
    Row(
        door="GET /v1/exports/<export_id>/pack",
        through=("otto",),
        thing={"export_id": "export"},
        says=409,  # it is still being made, which nobody else is told
    ),
    row("POST /v1/holds", *OFFICERS),
    Row(
        door="POST /v1/holds/<string:hold_id>",
        through=("olga",),
        thing={"hold_id": "hold"},
        body={"action": "lift"},
        knowing=("otto",),
    ),
    row("POST /v1/erasures", "registry", "eraser"),
    Row(
        door="GET /v1/erasures/<string:erasure_id>",
        through=("registry", "eraser"),
        thing={"erasure_id": "erasure"},
    ),
    *(row(f"POST /v1/subjects/{what}", "registry") for what in ("cohorts", "report")),
    row("POST /v1/intake", "registry", "data_node", "other_node"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A log in which Otto has one of everything, and everybody's tokens."""

    node: LogNode
    named: Mapping[str, str]
    tokens: Mapping[str, str]

    def ask(self, method: str, path: str, body: object, who: str) -> requests.Response:
        return requests.request(
            method,
            self.node.url + path,
            headers={"Authorization": f"Bearer {self.tokens[who]}"},
            json=body,
            timeout=60,
        )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with log_node(tmp_path_factory.mktemp("whose")) as node:
        tokens = {who: node.person(who, *OFFICER) for who in OFFICERS}
        tokens |= {
            name: node.service(client, *scopes) for name, (client, scopes) in SERVICES.items()
        }
        node.add(SRC)
        node.add("zz/permit_service/1", "permit_service")
        about = fact(subjects=(Subject(dataset=DATASET, ordinal=9),))
        speaker = Speaker(SRC)
        assert node.send(*speaker.say_many(3), speaker.say(about)).status_code == 202
        node.settle()

        def made(who: str, path: str, body: object) -> dict[str, str]:
            answer = node.post(path, body, tokens[who])
            assert answer.status_code < 300, answer.text
            found: dict[str, str] = answer.json()
            return found

        case = made("otto", "/v1/cases", {"reason": "complaint"})["id"]
        asking = {"indexes": [0], "groups": ["actor"]}
        held = {"kind": "dataset", "dataset": "GDI-ZZ-DATASET-7", "authority": "court_order_1"}
        hold = made("otto", "/v1/holds", held)["id"]
        made("otto", f"/v1/holds/{hold}", {"action": "ask_lift"})
        saved = {"name": "mine", "hours": 24, "filter": {"dataset": "GDI-ZZ-DATASET-1"}}
        erased = {"person": {"dataset": DATASET, "ordinal": 9}, "ground": "gdpr_17_1_b"}
        named = {
            "src": SRC,
            "case": case,
            "reveal": made("otto", f"/v1/cases/{case}/reveals", asking)["id"],
            "hold": hold,
            "query": made("otto", "/v1/queries", saved)["id"],
            "export": made("otto", "/v1/exports", {"indexes": [0]})["id"],
            "erasure": made("registry", "/v1/erasures", erased)["erasure_id"],
        }
        yield Place(node=node, named=named, tokens=tokens)


def test_every_address_is_in_a_row(place: Place) -> None:
    assert set(guarded(create_app(place.node.parts))) == {one.door for one in ROWS}


@pytest.mark.parametrize("one", ROWS, ids=lambda one: one.door)
def test_nobody_else_gets_through_and_those_named_do(place: Place, one: Row) -> None:
    nobody_else_passes(one, EVERYBODY, place.named, place.ask)
    those_named_pass(one, place.named, place.ask)


def test_a_node_speaks_for_itself_alone(place: Place) -> None:
    speaker = Speaker("zz/permit_service/1")
    for client in ("clearinghouse", "consent_registry"):
        answer = place.node.send(speaker.say(), client_id=client)
        assert (answer.status_code, answer.json()["code"]) == (403, "src_not_yours")
    assert place.node.send(speaker.say(), client_id="permit_service").status_code == 202


def test_an_officer_sees_in_her_list_of_searches_her_own_alone(place: Place) -> None:
    body = {"name": "hers", "hours": 24, "filter": {"dataset": "GDI-ZZ-DATASET-1"}}
    assert place.ask("POST", "/v1/queries", body, "olga").status_code == 201
    for who, name in (("olga", "hers"), ("otto", "mine")):
        found = place.ask("GET", "/v1/queries", None, who).json()["queries"]
        assert {one["name"] for one in found} <= {name}
