# SPDX-License-Identifier: Apache-2.0
"""The JSON API over real HTTP with real tokens: what is answered and what is refused."""

from base64 import b64decode
from typing import Any

import pytest
from pyroaring import BitMap

from shared.feed import read_snapshot
from tests.fakes.consent_factories import purpose
from tests.fakes.form_factories import LIMITED, small_document
from tests.support.registry_node import DATASET, NEW_DATASET, RegistryNode
from tests.support.registry_world import csv_of, people

PURPOSE = purpose().to_json()


@pytest.fixture(scope="module", autouse=True)
def seeded(node: RegistryNode) -> None:
    """Register a dataset and import Anna, Bo and some others."""
    token = node.service("consents.write")
    answer = node.call("POST", "/v1/datasets", dict(NEW_DATASET), token=token)
    assert answer.status_code == 201, answer.text
    node.take_in(csv_of([*people(3), {"participant": "anna-p", "local_id": "anna"}]))
    node.work()
    link = {"issuer": node.idp.issuer, "subject": "person-anna"}
    answer = node.call("PUT", "/v1/participants/anna-p/link", link, token=token)
    assert answer.status_code == 204, answer.text


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["code"] == code
    return body


def test_datasets(node: RegistryNode) -> None:
    token = node.service("consents.read")
    listed = node.call("GET", "/v1/datasets", token=token).json()
    assert [one["dataset"] for one in listed["datasets"]] == [DATASET]
    found = node.call("GET", f"/v1/datasets/{DATASET}", token=token).json()
    assert (found["members"], found["legal_regime"]) == (4, "consent_gdpr")
    assert (found["by_person_only"], found["alternatives"]) == (True, [])
    for name in ("GDI-ZZ-DATASET-9", "nonsense%00"):
        answer = node.call("GET", f"/v1/datasets/{name}", token=token)
        problem(answer, 404, "dataset_unknown")
    writing = node.service("consents.write")
    other = {**NEW_DATASET, "title": "Other"}
    answer = node.call("POST", "/v1/datasets", other, token=writing)
    problem(answer, 409, "dataset_exists")
    broken = {**NEW_DATASET, "country": "XX", "extra": 1}
    body = problem(
        node.call("POST", "/v1/datasets", broken, token=writing), 422, "validation_failed"
    )
    assert [fault["pointer"] for fault in body["errors"]] == ["/extra"]


def test_every_address_asks_for_its_scope(node: RegistryNode) -> None:
    wrong = node.service("feed.read")
    for method, path, scope in (
        ("GET", "/v1/datasets", None),
        ("POST", "/v1/datasets", "consents.write"),
        ("GET", f"/v1/datasets/{DATASET}/codes", None),
        ("POST", "/v1/check", None),
        ("POST", "/v1/forms", "consents.write"),
        ("POST", "/v1/forms/check", None),
        ("GET", "/v1/forms", None),
        ("GET", "/v1/forms/x", None),
        ("GET", "/v1/forms/x/versions/1.0", None),
        ("PUT", "/v1/forms/x/publication", "consents.write"),
        ("PUT", "/v1/forms/x/retirement", "consents.write"),
        ("PUT", f"/v1/datasets/{DATASET}/form", "consents.write"),
        ("PUT", f"/v1/datasets/{DATASET}/form/asking-again", "consents.write"),
        ("PUT", f"/v1/participants/anna-p/answers/{DATASET}", None),
        ("POST", "/v1/mondo/releases?dry_run=true", "consents.write"),
        ("GET", "/v1/mondo/releases", None),
        ("POST", "/v1/imports", "consents.import"),
        ("GET", "/v1/imports/x", "consents.import"),
        ("PUT", f"/v1/participants/anna-p/consents/{DATASET}", None),
        ("POST", "/v1/participants/anna-p/withdrawals", None),
        ("GET", "/v1/participants/anna-p/consents", None),
        ("GET", "/v1/participants/anna-p/history", None),
        ("PUT", "/v1/participants/anna-p/link", "consents.write"),
        ("POST", "/v1/cohorts/evaluate", "cohorts.evaluate"),
        ("POST", "/v1/cohorts/freeze", "cohorts.freeze"),
        ("POST", "/v1/cohorts/x/bind", "cohorts.freeze"),
        ("POST", "/v1/decisions", "decisions.read"),
        ("POST", "/v1/decisions/cohorts", "decisions.read"),
    ):
        problem(node.call(method, path), 401, "token_missing")
        refused = node.call(method, path, token=wrong)
        problem(refused, 403, "forbidden")
        if scope:
            assert f'scope="{scope}"' in refused.headers["WWW-Authenticate"]
    for path in ("/v1/feed", "/v1/feed/snapshot", "/v1/cohorts/x/manifest"):
        token = node.service("consents.read")
        problem(node.call("GET", path, token=token), 403, "forbidden")


