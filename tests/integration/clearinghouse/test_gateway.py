# SPDX-License-Identifier: Apache-2.0
"""A real nginx asks a real clearinghouse: who gets which file, and who learns what."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.entries import parse_entry
from tests.fakes.clearinghouse import DATASET, PERMIT, local_id
from tests.fakes.clearinghouse_feeds import REGISTER
from tests.fakes.clearinghouse_node import Node
from tests.integration.clearinghouse.suite import (
    ALLOWED,
    FILE,
    PEOPLE,
    Suite,
    content_of,
    path_of,
    refused,
    running,
)
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """Run one node for the tests that leave it as it is."""
    with running(tmp_path_factory.mktemp("node")) as one:
        yield one


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Suite]:
    """Run a node of the test's own."""
    with running(tmp_path) as one:
        yield one


def test_exactly_the_consenting_peoples_files_come(suite: Suite) -> None:
    for member in range(PEOPLE):
        reply = suite.read(member)
        if member < ALLOWED:
            assert (reply.status, reply.reason) == (200, "permit_valid")
            assert reply.body == content_of(member)
        else:
            refused(reply, 403, "person_not_in_cohort")
    refused(suite.read(999), 403, "person_not_in_cohort")


def test_answers_say_nothing_that_a_cache_could_keep(suite: Suite) -> None:
    reply = suite.read(1)
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["content-type"] == "application/octet-stream"
    assert "nginx/" not in reply.headers["server"]


def test_parts_of_an_allowed_file_can_be_read_and_of_no_other(suite: Suite) -> None:
    part = {"Range": "bytes=2-5"}
    token = suite.around.token()
    reply = suite.get(path_of(1), token=token, headers=part)
    assert (reply.status, reply.body) == (206, content_of(1)[2:6])
    refused(suite.get(path_of(8), token=token, headers=part), 403, "person_not_in_cohort")
    assert suite.get(path_of(1), token=token, method="HEAD").status == 200
    assert suite.get(path_of(8), token=token, method="HEAD").status == 403


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (lambda node: node.token(aud="urn:placet:zz:permit_service"), "token_audience"),
        (lambda node: node.token(aud="desk"), "token_audience"),
        (lambda node: node.token(seconds=-60), "token_expired"),
        (lambda node: node.token(key="evil"), "token_issuer_untrusted"),
        (lambda node: node.token(iss="https://evil.example"), "token_issuer_untrusted"),
        (lambda node: node.token(typ="JWT"), "token_not_access_token"),
        (lambda node: node.visa(), "token_not_access_token"),
        (lambda node: node.token(ga4gh_visa_v1={}), "token_not_access_token"),
        (lambda node: node.token(ga4gh_passport_v1=[node.visa()]), "token_not_access_token"),
        (lambda _: "nonsense", "token_malformed"),
        (lambda _: "x" * 9000, "token_malformed"),
    ],
)
def test_only_an_access_token_for_this_place_is_a_credential(
    suite: Suite, token: Callable[[Node], str], reason: str
) -> None:
    reply = suite.read(1, token=token(suite.around))
    refused(reply, 401, reason)
    assert reply.headers["www-authenticate"] == 'Bearer realm="placet", error="invalid_token"'


def test_without_a_token_the_client_is_asked_for_one(suite: Suite) -> None:
    reply = suite.get(path_of(1))
    refused(reply, 401, "token_missing")
    assert reply.headers["www-authenticate"] == 'Bearer realm="placet"'


def test_a_stranger_has_no_visa(suite: Suite) -> None:
    for subject in ("stranger", "nobody-ever-heard-of"):
        refused(suite.read(1, token=suite.around.token(subject)), 403, "visa_none")


EVIL = "https://evil.example"


@pytest.mark.parametrize(
    ("name", "visa", "reason"),
    [
        ("a", lambda node: node.visa(seconds=-1), "visa_expired"),
        (
            "b",
            lambda node: node.visa(key="evil", jku=f"{EVIL}/api/jwk", iss=EVIL),
            "visa_issuer_untrusted",
        ),
        (
            "c",
            lambda node: node.visa(key="evil", jku=f"{EVIL}/api/jwk"),
            "visa_issuer_untrusted",
        ),
        ("d", lambda node: node.visa(key="evil", iss=EVIL), "visa_issuer_untrusted"),
        ("e", lambda node: node.visa(key="evil"), "visa_invalid"),
        (
            "f",
            lambda node: node.visa(body={"source": "https://x.example"}),
            "visa_issuer_untrusted",
        ),
        ("g", lambda node: node.visa(body={"by": "self"}), "visa_invalid"),
        (
            "h",
            lambda node: node.visa(body={"conditions": [[{"type": "x", "value": "const:y"}]]}),
            "visa_invalid",
        ),
        ("i", lambda node: node.visa(aud="desk"), "visa_invalid"),
        ("j", lambda node: node.visa(sub="another-holder"), "permit_invalid"),
        ("k", lambda node: node.visa(permit="unknown"), "permit_invalid"),
        ("l", lambda node: node.visa(body={"value": "https://data.example/other"}), "visa_none"),
        ("m", lambda node: "x" * 17_000, "visa_invalid"),
    ],
)
def test_a_visa_is_foreign_input(
    suite: Suite, name: str, visa: Callable[[Node], str], reason: str
) -> None:
    subject = f"person-{name}"
    suite.around.visas[subject] = [visa(suite.around)]
    refused(suite.read(1, token=suite.around.token(subject)), 403, reason)


