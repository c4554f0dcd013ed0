# SPDX-License-Identifier: Apache-2.0
"""Applications over real HTTP: who may do what, what is refused, and one permit at most."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from shared.clock import to_rfc3339
from tests.support.permit_node import SUBMISSION, PermitNode, pointers


def test_a_submitted_application_is_seen_by_its_applicant_and_the_authority(
    node: PermitNode,
) -> None:
    application_id = node.apply()
    for token in (node.rita(), node.dora()):
        seen = node.get(f"/v1/applications/{application_id}", token).json()
        assert seen["state"] == "submitted"
        assert seen["title"] == "Rare variants of the heart"
        assert seen["purpose"]["months"] == 12
        assert seen["signatures"] == []
        listed = node.get("/v1/applications", token).json()["applications"]
        assert application_id in {one["application_id"] for one in listed}


def test_another_persons_application_is_unknown(node: PermitNode) -> None:
    application_id = node.apply()
    stranger = node.person("stranger", "applications.submit")
    answer = node.get(f"/v1/applications/{application_id}", stranger)
    assert (answer.status_code, answer.json()["code"]) == (404, "application_unknown")
    assert node.get("/v1/applications", stranger).json() == {"applications": []}


def test_without_token_or_scope_nothing_is_shown_or_done(node: PermitNode) -> None:
    application_id = node.apply()
    path = f"/v1/applications/{application_id}"
    decision = {"decision": "grant", "reasons": "I would like this myself."}
    for answer in (
        node.get("/v1/applications"),
        node.post("/v1/applications", SUBMISSION),
        node.post(f"{path}/decisions", decision),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
    for answer in (
        node.post(f"{path}/decisions", decision, node.rita()),
        node.get(f"{path}/cohort", node.rita()),
        node.post("/v1/applications", SUBMISSION, node.dora()),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert node.get(path, node.rita()).json()["state"] == "submitted"


def test_every_fault_of_a_submission_is_pointed_at(node: PermitNode) -> None:
    body = {
        "title": "",
        "dataset": "genomes",
        "months": 0,
        "purpose": {"category": "DS", "diseases": ["cancer"], "companies": True},
    }
    answer = node.post("/v1/applications", body, node.rita())
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert set(pointers(answer)) == {
        "/title",
        "/dataset",
        "/months",
        "/purpose/diseases/0",
        "/purpose/companies",
    }
    answer = node.post("/v1/applications", {**SUBMISSION, "note": "x"}, node.rita())
    assert pointers(answer) == ["/note"]


def test_a_decision_needs_reasons_and_a_known_word(node: PermitNode) -> None:
    application_id = node.apply()
    path = f"/v1/applications/{application_id}/decisions"
    for body, wrong in (
        ({"decision": "grant"}, "/reasons"),
        ({"decision": "grant", "reasons": "         "}, "/reasons"),
        ({"decision": "grant", "reasons": "because"}, "/reasons"),
        ({"decision": "maybe", "reasons": "I cannot make up my mind."}, "/decision"),
        (
            {"decision": "grant", "reasons": "Fine as it is.", "valid_until": "tomorrow"},
            "/valid_until",
        ),
        (
            {
                "decision": "grant",
                "reasons": "Fine as it is.",
                "valid_until": "2020-01-01T00:00:00Z",
            },
            "/valid_until",
        ),
    ):
        answer = node.post(path, body, node.dora())
        assert answer.status_code == 422, answer.text
        assert pointers(answer) == [wrong]
    seen = node.get(f"/v1/applications/{application_id}", node.dora()).json()
    assert (seen["state"], seen["signatures"]) == ("submitted", [])


def test_a_grant_is_told_with_its_permit_and_reasons(node: PermitNode) -> None:
    application_id = node.apply()
    answer = node.decide(application_id)
    assert answer.status_code == 201
    assert answer.json()["state"] == "granted"
    seen = node.get(f"/v1/applications/{application_id}", node.rita()).json()
    assert seen["permit_id"] == answer.json()["permit_id"]
    assert [one["decision"] for one in seen["signatures"]] == ["grant"]
    assert seen["signatures"][0]["reasons"] == "Purpose and consents agree."


def test_a_refusal_is_told_and_leaves_no_permit(node: PermitNode) -> None:
    application_id = node.apply()
    answer = node.decide(application_id, "refuse")
    assert answer.json() == {"application_id": application_id, "state": "refused"}
    again = node.decide(application_id)
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")


def test_twenty_decisions_at_once_make_exactly_one_permit(node: PermitNode) -> None:
    application_id = node.apply()
    token = node.dora()
    before = node.registry.freezes

    def one(_: int) -> int:
        return node.decide(application_id).status_code

    assert token
    with ThreadPoolExecutor(max_workers=20) as pool:
        statuses = sorted(pool.map(one, range(20)))
    assert statuses == [201] + [409] * 19
    assert node.registry.freezes == before + 1
    with node.parts.ports.units() as work:
        permits = [one for one in work.permits.registered() if one.application_id == application_id]
    assert len(permits) == 1


def test_a_registry_that_is_down_leaves_the_grant_waiting_in_sight(node: PermitNode) -> None:
    application_id = node.apply()
    node.registry.up = False
    answer = node.decide(application_id)
    assert answer.json() == {"application_id": application_id, "state": "granting"}
    seen = node.get(f"/v1/applications/{application_id}", node.dora()).json()
    assert seen["grant"]["fault"] == "cohorts_unavailable"
    assert "permit_id" not in seen
    counts = node.get(f"/v1/applications/{application_id}/cohort", node.dora())
    assert (counts.status_code, counts.json()["code"]) == (503, "cohorts_unavailable")


def test_counts_hide_small_cells(node: PermitNode) -> None:
    application_id = node.apply()
    answer = node.get(f"/v1/applications/{application_id}/cohort", node.dora()).json()
    assert answer["counts"] == {"members": 1000, "in": 610, "out": 380, "awaiting": "<20"}
    assert answer["reasons"] == {"withdrawn": 380}
    assert answer["small_cell"] == 10


def test_an_unknown_dataset_is_refused_by_the_registry(node: PermitNode) -> None:
    application_id = node.apply(dataset="GDI-ZZ-DATASET-77")
    answer = node.get(f"/v1/applications/{application_id}/cohort", node.dora())
    assert (answer.status_code, answer.json()["code"]) == (502, "cohort_refused")
    assert node.decide(application_id).json()["state"] == "granting"


def test_a_permit_ends_when_the_authority_says(node: PermitNode) -> None:
    until = to_rfc3339(datetime.now(UTC) + timedelta(days=3))
    permit = node.permit(node.grant(valid_until=until))
    assert permit["expires_at"] == until


def test_text_that_no_database_keeps_is_a_fault_and_not_a_failure(node: PermitNode) -> None:
    for bad in ("nul \x00 here", "half \ud800 pair", "bell \x07 rung"):
        answer = node.post("/v1/applications", {**SUBMISSION, "title": bad}, node.rita())
        assert (answer.status_code, pointers(answer)) == (422, ["/title"])
        purpose = {"category": "HMB", "users": [bad], "project": bad}
        answer = node.post("/v1/applications", {**SUBMISSION, "purpose": purpose}, node.rita())
        assert set(pointers(answer)) == {"/purpose/users/0", "/purpose/project"}
        application_id = node.apply()
        body = {"decision": "grant", "reasons": f"Reasons with {bad}."}
        answer = node.post(f"/v1/applications/{application_id}/decisions", body, node.dora())
        assert (answer.status_code, pointers(answer)) == (422, ["/reasons"])
    for path in ("/v1/applications/%00", "/v1/permits/%00", "/v1/permits/%ED%A0%80"):
        assert node.get(path, node.dora()).status_code == 404
    reader = node.service("clearinghouse", "visas.read")
    assert node.visas(reader, "%00").status_code == 404
    assert node.visas(reader, iss="\x00").status_code == 404
    feed = node.service("clearinghouse", "feed.read")
    assert node.get("/v1/feed", feed, after=str(2**70)).status_code == 422


def test_reasons_may_have_lines(node: PermitNode) -> None:
    application_id = node.apply()
    reasons = "First line.\r\nSecond line, with äöü."
    body = {"decision": "refuse", "reasons": reasons}
    answer = node.post(f"/v1/applications/{application_id}/decisions", body, node.dora())
    assert answer.status_code == 201
    seen = node.get(f"/v1/applications/{application_id}", node.rita()).json()
    assert seen["signatures"][0]["reasons"] == reasons