def test_a_node_that_reaches_nobody_asks_nobody_again(node: RegistryNode) -> None:
    path = f"/v1/datasets/{DATASET}/form/asking-again"
    refused = node.call("PUT", path, token=node.service("consents.write"))
    problem(refused, 404, "contacts_not_offered")


def test_cases_are_checked_in_bulk_and_bad_ones_named(node: RegistryNode) -> None:
    token = node.service("cohorts.evaluate")
    moratorium = {"permission": "HMB", "modifiers": [{"code": "MOR", "value": "2026-06-01"}]}
    cases = [
        {"id": 7, "consent": moratorium, "purpose": {"category": "HMB"}},
        {"consent": {"permission": "XX"}, "purpose": {"category": "HMB"}},
    ]
    found = node.call("POST", "/v1/check", {"cases": cases, "today": "2026-05-31"}, token=token)
    assert found.status_code == 200, found.text
    good, bad = found.json()["cases"]
    assert (good["id"], good["verdict"]) == (7, "deny")
    assert good["reasons"] == ["moratorium_not_accepted"]
    assert (bad["verdict"], bad["faults"][0]["code"]) == ("invalid", "unknown_code")
    later = node.call("POST", "/v1/check", {"cases": cases, "today": "2026-06-01"}, token=token)
    assert later.json()["cases"][0]["verdict"] == "permit"
    wrong = node.call("POST", "/v1/check", {"cases": [], "today": "soon"}, token=token)
    assert problem(wrong, 422, "validation_failed")["errors"][0]["pointer"] == "/today"


def test_codes_of_a_few_people_are_not_published(node: RegistryNode) -> None:
    token = node.service("consents.read")
    found = node.call("GET", f"/v1/datasets/{DATASET}/codes", token=token).json()
    assert (found["by_person_only"], found["alternatives"]) == (True, [])
    assert (found["at"], found["versions"]) == (None, {}), "nothing is published on the first day"
    missing = node.call("GET", "/v1/datasets/GDI-ZZ-DATASET-9/codes", token=token)
    problem(missing, 404, "dataset_unknown")