def test_headers_of_the_client_decide_nothing(suite: Suite) -> None:
    token = suite.around.token()
    lies = {
        "X-Original-Path": path_of(1),
        "X-Original-URI": path_of(1),
        "X-Original-Method": "GET",
        "X-Original-Remote": "192.0.2.1",
        "X-Placet-Reason": "permit_valid",
        "X-Rewrite-URL": path_of(1),
    }
    refused(suite.get(path_of(8), token=token, headers=lies), 403, "person_not_in_cohort")
    refused(suite.get(path_of(1), headers=lies), 401, "token_missing")
    assert suite.get(path_of(1), token=token, headers={"X-Original-Path": path_of(8)}).status == 200


@pytest.mark.parametrize("path", ["/_placet/decide", "/v1/decide", "/metrics", "/", "/data"])
def test_nothing_else_is_reachable(suite: Suite, path: str) -> None:
    assert suite.get(path, token=suite.around.token()).status in {403, 404}


def test_the_state_is_shown_in_development(suite: Suite) -> None:
    reply = suite.get("/clearinghouse/state")
    assert reply.status == 200
    assert REGISTER.encode() in reply.body


def test_every_decision_is_on_record_with_its_reason(own: Suite) -> None:
    own.read(1)
    own.read(8)
    own.get(path_of(2))
    wait_until(lambda: len(own.around.intake) >= 5, "the entries to reach the log")
    entries = [parse_entry(entry) for entry, _ in own.around.intake]
    decided = [entry for entry in entries if entry.type == "placet.access.decision.v1"]
    assert [(entry.decision, entry.reason) for entry in decided] == [
        ("permit", "permit_valid"),
        ("deny", "person_not_in_cohort"),
        ("deny", "token_missing"),
    ]
    assert entries[0].type == "placet.sys.start.v1"
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))


def test_the_log_of_the_process_names_no_person_and_no_token(own: Suite) -> None:
    token = own.around.token("astrid-lindgren")
    own.around.visas["astrid-lindgren"] = [own.around.visa(), "broken"]
    own.read(1, token=token)
    own.get(f"/data/{DATASET}/Astrid-Lindgren/x", token=token)
    own.get(path_of(1), token="Astrid-Lindgren")
    own.around.down.add("permits")
    own.read(1, token=own.around.token("astrid-lindgren-2"))
    text = own.clearinghouse.log.read_text().lower()
    for secret in ("lindgren", token.lower(), token.split(".")[1].lower(), local_id(1).lower()):
        assert secret not in text


def test_a_withdrawn_person_is_refused_from_the_shown_revision_on(own: Suite) -> None:
    assert own.read(3).status == 200
    gone = {"ordinal": 3, "cause": "withdrawn"}
    revision = own.around.consent.change(REGISTER, "member.narrowed", gone)
    wait_until(lambda: own.seen() >= revision, "the withdrawal to be seen")
    refused(own.read(3), 403, "person_not_in_cohort")
    assert own.read(2).status == 200


def test_a_revoked_permit_is_refused_from_the_shown_revision_on(own: Suite) -> None:
    assert own.read(3).status == 200
    revision = own.around.permits.change("permits", "permit.revoked", {"permit_id": PERMIT})
    wait_until(lambda: own.seen("permits") >= revision, "the revocation to be seen")
    refused(own.read(3), 403, "permit_revoked")


def test_a_permit_altered_on_its_way_is_refused(own: Suite) -> None:
    good = own.around.permit_jws()
    head, body, signature = good.split(".")
    altered = {"permit_id": PERMIT, "jws": f"{head}.{body[:-4]}AAAA.{signature}"}
    own.around.permits.change("permits", "permit.issued", altered)
    wait_until(lambda: own.seen("permits") > 5, "the altered permit to be seen")
    refused(own.read(3), 403, "permit_invalid")


def reissue(own: Suite, *kinds: str) -> None:
    """Issue the permit anew, for these kinds of data."""
    jws = own.around.permit_jws(purpose={"category": "HMB", "data_categories": list(kinds)})
    issued = {"permit_id": PERMIT, "jws": jws}
    revision = own.around.permits.change("permits", "permit.issued", issued)
    wait_until(lambda: own.seen("permits") >= revision, "the permit to be seen")


def test_a_permit_for_other_kinds_of_data_opens_no_genome(own: Suite) -> None:
    reissue(own, "images")
    refused(own.read(3), 403, "data_category_not_in_permit")
    reissue(own, "genome", "images")
    assert own.read(3).body == content_of(3)


def test_a_file_of_a_kind_that_the_dataset_does_not_hold_is_refused(own: Suite) -> None:
    """The permit names no kinds: it is for all that the manifest tells of."""
    assert own.read(3).status == 200
    beside = path_of(3).replace(FILE, "ehr.json")
    (own.data / beside.removeprefix("/data/")).write_bytes(content_of(3))
    refused(own.get(beside, token=own.around.token()), 403, "data_category_not_in_permit")


def test_a_new_permit_opens_although_there_was_none_a_moment_ago(own: Suite) -> None:
    own.around.visas["anders"] = []
    token = own.around.token("anders")
    refused(own.read(1, token=token), 403, "visa_none")
    jws = own.around.permit_jws(
        "permit-2",
        cohort={"cohort_id": "cohort-1", "revision": 10, "digest": "c2FsdGVkIGRpZ2VzdA=="},
    )
    bound = own.around.cohort(range(2), permit_id="permit-2")
    own.around.consent.change(REGISTER, "cohort.bound", bound)
    own.around.visas["anders"] = [own.around.visa(permit="permit-2")]
    issued = {"permit_id": "permit-2", "jws": jws}
    revision = own.around.permits.change("permits", "permit.issued", issued)
    wait_until(lambda: own.seen("permits") >= revision, "the new permit to be seen")
    wait_until(lambda: own.seen() >= 13, "the new cohort to be seen")
    assert own.read(1, token=token).body == content_of(1)
    refused(own.read(2, token=token), 403, "person_not_in_cohort")
