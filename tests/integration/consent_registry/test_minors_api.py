# SPDX-License-Identifier: Apache-2.0
"""A minor's own will and what waits in her place, over real HTTP with real tokens."""

from datetime import date
from typing import Any

import pytest

from shared.clock import SystemClock
from tests.support.registry_node import DATASET, NEW_DATASET, RegistryNode
from tests.support.registry_world import csv_of, people

PAPER = "ab" * 32
FIFTEEN = date(SystemClock().now().year - 15, 1, 1)
CHILD = "/v1/participants/P-000000"
OTHER = "/v1/participants/P-000001"
STUDY = "GDI-ZZ-STUDY-7"
HMB = {"dataset": DATASET, "alternatives": [{"permission": "HMB"}]}


@pytest.fixture(scope="module", autouse=True)
def seeded(node: RegistryNode) -> None:
    """P-000000 is Anna, fifteen years old, whose guardians are Bo and Carl together."""
    token = node.service("consents.write")
    assert node.call("POST", "/v1/datasets", dict(NEW_DATASET), token=token).status_code == 201
    node.take_in(csv_of(people(3)))
    node.work()
    assert node.call("POST", f"{CHILD}/withdrawals", {}, token=token).status_code == 201
    link = {"issuer": node.idp.issuer, "subject": "person-anna"}
    assert node.call("PUT", f"{CHILD}/link", link, token=token).status_code == 204
    for who in ("bo", "carl"):
        mandate = {
            "kind": "guardian",
            "holder": who,
            "evidence": PAPER,
            "issuer": node.idp.issuer,
            "subject": f"person-{who}",
            "joint": True,
            "born_on": FIFTEEN.isoformat(),
        }
        answer = node.call("POST", f"{CHILD}/mandates", mandate, token=token)
        assert answer.status_code == 201, answer.text


