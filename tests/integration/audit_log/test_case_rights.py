# SPDX-License-Identifier: Apache-2.0
"""Cases over HTTP as their harshest user tries them: nobody opens alone, late, or for others."""

import psycopg
import pytest
import requests

from shared.events import Subject
from tests.fakes.log_factories import Speaker, fact
from tests.support.log_node import OFFICER_SCOPES, LogNode
from tests.support.postgres import owner_of

DATASET = "GDI-ZZ-DATASET-33"
GROUPS = ["actor", "subj"]


@pytest.fixture(scope="module")
def index(node: LogNode) -> int:
    """Say one entry about somebody, and give where it stands."""
    speaker = Speaker(epoch=33_000)
    person = Subject(dataset=DATASET, ordinal=3)
    node.send(speaker.say(fact(dataset=DATASET, subjects=(person,))))
    node.settle()
    found = node.post("/v1/search", {"dataset": DATASET}, node.otto()).json()
    return int(found["entries"][-1]["idx"])


def olga(node: LogNode) -> str:
    return node.person("olga", *OFFICER_SCOPES)


def case(node: LogNode) -> str:
    made = node.post("/v1/cases", {"reason": "complaint"}, node.otto())
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def asked(node: LogNode, case_id: str, index: int, token: str | None = None) -> str:
    body = {"indexes": [index], "groups": GROUPS}
    made = node.post(f"/v1/cases/{case_id}/reveals", body, token or node.otto())
    assert made.status_code == 201, made.text
    return f"/v1/cases/{case_id}/reveals/{made.json()['id']}"


def code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def reveals(node: LogNode) -> list[dict[str, object]]:
    node.settle()
    body = {"type": "placet.audit.reveal.v1", "limit": 200}
    page = node.post("/v1/search", body, node.otto()).json()
    return [one["entry"] for one in page["entries"]]


def test_the_one_who_asks_never_decides_and_a_third_sees_nothing(node: LogNode, index: int) -> None:
    case_id = case(node)
    place = asked(node, case_id, index)
    assert code(node.get(f"{place}/openings", node.otto())) == (409, "reveal_not_approved")
    own = node.post(place, {"approved": True}, node.otto())
    assert code(own) == (403, "four_eyes_needed")
    assert code(node.get(f"{place}/openings", node.otto())) == (409, "reveal_not_approved")
    approved = node.post(place, {"approved": True}, olga(node))
    assert approved.status_code == 200, approved.text
    assert approved.json()["opens_until"] > approved.json()["decided_at"]
    assert code(node.post(place, {"approved": False}, olga(node))) == (409, "reveal_decided")
    assert code(node.get(f"{place}/openings", olga(node))) == (403, "forbidden")
    before = len(reveals(node))
    shown = node.get(f"{place}/openings", node.otto())
    assert {one["group"] for one in shown.json()["openings"]} == {"actor", "subj/0"}
    newest, *rest = reveals(node)
    assert len(rest) == before
    assert (newest["r"], newest["x"]) == (
        "complaint",
        {"case": case_id, "groups": GROUPS, "reveal": place.rpartition("/")[2]},
    )


def test_a_request_of_one_case_is_not_decided_or_opened_through_another(
    node: LogNode, index: int
) -> None:
    theirs = asked(node, case(node), index, olga(node))
    mine = case(node)
    through = f"/v1/cases/{mine}/reveals/{theirs.rpartition('/')[2]}"
    assert code(node.post(through, {"approved": True}, node.otto())) == (404, "case_unknown")
    assert code(node.get(f"{through}/openings", node.otto())) == (404, "case_unknown")


def test_services_and_officers_without_the_right_do_nothing_in_a_case(
    node: LogNode, index: int
) -> None:
    place = asked(node, case(node), index)
    service = node.service("story", "log.reveal", "log.search")
    revoked = node.person("otto", "log.search")
    for token in (service, revoked):
        assert code(node.post("/v1/cases", {"reason": "complaint"}, token)) == (403, "forbidden")
        assert code(node.post(place, {"approved": True}, token)) == (403, "forbidden")
        assert code(node.get(f"{place}/openings", token)) == (403, "forbidden")
    node.post(place, {"approved": True}, olga(node))
    # She asked and it was approved; then the right was taken from her.
    assert code(node.get(f"{place}/openings", revoked)) == (403, "forbidden")


def test_an_approval_that_is_too_old_opens_nothing_and_fills_no_pack(
    node: LogNode, index: int
) -> None:
    case_id = case(node)
    place = asked(node, case_id, index)
    assert node.post(place, {"approved": True}, olga(node)).status_code == 200
    with psycopg.connect(owner_of(node.environment["PLACET_DATABASE_URL"])) as connection:
        connection.execute("ALTER TABLE case_reveal DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE case_reveal SET decided_at = now() - interval '30 days' WHERE id = %s",
            (place.rpartition("/")[2],),
        )
        connection.execute("ALTER TABLE case_reveal ENABLE TRIGGER USER")
    assert code(node.get(f"{place}/openings", node.otto())) == (409, "reveal_expired")
    body = {"indexes": [index], "open": ["actor"], "reason": "complaint", "case": case_id}
    assert code(node.post("/v1/exports", body, node.otto())) == (409, "reveal_not_approved")


def test_permits_are_named_in_no_case_but_ones_own(node: LogNode, index: int) -> None:
    body = {"filter": {"dataset": DATASET}, "case": case(node)}
    assert code(node.post("/v1/reports/impact", body, olga(node))) == (403, "forbidden")
    service = node.service("story", "log.reveal", "log.search")
    assert code(node.post("/v1/reports/impact", body, service)) == (403, "forbidden")
    assert node.post("/v1/reports/impact", body, node.otto()).status_code == 200


def test_a_saved_search_is_nobody_elses(node: LogNode, index: int) -> None:
    body = {"name": "hers", "filter": {"person": {"dataset": DATASET, "ordinal": 3}}, "hours": 24}
    saved = node.post("/v1/queries", body, node.otto())
    assert saved.status_code == 201
    place = f"/v1/queries/{saved.json()['id']}"
    assert code(node.get(place, olga(node))) == (404, "query_unknown")
    gone = requests.delete(
        node.url + place, headers={"Authorization": f"Bearer {olga(node)}"}, timeout=30
    )
    assert code(gone) == (404, "query_unknown")
    assert saved.json()["id"] not in node.get("/v1/queries", olga(node)).text
    assert node.get(place, node.otto()).json()["filter"] == body["filter"]
