# SPDX-License-Identifier: Apache-2.0
"""The log over real HTTP: C2SP paths, proofs, search; who may read what; what a look leaves."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import pytest

from audit_log.adapters.key_files import check_ed25519
from audit_log.domain.checkpoint import parse_checkpoint
from audit_log.domain.merkle import leaf_hash, verify_consistency, verify_inclusion
from audit_log.domain.note import open_note, parse_vkey
from audit_log.domain.proof import parse_proof
from audit_log.domain.tiles import decode_bundle
from shared.entries import Entry, parse_entry
from shared.events import Actor, Subject
from tests.fakes.log_factories import DATASET, ISSUER, Speaker, fact
from tests.support.log_node import LogNode

REASON = {"decision": "deny", "reason": "person_not_in_cohort"}


@pytest.fixture(scope="module")
def said(node: LogNode) -> list[bytes]:
    """Everything in the log after a first batch of 300 entries, one of them special."""
    speaker = Speaker()
    entries = speaker.say_many(299)
    special = speaker.say(
        fact(
            type_="placet.access.read.v1",
            actor=Actor(issuer=ISSUER, subject="somebody else", client_id="desk"),
            subjects=(Subject(dataset="GDI-ZZ-DATASET-2", ordinal=3),),
            dataset="GDI-ZZ-DATASET-2",
            decision="deny",
        )
    )
    assert node.send(*entries).status_code == 202
    assert node.send(special).json() == {"accepted": 1}
    size = node.settle()
    token = node.otto()
    first = decode_bundle(node.get("/log/tile/entries/000", token).content)
    rest = decode_bundle(node.get(f"/log/tile/entries/001.p/{size - 256}", token).content)
    return [*first, *rest]


def test_the_served_bytes_verify_with_the_served_key(node: LogNode, said: list[bytes]) -> None:
    about = node.get("/v1/log", node.otto()).json()
    assert about["origin"] == "placet.example/zz/log"
    answer = node.get("/log/checkpoint", node.otto())
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    note = open_note(answer.content, [parse_vkey(about["vkey"])], check_ed25519)
    checkpoint = parse_checkpoint(note.text, origin=about["origin"])
    assert checkpoint.size == about["size"]
    index = 42
    proof = parse_proof(node.get(f"/v1/entries/{index}/proof", node.otto()).text)
    leaf = leaf_hash(said[index])
    verify_inclusion(leaf, index, checkpoint.size, proof.path, checkpoint.root)
    tile = node.get("/log/tile/0/000", node.otto()).content
    assert tile[index * 32 : index * 32 + 32] == leaf


def test_growth_is_provable(node: LogNode, said: list[bytes]) -> None:
    old = parse_checkpoint(_text(node), origin="placet.example/zz/log")
    node.post("/v1/search", {}, node.otto())
    node.settle()
    new = parse_checkpoint(_text(node), origin="placet.example/zz/log")
    answer = node.get(
        "/v1/proofs/consistency", node.otto(), **{"from": str(old.size), "to": str(new.size)}
    ).json()
    assert (answer["from"], answer["to"]) == (old.size, new.size)
    proof = [b64decode(one) for one in answer["proof"]]
    verify_consistency(old.size, new.size, old.root, new.root, proof)


def _text(node: LogNode) -> str:
    return node.get("/log/checkpoint/latest", node.otto()).text.partition("\n\n")[0] + "\n"


def test_tiles_may_be_kept_for_ever_and_the_checkpoint_not(
    node: LogNode, said: list[bytes]
) -> None:
    tile = node.get("/log/tile/entries/000", node.otto())
    assert tile.headers["Content-Type"] == "application/octet-stream"
    assert tile.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    again = node.get("/log/checkpoint", node.otto())
    assert again.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        *("/log/tile/0/999", "/log/tile/0/000.p/7", "/log/tile/9/000", "/log/tile/0/0"),
        *("/log/tile/entries/001", "/log/tile/0/000.p/256", "/log/tile/data/000"),
        *("/log/tile/0/x000/000", "/v1/entries/999999/proof", "/v1/entries/999999"),
    ],
)
def test_what_is_not_published_is_not_found(node: LogNode, said: list[bytes], path: str) -> None:
    answer = node.get(path, node.otto())
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_published"


@pytest.mark.parametrize("query", [("0", "5"), ("5", "4"), ("1", "999999")])
def test_sizes_beyond_what_is_published_have_no_proof(
    node: LogNode, said: list[bytes], query: tuple[str, str]
) -> None:
    asked = {"from": query[0], "to": query[1]}
    answer = node.get("/v1/proofs/consistency", node.otto(), **asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "size_not_published")


def search(node: LogNode, **body: Any) -> Mapping[str, Any]:
    answer = node.post("/v1/search", body, node.otto())
    assert answer.status_code == 200, answer.text
    found: Mapping[str, Any] = answer.json()
    return found


def test_a_search_finds_by_actor_dataset_person_type_decision_and_time(
    node: LogNode, said: list[bytes]
) -> None:
    index = next(
        n for n, raw in enumerate(said) if parse_entry(raw).type == "placet.access.read.v1"
    )
    for wanted in (
        {"actor": {"issuer": ISSUER, "subject": "somebody else"}},
        {"dataset": "GDI-ZZ-DATASET-2"},
        {"person": {"dataset": "GDI-ZZ-DATASET-2", "ordinal": 3}},
        {"type": "placet.access.read.v1"},
        {"decision": "deny", "dataset": "GDI-ZZ-DATASET-2"},
    ):
        found = search(node, **wanted)
        assert [one["idx"] for one in found["entries"]] == [index], wanted
        assert found["next"] is None
    nothing = search(node, person={"dataset": "GDI-ZZ-DATASET-2", "ordinal": 4})
    assert nothing["entries"] == []
    before = search(node, dataset=DATASET, until="2026-11-22T12:00:00Z")
    assert before["entries"] == []
    since = search(node, dataset=DATASET, since="2026-11-22T12:00:00Z", limit=1)
    assert since["entries"][0]["entry"]["ds"] == DATASET


def test_a_search_may_reach_to_the_end_of_the_calendar(node: LogNode, said: list[bytes]) -> None:
    """Nothing that is counted on from there comes after it."""
    found = search(node, dataset="GDI-ZZ-DATASET-2", until="9999-12-31T23:59:59.999999Z")
    assert len(found["entries"]) == 1
    assert search(node, since="0001-01-01T00:00:00Z", limit=1)["entries"]


def test_pages_follow_each_other_without_gap_or_repetition(
    node: LogNode, said: list[bytes]
) -> None:
    seen: list[int] = []
    page = search(node, dataset=DATASET, limit=120)
    size = page["as_of"]["size"]
    while True:
        seen += [one["idx"] for one in page["entries"]]
        if page["next"] is None:
            break
        page = search(node, dataset=DATASET, limit=120, after=page["next"], as_of=size)
        assert page["as_of"]["size"] == size
    assert len(seen) == 299
    assert seen == sorted(seen, reverse=True)


def test_a_search_can_be_repeated_as_of_a_published_size(node: LogNode, said: list[bytes]) -> None:
    first = search(node, type="placet.audit.search.v1", limit=200)
    node.settle()
    now = search(node, type="placet.audit.search.v1", limit=200)
    then = search(node, type="placet.audit.search.v1", limit=200, as_of=first["as_of"]["size"])
    assert then == first
    assert len(now["entries"]) > len(first["entries"])
    answer = node.post("/v1/search", {"as_of": 3}, node.otto())
    assert answer.json()["code"] == "size_not_published"


def test_every_look_of_an_officer_is_an_entry(node: LogNode, said: list[bytes]) -> None:
    person = {"dataset": "GDI-ZZ-DATASET-2", "ordinal": 3}
    search(node, person=person, actor={"issuer": ISSUER, "subject": "MARKER-4711"})
    assert node.get("/v1/entries/7", node.otto()).status_code == 200
    node.settle()
    newest = search(node, type="placet.audit.search.v1", limit=2)["entries"]
    viewed, searched = (one["entry"] for one in newest)
    assert (viewed["r"], viewed["x"]) == ("entry_viewed", {"index": 7})
    assert searched["r"] == "searched"
    assert searched["x"]["filter"] == ["actor", "person"]
    assert set(searched["c"]) == {"actor", "subj"}
    assert "MARKER" not in str(searched)
    about = search(node, person=person, limit=10)["entries"]
    assert newest[1]["idx"] in [one["idx"] for one in about]


def test_one_entry_comes_with_its_proof(node: LogNode, said: list[bytes]) -> None:
    seen = node.get("/v1/entries/3", node.otto()).json()
    assert b64decode(seen["raw"]) == said[3]
    assert b64decode(seen["leaf"]) == leaf_hash(said[3])
    proof = parse_proof(seen["proof"])
    assert proof.checkpoint.decode() == seen["as_of"]["checkpoint"]
    entry: Entry = parse_entry(b64decode(seen["raw"]))
    assert seen["entry"]["id"] == entry.id


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"limit": 0}, "/limit"),
        ({"limit": 201}, "/limit"),
        ({"after": -1}, "/after"),
        ({"since": "yesterday"}, "/since"),
        ({"since": "2026-11-22T12:00:00Z", "until": "2026-11-22T12:00:00Z"}, "/until"),
        ({"dataset": "a name with spaces"}, "/dataset"),
        ({"type": "something"}, "/type"),
        ({"decision": "maybe"}, "/decision"),
        ({"person": {"dataset": "GDI-ZZ-DATASET-2"}}, "/person/ordinal"),
        ({"person": {"dataset": "nonsense", "ordinal": 1}}, "/person"),
        ({"actor": {"subject": "x"}}, "/actor/issuer"),
        ({"something": 1}, "/something"),
    ],
)
def test_a_search_with_faults_names_them(
    node: LogNode, said: list[bytes], body: Mapping[str, object], pointer: str
) -> None:
    answer = node.post("/v1/search", body, node.otto())
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/log/checkpoint", "log.read"),
        ("GET", "/log/tile/0/000", "log.read"),
        ("GET", "/v1/log", "log.read"),
        ("GET", "/v1/entries/1/proof", "log.read"),
        ("GET", "/v1/proofs/consistency?from=1&to=2", "log.read"),
        ("GET", "/v1/entries/1", "log.search"),
        ("POST", "/v1/search", "log.search"),
        ("POST", "/v1/intake", "entries.write"),
        ("POST", "/v1/erasures", "subjects.erase"),
    ],
)
def test_each_address_opens_to_its_scope_alone(
    node: LogNode, said: list[bytes], method: str, path: str, scope: str
) -> None:
    others = tuple(
        one for one in ("log.read", "log.search", "entries.write", "subjects.erase") if one != scope
    )
    call = node.get if method == "GET" else lambda p, t=None: node.post(p, {}, t)
    assert call(path).json()["code"] == "token_missing"
    assert call(path, node.service("story", *others)).json()["code"] == "forbidden"
    assert call(path, node.service("story", scope)).status_code not in (401, 403)


def test_a_producer_s_chain_can_be_looked_up(node: LogNode, said: list[bytes]) -> None:
    answer = node.get("/v1/producers/zz/clearinghouse/1", node.otto()).json()
    assert answer["client_id"] == "clearinghouse"
    (chain,) = answer["chains"]
    assert (chain["epoch"], chain["seq"], chain["gaps"]) == (1, 300, [])
    last = [raw for raw in said if parse_entry(raw).src == "zz/clearinghouse/1"][-1]
    assert chain["head"] == b64encode(leaf_hash(last)).decode()
    assert node.get("/v1/producers/zz/nobody/1", node.otto()).status_code == 404