def problem(answer: Any, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.json()["code"] == code


def barred(node: RegistryNode) -> list[str]:
    found = node.call("GET", f"{CHILD}/consents", token=node.service("consents.read")).json()
    codes: list[str] = found["consents"][0]["barred_by"]
    return codes


def test_two_guardians_propose_and_sign_and_the_child_has_her_say(node: RegistryNode) -> None:
    anna, bo, carl = (node.person(who) for who in ("anna", "bo", "carl"))
    decisions = f"{CHILD}/guardian-decisions"
    pending = node.call("POST", decisions, HMB, token=bo).json()
    assert pending["state"] == "pending"
    for token in (bo, carl, anna, node.service("consents.read")):
        (waits,) = node.call("GET", decisions, token=token).json()["decisions"]
        assert waits["decision_id"] == pending["decision_id"]
        assert waits["alternatives"][0]["permission"] == "DUO:0000006"
        assert waits["missing"] == pending["missing"]
    where = f"{decisions}/{pending['decision_id']}"
    done = node.call("POST", f"{where}/signatures", {}, token=carl).json()
    assert done["state"] == "recorded"
    assert barred(node) == ["assent_missing"]
    told = node.call("GET", f"{CHILD}/assent", token=anna).json()
    assert (told["assent_needed"], told["dissent_counts"]) == (True, True)
    (here,) = told["datasets"]
    assert (here["guarded"], here["assent_missing"]) == (True, True)
    yes = {"will": "assent", "about": here["event_id"]}
    assert node.call("POST", f"{CHILD}/assent", yes, token=anna).status_code == 204
    assert barred(node) == []
    assert node.call("POST", f"{CHILD}/assent", {"will": "dissent"}, token=anna).status_code == 204
    assert barred(node) == ["assent_missing"]
    told = node.call("GET", f"{CHILD}/assent", token=anna).json()
    assert [one["will"] for one in told["words"]] == ["assent", "dissent"]
    problem(node.call("POST", f"{where}/refusal", {}, token=carl), 404, "pending_decision_unknown")


def test_two_guardians_propose_and_sign_for_a_whole_study(node: RegistryNode) -> None:
    desk, decisions = node.service("consents.write"), f"{CHILD}/guardian-decisions"
    facts = {"title": "Hearts", "controller": "A hospital", "purpose": "To learn."}
    described = {**facts, "starts_on": "2020-01-01"}
    assert node.call("PUT", f"/v1/studies/{STUDY}", described, token=desk).status_code == 200
    bo, carl = node.person("bo"), node.person("carl")
    wanted = {"study": STUDY, "alternatives": [{"permission": "HMB"}]}
    for faulty in ({**wanted, "dataset": DATASET}, {"alternatives": wanted["alternatives"]}):
        problem(node.call("POST", decisions, faulty, token=bo), 422, "validation_failed")
    problem(
        node.call("POST", decisions, {**wanted, "study": "none"}, token=bo), 404, "study_unknown"
    )
    pending = node.call("POST", decisions, wanted, token=bo).json()
    assert (pending["study"], pending["dataset"]) == (STUDY, None)
    assert (pending["state"], len(pending["missing"])) == ("pending", 1)
    (waits,) = node.call("GET", decisions, token=carl).json()["decisions"]
    assert (waits["study"], waits["dataset"]) == (STUDY, None)
    where = f"{decisions}/{pending['decision_id']}/signatures"
    done = node.call("POST", where, {}, token=carl).json()
    assert (done["state"], done["study"]) == ("recorded", STUDY)
    reading = node.service("consents.read")
    (choice,) = node.call("GET", f"{CHILD}/studies", token=reading).json()["studies"]
    assert (choice["study"], choice["state"]) == (STUDY, "given")


def test_a_proposal_is_refused_by_one(node: RegistryNode) -> None:
    decisions = f"{CHILD}/guardian-decisions"
    gru = {"dataset": DATASET, "alternatives": [{"permission": "GRU"}]}
    pending = node.call("POST", decisions, gru, token=node.person("bo")).json()
    where = f"{decisions}/{pending['decision_id']}/refusal"
    assert node.call("POST", where, {}, token=node.person("carl")).status_code == 204
    found = node.call("GET", decisions, token=node.person("bo")).json()
    assert found["decisions"] == []


def test_who_is_not_her_learns_and_says_nothing(node: RegistryNode) -> None:
    bo = node.person("bo")
    for token in (bo, node.person("carl")):
        for where in (CHILD, OTHER, "/v1/participants/P-9"):
            for will in ("assent", "dissent", "unable"):
                said = node.call("POST", f"{where}/assent", {"will": will}, token=token)
                problem(said, 403, "forbidden")
            problem(node.call("GET", f"{where}/assent", token=token), 403, "forbidden")
            ages = node.call("PUT", f"{where}/ages", {"born_on": "2020-01-01"}, token=token)
            problem(ages, 403, "forbidden")
    for where in (OTHER, "/v1/participants/P-9", "/v1/participants/x%00y"):
        problem(node.call("GET", f"{where}/guardian-decisions", token=bo), 404, "mandate_unknown")


def test_a_desk_needs_the_paper_and_somebody_who_has_guardians(node: RegistryNode) -> None:
    token = node.service("consents.write")
    unable = {"will": "unable", "evidence": PAPER}
    problem(node.call("POST", f"{OTHER}/assent", unable, token=token), 409, "nobody_decides")
    bare = node.call("POST", f"{CHILD}/assent", {"will": "unable"}, token=token)
    problem(bare, 422, "validation_failed")
    wrong = {"will": "assent", "evidence": PAPER, "about": "nothing"}
    answer = node.call("POST", f"{CHILD}/assent", wrong, token=token)
    problem(answer, 404, "assent_matter_unknown")
    odd = node.call("POST", f"{CHILD}/assent", {"will": "maybe"}, token=token)
    problem(odd, 422, "validation_failed")
    answer = node.call("PUT", f"{CHILD}/ages", {"born_on": "2020-01-01"}, token=token)
    problem(answer, 403, "second_person_needed")


def test_the_desk_lists_mandates_and_deaths(node: RegistryNode) -> None:
    token = node.service("consents.write")
    found = node.call("GET", "/v1/mandates", token=token).json()
    assert [one["participant"] for one in found["mandates"]] == ["P-000000", "P-000000"]
    assert {one["state"] for one in found["mandates"]} == {"in_force"}
    assert "subject" not in found["mandates"][0]["mandate"]
    assert found["next_before"] is None
    assert node.call("GET", "/v1/deaths", token=token).json()["deaths"] == []
    for path in ("/v1/mandates", "/v1/deaths"):
        bad = node.call("GET", path, token=token, params={"before": "x"})
        problem(bad, 422, "validation_failed")
        problem(node.call("GET", path, token=node.person("bo")), 403, "forbidden")
