# SPDX-License-Identifier: Apache-2.0
"""The rights desk's JSON API over real HTTP, with tokens of two real people of the desk."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from consent_registry.bootstrap import create_app
from consent_registry.usecases.erasing_parts import erase_next
from tests.fakes.audit_erasure import ForgettingLog
from tests.support.devidp import served
from tests.support.ports import free_port
from tests.support.registry_node import AUDIENCE, DATASET, NEW_DATASET, RegistryNode
from tests.support.registry_world import csv_of, people
from tests.support.tokens import person_token

DESK = ("rights.manage",)


@pytest.fixture(scope="module", autouse=True)
def seeded(node: RegistryNode) -> None:
    token = node.service("consents.write")
    assert node.call("POST", "/v1/datasets", dict(NEW_DATASET), token=token).status_code == 201
    node.take_in(csv_of([*people(2), {"participant": "anna-p", "local_id": "anna"}]))
    node.work()
    link = {"issuer": node.idp.issuer, "subject": "person-anna"}
    answer = node.call("PUT", "/v1/participants/anna-p/link", link, token=token)
    assert answer.status_code == 204, answer.text


@pytest.fixture(scope="module")
def erasing(node: RegistryNode) -> Iterator[RegistryNode]:
    """The same registry once more, at another address, with a log that forgets."""
    tools = replace(node.parts.tools, audit=ForgettingLog())
    parts = replace(node.parts, tools=tools)
    port = free_port()
    with served(create_app(parts), port):
        yield replace(node, url=f"http://127.0.0.1:{port}", parts=parts)


def steward(node: RegistryNode, login: str) -> str:
    return person_token(node.idp.issuer, login, AUDIENCE, DESK).access_token


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def test_a_person_asks_and_the_desk_answers(node: RegistryNode) -> None:
    anna, greta = node.person("anna"), steward(node, "greta")
    path = "/v1/participants/anna-p/rights-requests"
    made = node.call("POST", path, {"right": "restriction"}, token=anna)
    assert made.status_code == 201, made.text
    number = made.json()["request_id"]
    assert (made.json()["state"], made.json()["article"]) == ("open", "18")
    other = node.call("POST", path.replace("anna-p", "P-000001"), {"right": "access"}, token=anna)
    assert code_of(other) == (403, "forbidden")
    waiting = node.call("GET", "/v1/rights-requests", token=greta).json()["requests"]
    assert [one["request_id"] for one in waiting] == [number]
    steps = f"/v1/rights-requests/{number}/steps"
    wrong = node.call("POST", steps, {"step": "refused", "code": "no"}, token=greta)
    assert code_of(wrong) == (422, "validation_failed")
    done = node.call("POST", steps, {"step": "fulfilled"}, token=greta)
    assert done.json()["state"] == "fulfilled"
    again = node.call("POST", steps, {"step": "fulfilled"}, token=greta)
    assert code_of(again) == (409, "rights_step_refused")
    seen = node.call("GET", f"/v1/rights-requests/{number}", token=greta).json()
    assert (seen["participant"], seen["words"]) == ("anna-p", None)
    lifted = node.call("POST", steps, {"step": "lifted"}, token=anna)
    assert lifted.json()["state"] == "lifted"
    mine = node.call("GET", "/v1/rights-requests", token=anna).json()["requests"]
    assert [one["state"] for one in mine] == ["lifted"]


def test_the_file_is_hers_and_without_a_report_that_is_not_connected(node: RegistryNode) -> None:
    path = "/v1/participants/anna-p/own-data"
    found = node.call("GET", path, token=node.person("anna")).json()
    assert (found["format"], found["participant"]) == ("placet/own-data/v1", "anna-p")
    assert found["datasets"][0]["local_id"] == "anna"
    refused = node.call("GET", f"{path}?uses=true", token=node.person("anna"))
    assert code_of(refused) == (503, "who_used_unavailable")


def test_a_level_is_a_withdrawal_with_tasks_and_proof(node: RegistryNode) -> None:
    greta, writing = steward(node, "greta"), node.service("consents.write")
    path = "/v1/participants/P-000001/withdrawals"
    assert code_of(node.call("POST", path, {"level": "all"}, token=writing)) == (
        422,
        "validation_failed",
    )
    done = node.call("POST", path, {"level": "destroy_linkage"}, token=writing)
    assert done.status_code == 201, done.text
    tasks = node.call("GET", "/v1/withdrawal-tasks", token=greta).json()["tasks"]
    kinds = [one["kind"] for one in tasks]
    assert sorted(kinds) == ["close_access", "delete_copies", "destroy_link", "stop_use"]
    task = f"/v1/withdrawal-tasks/{tasks[0]['task_id']}"
    assert node.call("POST", f"{task}/owner", token=greta).json()["taken"]
    closed = node.call("POST", f"{task}/proof", {"proof": "done by G."}, token=greta).json()
    assert len(closed["proof"]) == 64
    again = node.call("POST", f"{task}/proof", {"proof": "again"}, token=greta)
    assert code_of(again) == (409, "task_done")


def test_nobody_is_promised_an_erasure_without_an_audit_log(node: RegistryNode) -> None:
    path = "/v1/participants/P-000000/erasures"
    asked = node.call("POST", path, {"ground": "gdpr_17_1_b"}, token=steward(node, "greta"))
    assert code_of(asked) == (503, "audit_log_not_connected")


def test_two_people_erase_and_the_answer_says_what_has_confirmed(erasing: RegistryNode) -> None:
    greta, hugo = steward(erasing, "greta"), steward(erasing, "hugo")
    who = "/v1/participants/P-000000"
    hold = {"ground": "gdpr_17_3_e", "until": "2099-01-01T00:00:00Z"}
    held = erasing.call("POST", f"{who}/legal-holds", hold, token=greta)
    assert held.status_code == 201, held.text
    ground = {"ground": "gdpr_17_1_b"}
    asked = erasing.call("POST", f"{who}/erasures", ground, token=greta)
    assert code_of(asked) == (409, "legal_hold")
    lifting = f"/v1/legal-holds/{held.json()['hold_id']}/lifting"
    assert erasing.call("POST", lifting, token=hugo).json()["lifted_at"]
    asked = erasing.call("POST", f"{who}/erasures", ground, token=greta)
    assert asked.status_code == 201, asked.text
    erasure = f"/v1/erasures/{asked.json()['erasure_id']}"
    alone = erasing.call("POST", f"{erasure}/confirmation", token=greta)
    assert code_of(alone) == (403, "second_person_needed")
    done = erasing.call("POST", f"{erasure}/confirmation", token=hugo).json()
    assert (done["state"], done["complete_on"]) == ("running", None)
    for _ in range(3):
        erase_next(tools=erasing.parts.tools)
    found = erasing.call("GET", erasure, token=greta).json()
    confirmed = [part["part"] for part in found["parts"] if part["confirmed_at"]]
    # Nobody relays here, so what was said stays in the outbox: no day is stated.
    assert (confirmed, found["complete_on"]) == (["imports", "registry"], None)
    history = erasing.call("GET", f"{who}/history", token=erasing.service("consents.read"))
    assert code_of(history) == (404, "participant_unknown")
    datasets = erasing.call(
        "GET", f"/v1/datasets/{DATASET}", token=erasing.service("consents.read")
    )
    assert datasets.json()["members"] == 3
