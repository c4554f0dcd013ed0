# SPDX-License-Identifier: Apache-2.0
"""Permits, visas and the feed over real HTTP, verified only with the published keys."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from permit_service.bootstrap import create_app
from permit_service.clearinghouse.domain.visa import read_claims, read_header
from permit_service.http.edge import current_edge, install
from shared import feed
from shared.jose import parse_jws
from shared.keys import BadSignature, verify_jws
from shared.waiting_room import WaitingRoom
from tests.support.permit_node import PermitNode
from tests.support.tokens import claims_of, header_of


def the_visa(node: PermitNode, permit_id: str, token: str | None = None) -> str:
    reader = token or node.service("clearinghouse", "visas.read")
    answer = node.visas(reader, iss=node.idp.issuer)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    found = [
        visa
        for visa in answer.json()["ga4gh_passport_v1"]
        if claims_of(visa)["urn:placet:permit"] == permit_id
    ]
    assert len(found) == 1
    visa: str = found[0]
    return visa


def test_the_permit_verifies_with_its_own_keys_and_no_others(node: PermitNode) -> None:
    permit_id = node.grant()
    jws = node.permit(permit_id)["jws"]
    options: dict[str, Any] = {"typ": "placet-permit+jws", "algorithms": ["ES256"]}
    body = json.loads(verify_jws(jws, node.keys("/api/permit-jwk"), **options))
    assert body["permit_id"] == permit_id
    assert body["iss"] == node.url
    for other in ("/api/jwk", "/api/feed-jwk"):
        with pytest.raises(BadSignature):
            verify_jws(jws, node.keys(other), **options)
    for person in ("rita", "dora", "Rare variants", "Purpose and consents"):
        assert person not in json.dumps(body)


def test_an_altered_permit_fails(node: PermitNode) -> None:
    jws = node.permit(node.grant())["jws"]
    head, payload, signature = jws.split(".")
    for altered in (
        f"{head}.{payload[:-4]}AAAA.{signature}",
        f"{head}.{payload}.{signature[:-4]}AAAA",
    ):
        with pytest.raises(BadSignature):
            verify_jws(
                altered,
                node.keys("/api/permit-jwk"),
                typ="placet-permit+jws",
                algorithms=["ES256"],
            )


def test_key_sets_have_one_algorithm_each_and_the_active_key_first(node: PermitNode) -> None:
    for path, algorithm, signed in (
        ("/api/jwk", "RS256", the_visa(node, node.grant())),
        ("/api/permit-jwk", "ES256", node.permit(node.grant())["jws"]),
    ):
        answer = node.get(path)
        keys = answer.json()["keys"]
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert {(key["alg"], key["use"]) for key in keys} == {(algorithm, "sig")}
        assert len(keys) == 2
        assert keys[0]["kid"] == parse_jws(signed).kid
        assert not any("d" in key for key in keys)


def test_a_visa_keeps_the_document_profile(node: PermitNode) -> None:
    permit_id = node.grant()
    visa = the_visa(node, permit_id)
    header, claims = header_of(visa), claims_of(visa)
    assert set(header) == {"alg", "typ", "kid", "jku"}
    assert (header["alg"], header["typ"]) == ("RS256", "vnd.ga4gh.visa+jwt")
    assert header["jku"] == f"{node.url}/api/jwk"
    read_header(header)
    read_claims(claims, now=claims["iat"])
    assert claims["exp"] - claims["iat"] == 900
    assert claims["iss"] == node.url
    assert claims["sub"] not in {"rita", "person-rita"}
    granted = claims["ga4gh_visa_v1"]
    assert granted["value"] == "https://data.zz.example/datasets/GDI-ZZ-DATASET-1"
    assert granted["source"] == "https://authority.zz.example"
    verify_jws(visa, node.keys("/api/jwk"), typ="vnd.ga4gh.visa+jwt", algorithms=["RS256"])
    body = claims_of(node.permit(permit_id)["jws"])
    assert body["holder"] == {"sub": claims["sub"]}


def test_a_person_reads_only_her_own_visas(node: PermitNode) -> None:
    permit_id = node.grant()
    the_visa(node, permit_id, node.rita())
    stranger = node.person("stranger", "visas.read")
    for user in ("person-rita", "person-nobody"):
        answer = node.visas(stranger, user)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    elsewhere = node.visas(node.rita(), iss="https://other.example")
    assert elsewhere.status_code == 403


def test_recipients_are_registered_and_unknown_users_unknown(node: PermitNode) -> None:
    node.grant()
    unregistered = node.service("story", "visas.read")
    for user in ("person-rita", "person-nobody"):
        answer = node.visas(unregistered, user, iss=node.idp.issuer)
        assert answer.json() == {"ga4gh_passport_v1": []}
    registered = node.service("clearinghouse", "visas.read")
    answer = node.visas(registered, "person-nobody", iss=node.idp.issuer)
    assert (answer.status_code, answer.json()["code"]) == (404, "user_unknown")
    assert node.visas(registered).status_code == 200
    assert node.get("/api/permissions/person-rita").status_code == 401


def test_a_visa_opens_no_door_here(node: PermitNode) -> None:
    visa = the_visa(node, node.grant())
    answer = node.get("/v1/applications", visa)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_not_access_token")


def test_after_a_revocation_there_is_no_visa_and_no_way_back(node: PermitNode) -> None:
    permit_id = node.grant()
    answer = node.revoke(permit_id)
    assert answer.status_code == 201
    assert node.permit(permit_id)["status"] == "revoked"
    reader = node.service("clearinghouse", "visas.read")
    visas = node.visas(reader, iss=node.idp.issuer).json()["ga4gh_passport_v1"]
    assert permit_id not in {claims_of(visa)["urn:placet:permit"] for visa in visas}
    again = node.revoke(permit_id)
    assert (again.status_code, again.json()["code"]) == (409, "permit_not_live")
    for body in ({}, {"reasons": "no"}):
        refused = node.post(f"/v1/permits/{permit_id}/revocations", body, node.dora())
        assert refused.status_code == 422
    unknown = node.revoke("none")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "permit_unknown")
    assert node.get(f"/v1/permits/{permit_id}", node.rita()).status_code == 403


def test_the_feed_reads_with_the_shared_reader_and_tells_everything(node: PermitNode) -> None:
    token = node.service("clearinghouse", "feed.read")
    keys = node.keys("/api/feed-jwk")
    before = node.get("/v1/feed/snapshot", token).json()["cursor"]
    permit_id = node.grant()
    revision = node.revoke(permit_id).json()["revision"]
    answer = node.get("/v1/feed", token, after=str(before)).json()
    batch = feed.read_changes(answer["batch"], keys, issuer=node.url, after=before)
    assert [(one.kind, one.content["permit_id"]) for one in batch.changes] == [
        ("permit.issued", permit_id),
        ("permit.revoked", permit_id),
    ]
    assert batch.changes[0].content["jws"] == node.permit(permit_id)["jws"]
    assert batch.upto == answer["cursor"] == revision == before + 2
    taken = node.get("/v1/feed/snapshot", token).json()
    (jws,) = taken["snapshots"]
    snapshot = feed.read_snapshot(jws, keys, issuer=node.url)
    assert (snapshot.register, snapshot.revision) == ("permits", taken["cursor"])
    statuses = {one["permit_id"]: one["status"] for one in snapshot.content["permits"]}
    assert statuses[permit_id] == "revoked"


def test_a_long_poll_ends_with_the_change_it_waited_for(node: PermitNode) -> None:
    token = node.service("clearinghouse", "feed.read")
    cursor = node.get("/v1/feed/snapshot", token).json()["cursor"]
    application_id = node.apply()
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting = pool.submit(node.get, "/v1/feed", token, after=str(cursor), wait="20")
        node.decide(application_id)
        assert waiting.result(timeout=60).json()["cursor"] == cursor + 1


def test_who_finds_no_seat_to_wait_in_is_answered_at_once(node: PermitNode) -> None:
    def pause(_: float) -> None:
        raise AssertionError("it waited")

    app = create_app(node.parts)
    with app.app_context():
        install(app, replace(current_edge(), pause=pause, waiting=WaitingRoom(0)))
    token = node.service("clearinghouse", "feed.read")
    headers = {"Authorization": f"Bearer {token}"}
    cursor = node.get("/v1/feed/snapshot", token).json()["cursor"]
    answer = app.test_client().get(f"/v1/feed?after={cursor}&wait=20", headers=headers)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["cursor"] == cursor


def test_the_feed_is_for_those_with_its_scope(node: PermitNode) -> None:
    for path in ("/v1/feed", "/v1/feed/snapshot"):
        assert node.get(path).status_code == 401
        assert node.get(path, node.rita()).status_code == 403
    token = node.service("clearinghouse", "feed.read")
    for query in ({"after": "-1"}, {"wait": "21"}, {"after": "x"}):
        assert node.get("/v1/feed", token, **query).status_code == 422


def test_the_openapi_document_names_every_address(node: PermitNode) -> None:
    paths = node.get("/openapi.json").json()["paths"]
    assert {
        "/v1/applications",
        "/v1/applications/{application_id}",
        "/v1/applications/{application_id}/cohort",
        "/v1/applications/{application_id}/decisions",
        "/v1/permits/{permit_id}",
        "/v1/permits/{permit_id}/revocations",
        "/v1/feed",
        "/v1/feed/snapshot",
        "/v1/messages",
        "/api/permissions/{user}",
        "/api/jwk",
        "/api/permit-jwk",
        "/api/feed-jwk",
    } <= set(paths)
