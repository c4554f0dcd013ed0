# SPDX-License-Identifier: Apache-2.0
"""Importing, cancelling, acknowledging, asking again without news: over real HTTP, real tokens."""

import io

import pytest

from tests.support.registry_node import DATASET, NEW_DATASET, RegistryNode
from tests.support.registry_world import csv_of, people


@pytest.fixture(scope="module", autouse=True)
def seeded(node: RegistryNode) -> None:
    """Register a dataset with three people in it."""
    token = node.service("consents.write")
    answer = node.call("POST", "/v1/datasets", dict(NEW_DATASET), token=token)
    assert answer.status_code == 201, answer.text
    node.take_in(csv_of(people(3)))
    node.work()


def test_an_import_is_dry_unless_said_otherwise_and_reports_as_csv_too(node: RegistryNode) -> None:
    token = node.service("consents.import")
    good = [{"participant": f"P-new-{n}", "local_id": f"N-{n}"} for n in range(2)]
    rows = [*good, {"participant": "P-bad", "local_id": "B", "permission": "XYZ"}]
    form = {"file": ("consents.csv", io.BytesIO(csv_of(rows).encode()), "text/csv")}
    answer = node.call("POST", "/v1/imports", token=token, files=form)
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "staged"
    import_id = answer.json()["import_id"]
    assert node.report(import_id)["state"] == "staged"
    node.work()
    report = node.report(import_id)
    assert (report["dry_run"], report["mode"]) == (True, "all_or_nothing")
    assert (report["state"], report["rows"], report["bad"]) == ("refused", 3, 1)
    assert report["faults"] == [
        {
            "line": 4,
            "column": "permission",
            "code": "E-DUO-01",
            "message": "not a DUO code",
            "hint": "",
            "severity": "error",
        }
    ]
    accept = {"Accept": "text/csv"}
    as_csv = node.call("GET", f"/v1/imports/{import_id}", token=token, headers=accept)
    assert as_csv.headers["Content-Type"].startswith("text/csv")
    assert as_csv.text.splitlines() == [
        "line,column,code,message,hint,severity",
        "4,permission,E-DUO-01,not a DUO code,,error",
    ]
    for content_type, expected in (("application/json", 415), ("text/csv", 422)):
        kind = {"Content-Type": content_type}
        answer = node.call("POST", "/v1/imports", token=token, data=b"", headers=kind)
        assert answer.status_code == expected, answer.text
    answer = node.call(
        "POST",
        "/v1/imports",
        token=token,
        data=b"x",
        headers={"Content-Type": "text/csv"},
        params={"mode": "some", "dry_run": "perhaps"},
    )
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "validation_failed")
    assert {fault["pointer"] for fault in body["errors"]} == {"/query/mode", "/query/dry_run"}
    unknown = node.call("GET", "/v1/imports/x", token=token)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "import_unknown")


def test_an_import_is_cancelled_once_and_says_so(node: RegistryNode) -> None:
    token = node.service("consents.import")
    import_id = node.take_in(csv_of([{"participant": "P-x", "local_id": "x"}]))
    path = f"/v1/imports/{import_id}"
    before = node.call("GET", path, token=token).json()
    assert (before["state"], before["cancelling"]) == ("staged", False)
    assert before["progress"] == {"staged": 0, "checked": 0, "committed": 0}
    for _ in range(2):
        answer = node.call("POST", f"{path}/cancel", token=token)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["state"], answer.json()["applied"]) == ("cancelled", 0)
    node.work()
    assert node.call("GET", path, token=token).json()["state"] == "cancelled"
    assert node.call("POST", f"{path}/cancel", token=node.service("feed.read")).status_code == 403
    unknown = node.call("POST", "/v1/imports/x/cancel", token=token)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "import_unknown")


def test_what_has_ended_is_a_conflict(node: RegistryNode) -> None:
    import_id = node.take_in(csv_of(people(3)))
    node.work()
    token = node.service("consents.import")
    answer = node.call("POST", f"/v1/imports/{import_id}/cancel", token=token)
    assert (answer.status_code, answer.json()["code"]) == (409, "import_ended")


@pytest.mark.parametrize("reading", ["/v1/feed", "/v1/feed/snapshot"])
def test_a_client_that_only_reads_is_shown_as_one_that_lacks_everything(
    node: RegistryNode, reading: str
) -> None:
    client = {"/v1/feed": "story", "/v1/feed/snapshot": "clearinghouse"}[reading]
    token = node.service("feed.read", client=client)
    assert node.call("GET", reading, token=token).status_code == 200
    asking = node.service("consents.read")
    found = node.call("GET", "/v1/feed/acknowledgements", token=asking).json()["nodes"]
    (silent,) = [one for one in found if one["node"] == client]
    assert (silent["dataset"], silent["revision"]) == (DATASET, 0)
    assert silent["acknowledged_at"] is None
    assert silent["seen_at"] is not None
    assert silent["lacks_since"] is not None
    metrics = node.call("GET", "/metrics").text
    labels = f'{{dataset="{DATASET}",node="{client}"}}'
    assert f"placet_unacknowledged_seconds{labels}" in metrics


def test_a_client_acknowledges_for_itself_and_is_shown(node: RegistryNode) -> None:
    path, reading = "/v1/feed/acknowledgements", node.service("feed.read")
    body = {"acknowledgements": [{"dataset": DATASET, "revision": 1}]}
    assert node.call("POST", path, body, token=node.service("consents.read")).status_code == 403
    answer = node.call("POST", path, body, token=reading)
    assert answer.status_code == 204, answer.text
    wrong = {"acknowledgements": [{"dataset": DATASET, "revision": 10_000}]}
    assert node.call("POST", path, wrong, token=reading).status_code == 422
    assert node.call("POST", path, {"acknowledgements": []}, token=reading).status_code == 422
    assert node.call("GET", path, token=reading).status_code == 403
    nodes = node.call("GET", path, token=node.service("consents.read")).json()["nodes"]
    (found,) = [one for one in nodes if one["node"] == "story"]
    assert (found["dataset"], found["revision"]) == (DATASET, 1)
    assert found["newest"] > 1
    assert found["lacks_since"] is not None
    assert found["overdue"] is False
    metrics = node.call("GET", "/metrics").text
    labels = f'{{dataset="{DATASET}",node="story"}}'
    assert f"placet_unacknowledged_seconds{labels}" in metrics
    assert 'placet_unreadable_consents{kind="terms"} 0.0' in metrics


def test_asking_again_without_news_costs_no_answer(node: RegistryNode) -> None:
    token = node.service("feed.read")
    first = node.call("GET", "/v1/feed?after=0", token=token)
    tag = first.headers["ETag"]
    same = node.call("GET", "/v1/feed?after=0", token=token, headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["ETag"] == tag
    node.take_in(csv_of([{"participant": "P-new", "local_id": "new"}]))
    node.work()
    more = node.call("GET", "/v1/feed?after=0", token=token, headers={"If-None-Match": tag})
    assert more.status_code == 200
    assert more.headers["ETag"] != tag
    # Another cursor is another question.
    cursor = first.json()["cursor"]
    other = node.call(
        "GET", f"/v1/feed?after={cursor}", token=token, headers={"If-None-Match": tag}
    )
    assert other.status_code == 200
