# SPDX-License-Identifier: Apache-2.0
"""`POST /v1/decisions` over real HTTP and a real database: what a permit covered, as it stood."""

from datetime import timedelta
from typing import Any

import pytest

from shared.clock import from_rfc3339, to_rfc3339
from tests.support.permit_node import PermitNode, pointers

MS = timedelta(milliseconds=1)
HMB = ("DUO:0000006",)


def used(asked: PermitNode, permit_id: str, at: str, **changes: object) -> dict[str, Any]:
    return {
        "permit_id": permit_id,
        "user": {"iss": asked.idp.issuer, "sub": "person-rita"},
        "dataset": "GDI-ZZ-DATASET-1",
        "cohort_id": asked.permit(permit_id)["cohort"]["cohort_id"],
        "node": "zz",
        "country": "FI",
        "purposes": list(HMB),
        "effective_at": at,
        "known_at": at,
        **changes,
    }


def ask(node: PermitNode, *questions: dict[str, Any]) -> list[tuple[str, list[str]]]:
    token = node.service("audit_log", "decisions.read")
    answer = node.post("/v1/decisions", {"questions": questions}, token)
    assert answer.status_code == 200, answer.text
    return [(one["answer"], one["reasons"]) for one in answer.json()["answers"]]


def now(node: PermitNode) -> str:
    return to_rfc3339(node.parts.clock.now())


def test_a_permit_is_answered_about_as_it_stood_then(node: PermitNode) -> None:
    before = now(node)
    permit_id = node.grant()
    live = now(node)
    assert node.revoke(permit_id).status_code == 201
    ended_at = from_rfc3339(node.permit(permit_id)["revoked_at"])
    assert ask(
        node,
        used(node, permit_id, before),
        used(node, permit_id, live),
        used(node, permit_id, to_rfc3339(ended_at - timedelta(microseconds=1))),
        used(node, permit_id, to_rfc3339(ended_at)),
    ) == [
        ("not_covered", ["permit_not_yet_live"]),
        ("covered", []),
        ("covered", []),
        ("not_covered", ["permit_ended"]),
    ]


def test_each_thing_that_a_permit_does_not_name_is_said(node: PermitNode) -> None:
    permit_id = node.grant()
    at = now(node)
    end = node.permit(permit_id)["expires_at"]
    thief = {"iss": node.idp.issuer, "sub": "person-stranger"}
    changes: list[tuple[dict[str, object], list[str]]] = [
        ({"user": thief}, ["permit_of_another"]),
        ({"user": None}, ["actor_not_named"]),
        ({"dataset": "GDI-ZZ-DATASET-2"}, ["dataset_not_in_permit"]),
        ({"cohort_id": "another"}, ["cohort_not_in_permit"]),
        ({"node": "fi"}, ["node_not_in_permit"]),
        ({"country": "NO"}, ["country_not_in_permit"]),
        ({"purposes": ["DUO:0000042"]}, ["purpose_not_in_permit"]),
        ({"effective_at": end, "known_at": end}, ["permit_past_its_end"]),
        ({"user": thief, "node": "fi"}, ["permit_of_another", "node_not_in_permit"]),
    ]
    asked = [used(node, permit_id, at, **change) for change, _ in changes]
    assert ask(node, *asked) == [("not_covered", reasons) for _, reasons in changes]
    silent = {"user": asked[2]["user"], "permit_id": permit_id}
    assert ask(node, silent) == [("covered", [])]  # of what is not said, nothing is held against it


def test_an_unknown_permit_is_unknown_and_a_strange_one_too(node: PermitNode) -> None:
    strange = [{"permit_id": one} for one in ("no-such", "a/b c", "\u00e9", "x" * 128)]
    assert ask(node, *strange) == [("unknown", [])] * len(strange)


def test_the_api_is_for_those_who_check(node: PermitNode) -> None:
    body = {"questions": [{"permit_id": "p"}]}
    assert node.post("/v1/decisions", body).status_code == 401
    for token in (node.rita(), node.dora(), node.service("clearinghouse", "feed.read")):
        assert node.post("/v1/decisions", body, token).status_code == 403


@pytest.mark.parametrize(
    ("question", "pointer"),
    [
        ({}, "/questions/0/permit_id"),
        ({"permit_id": ""}, "/questions/0/permit_id"),
        ({"permit_id": "p", "known_at": "yesterday"}, "/questions/0/known_at"),
        ({"permit_id": "p", "user": {"iss": "i"}}, "/questions/0/user/sub"),
        ({"permit_id": "p", "purpose": "HMB"}, "/questions/0/purpose"),
    ],
)
def test_a_question_that_cannot_be_read_is_none(
    node: PermitNode, question: dict[str, object], pointer: str
) -> None:
    token = node.service("audit_log", "decisions.read")
    answer = node.post("/v1/decisions", {"questions": [question]}, token)
    assert answer.status_code == 422
    assert list(pointers(answer)) == [pointer]


def test_more_than_five_hundred_are_too_many(node: PermitNode) -> None:
    token = node.service("audit_log", "decisions.read")
    body = {"questions": [{"permit_id": "p"}] * 501}
    assert node.post("/v1/decisions", body, token).status_code == 422