def test_a_participant_reads_changes_and_withdraws_for_herself_only(node: RegistryNode) -> None:
    anna = node.person("anna")
    found = node.call("GET", "/v1/participants/anna-p/consents", token=anna).json()
    assert found["consents"][0]["state"] == "given"
    assert found["consents"][0]["alternatives"] == [
        {"permission": "DUO:0000006", "modifiers": [], "diseases": []}
    ]
    statement = {
        "alternatives": [
            {
                "permission": "DS",
                "modifiers": [{"code": "GS", "value": ["FI", "EU"]}, {"code": "TS", "value": 24}],
                "diseases": ["MONDO:0004992"],
                "data": {"first": "2020-01-01", "last": None},
            }
        ]
    }
    path = f"/v1/participants/anna-p/consents/{DATASET}"
    done = node.call("PUT", path, statement, token=anna)
    assert done.status_code == 200, done.text
    assert done.json()["kind"] == "changed"
    # What is read can be handed in again as it is.
    read = node.call("GET", "/v1/participants/anna-p/consents", token=anna).json()["consents"][0]
    assert read["alternatives"][0]["data"] == {"first": "2020-01-01", "last": None}
    again = node.call("PUT", path, {"alternatives": read["alternatives"]}, token=anna)
    assert again.status_code == 200, again.text
    key = {"Idempotency-Key": "once"}
    answers = [
        node.call("POST", "/v1/participants/anna-p/withdrawals", {}, token=anna, headers=key)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    first, second = (answer.json() for answer in answers)
    assert first == second
    assert first["receipt_url"] == f"{node.url}/withdrawals/{first['withdrawal_id']}"
    assert [one["dataset"] for one in first["revisions"]] == [DATASET]
    events = node.call("GET", "/v1/participants/anna-p/history", token=anna).json()["events"]
    assert [event["kind"] for event in events] == ["withdrawn", "changed", "changed", "given"]
    before = {"effective_at": events[1]["recorded_at"], "known_at": events[1]["recorded_at"]}
    then = node.call("GET", "/v1/participants/anna-p/consents", token=anna, params=before).json()
    assert then["consents"][0]["state"] == "given"
    assert then["known_at"] == before["known_at"]
    for other in ("P-000000", "P-unknown", "x%00y"):
        for method, where, body in (
            ("GET", f"/v1/participants/{other}/consents", None),
            ("POST", f"/v1/participants/{other}/withdrawals", {}),
            ("PUT", f"/v1/participants/{other}/consents/{DATASET}", statement),
        ):
            problem(node.call(method, where, body, token=anna), 403, "forbidden")
    problem(
        node.call("GET", "/v1/participants/anna-p/consents", token=node.person("bo")),
        403,
        "forbidden",
    )


def test_there_is_no_field_for_a_reason(node: RegistryNode) -> None:
    token = node.service("consents.write")
    path = "/v1/participants/P-000001/withdrawals"
    body = problem(node.call("POST", path, {"reason": "x"}, token=token), 422, "validation_failed")
    assert body["errors"][0]["pointer"] == "/reason"
    # Without a body at all it works.
    assert node.call("POST", path, token=token).status_code == 201
    problem(node.call("POST", path, {"datasets": ["X"]}, token=token), 404, "nothing_to_withdraw")
    unknown = "/v1/participants/P-9/withdrawals"
    problem(node.call("POST", unknown, {}, token=token), 404, "participant_unknown")


def test_a_bad_statement_is_named_by_pointer_and_code(node: RegistryNode) -> None:
    token = node.service("consents.write")
    path = f"/v1/participants/P-000002/consents/{DATASET}"
    statement = {
        "alternatives": [
            {"permission": "HMB", "modifiers": [{"code": "GS", "value": "UK"}]},
            {"permission": "DUO:0000005"},
        ]
    }
    body = problem(node.call("PUT", path, statement, token=token), 422, "validation_failed")
    assert [(fault["pointer"], fault["code"]) for fault in body["errors"]] == [
        ("/alternatives/0/modifiers", "unknown_region"),
        ("/alternatives/1/permission", "obsolete_code"),
    ]
    values: list[object] = [True, {}, [1.5]]
    for value in values:
        wrong = {
            "alternatives": [{"permission": "HMB", "modifiers": [{"code": "TS", "value": value}]}]
        }
        problem(node.call("PUT", path, wrong, token=token), 422, "validation_failed")
    late = {"alternatives": [], "effective_from": "yesterday"}
    body = problem(node.call("PUT", path, late, token=token), 422, "validation_failed")
    assert body["errors"][0]["pointer"] == "/effective_from"
    elsewhere = "/v1/participants/P-000002/consents/GDI-ZZ-DATASET-9"
    problem(node.call("PUT", elsewhere, {"alternatives": []}, token=token), 404, "dataset_unknown")


def test_a_cohort_from_question_to_feed(node: RegistryNode) -> None:
    asking = node.service("cohorts.evaluate", "cohorts.freeze", client="permit_service")
    question = {"dataset": DATASET, "purpose": PURPOSE}
    found = node.call("POST", "/v1/cohorts/evaluate", question, token=asking)
    assert found.status_code == 200, found.text
    body = found.json()
    within = BitMap.deserialize(b64decode(body["bitmap"]))
    assert len(within) == body["counts"]["in"]
    # So few people that no number about them may be shown.
    assert body["shown"] == {"members": body["counts"]["members"]}
    assert (body["reasons"], body["awaiting_by_clause"]) == ({}, {})
    assert body["small_cell"] == 10
    frozen = node.call(
        "POST", "/v1/cohorts/freeze", {**question, "application_id": "A-1"}, token=asking
    )
    assert frozen.status_code == 201, frozen.text
    assert "bitmap" not in frozen.json()
    path = f"/v1/cohorts/{frozen.json()['cohort_id']}/bind"
    bound = node.call("POST", path, {"permit_id": "PERMIT-1"}, token=asking)
    assert bound.status_code == 200, bound.text
    problem(node.call("POST", path, {"permit_id": "PERMIT-2"}, token=asking), 409, "cohort_bound")
    asked = {"dataset": DATASET, "ordinal": 0, "permit_id": "PERMIT-1"}
    checking = node.service("decisions.read", client="audit_log")
    answered = node.call("POST", "/v1/decisions", {"questions": [asked, asked]}, token=checking)
    assert [set(one) for one in answered.json()["answers"]] == [{"answer", "reason"}] * 2
    reading = node.service("feed.read", client="clearinghouse")
    taken = node.call("GET", "/v1/feed/snapshot", token=reading).json()
    keys = node.call("GET", "/api/jwk").json()
    assert len(keys["keys"]) == 2
    (register,) = (read_snapshot(jws, keys, issuer=node.url) for jws in taken["snapshots"])
    assert [one["permit_id"] for one in register.content["cohorts"]] == ["PERMIT-1"]
    assert register.position == taken["cursor"]
    path = f"/v1/cohorts/{frozen.json()['cohort_id']}/manifest"
    held = node.call("GET", path, token=reading).json()
    assert (held["permit_id"], held["since"]) == ("PERMIT-1", frozen.json()["revision"])
    assert len(BitMap.deserialize(b64decode(held["delta"]))) == 0
    problem(node.call("GET", path, token=asking), 403, "forbidden")
    late = {"since": held["revision"] + 1}
    problem(node.call("GET", path, token=reading, params=late), 422, "validation_failed")
    news = node.call("GET", "/v1/feed", token=reading, params={"after": 0}).json()
    assert news["cursor"] == taken["cursor"]
    broken = {**question, "purpose": {"category": "XYZ", "months": 0, "colour": "red"}}
    body = problem(
        node.call("POST", "/v1/cohorts/evaluate", broken, token=asking), 422, "validation_failed"
    )
    assert [fault["pointer"] for fault in body["errors"]] == [
        "/purpose",
        "/purpose/category",
        "/purpose/months",
    ]


def test_what_every_service_has(node: RegistryNode) -> None:
    assert node.call("GET", "/healthz").status_code == 200
    assert node.call("GET", "/readyz").status_code == 200
    info = node.call("GET", "/service-info").json()
    assert info["id"] == "org.placet.zz.consent_registry"
    document = node.call("GET", "/openapi.json").json()
    assert "/v1/cohorts/{cohort_id}/bind" in document["paths"]


def test_a_form_goes_its_way_and_a_consent_is_given_by_answers(node: RegistryNode) -> None:
    writing, reading = node.service("consents.write"), node.service("consents.read")
    document = small_document()
    upside_down = {**LIMITED, "modifiers": [{"code": "NPU", "when": "companies"}]}
    bent = small_document(rules=[upside_down])
    found = node.call("POST", "/v1/forms/check", {"document": bent}, token=reading).json()
    assert (found["code"], found["combinations"]) == ("form_not_monotonic", 4)
    body = problem(
        node.call("POST", "/v1/forms", {"document": {}}, token=writing), 422, "validation_failed"
    )
    assert "/texts" in {fault["pointer"] for fault in body["errors"]}
    draft = node.call("POST", "/v1/forms", {"document": document}, token=writing)
    assert (draft.status_code, draft.json()["state"]) == (201, "draft")
    at = f"/v1/forms/{draft.json()['sha256']}"
    problem(node.call("PUT", f"{at}/retirement", token=writing), 409, "form_not_open")
    published = node.call("PUT", f"{at}/publication", {"signature": ""}, token=writing)
    assert published.json()["state"] == "published"
    for address in (at, "/v1/forms/small/versions/1.0"):
        whole = node.call("GET", address, token=node.person("anna")).json()
        assert (whole["document"], whole["languages"]) == (document, ["en"])
    problem(node.call("GET", "/v1/forms/none", token=reading), 404, "form_unknown")
    answers = {
        "form": draft.json()["sha256"],
        "language": "en",
        "answers": [{"question": "health", "answer": "yes"}],
    }
    anna = f"/v1/participants/anna-p/answers/{DATASET}"
    given = node.call("PUT", anna, answers, token=node.person("anna"))
    assert (given.status_code, given.json()["kind"]) == (200, "changed")
    history = node.call("GET", "/v1/participants/anna-p/history", token=reading).json()
    kept = history["events"][0]
    assert (kept["form_version"], kept["answers"]["answers"][1]) == (
        answers["form"],
        {"question": "companies", "answer": None},
    )
    assert kept["alternatives"][0]["permission"] == "DUO:0000006"
    problem(node.call("PUT", anna, answers, token=node.person("bo")), 403, "forbidden")
    unsaid = {**answers, "answers": [{"question": "health"}]}
    problem(node.call("PUT", anna, unsaid, token=writing), 422, "validation_failed")
    demanded = node.call("PUT", f"/v1/datasets/{DATASET}/form", {"form": "small"}, token=writing)
    assert demanded.json()["form"] == "small"
    body = problem(
        node.call(
            "PUT",
            f"/v1/participants/anna-p/consents/{DATASET}",
            {"alternatives": [{"permission": "HMB", "activities": ["project:P-1"]}]},
            token=writing,
        ),
        422,
        "validation_failed",
    )
    assert [fault["code"] for fault in body["errors"]] == ["form_required"]
    ended = node.call("PUT", f"/v1/datasets/{DATASET}/form", {"form": ""}, token=writing)
    assert ended.json()["form"] == ""
    retired = node.call("PUT", f"{at}/retirement", token=writing)
    assert retired.json()["state"] == "retired"
    listed = node.call("GET", "/v1/forms", token=reading).json()
    assert [one["state"] for one in listed["forms"]] == ["retired"]
