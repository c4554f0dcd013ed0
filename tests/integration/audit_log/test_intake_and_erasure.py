# SPDX-License-Identifier: Apache-2.0
"""Entries in over HTTP, and people out of them again: nothing doubled, nothing left readable."""

from base64 import b64encode
from itertools import count

import psycopg
import pytest
from psycopg import sql

from audit_log.adapters.tables import METADATA
from audit_log.domain.merkle import leaf_hash, root_of
from audit_log.settings import AdminSettings
from services.audit_log import admin
from services.audit_log.report import Report
from shared.entries import parse_entry
from shared.events import Actor, Subject
from shared.settings import load
from tests.fakes.log_factories import DATASET, ISSUER, Speaker, fact
from tests.support.log_node import LogNode

PERSON = Subject(dataset=DATASET, ordinal=11)
RITA = Actor(issuer=ISSUER, subject="MARKER-rita", client_id="desk")
DORA = Actor(issuer=ISSUER, subject="MARKER-dora", client_id="desk")


EPOCHS = count(100)


def speaker_of(src: str = "zz/clearinghouse/1") -> Speaker:
    """A speaker with a chain of its own, for the log is the same for all tests."""
    return Speaker(src, epoch=next(EPOCHS))


def settled(node: LogNode) -> list[bytes]:
    node.settle()
    return node.entries()


def verified(node: LogNode) -> Report:
    return admin.verify_stored(load(AdminSettings, node.environment))


def test_a_batch_is_kept_whole_or_not_at_all(node: LogNode) -> None:
    mine, foreign = speaker_of(), speaker_of("zz/consent_registry/1")
    answer = node.send(mine.say(), foreign.say(), mine.say())
    assert (answer.status_code, answer.json()["code"]) == (403, "src_not_yours")
    answer = node.send(foreign.say(), client_id="consent_registry")
    assert (answer.status_code, answer.json()["code"]) == (403, "src_not_yours")
    said = [parse_entry(raw) for raw in settled(node)]
    assert not [one for one in said if one.epoch in (mine.epoch, foreign.epoch)]


@pytest.mark.parametrize(
    "body",
    [{}, {"entries": []}, {"entries": [{}]}, {"entries": [{"entry": "?", "sealed": ""}]}, []],
)
def test_a_malformed_batch_is_refused_with_pointers(node: LogNode, body: object) -> None:
    answer = node.post("/v1/intake", body, node.service("clearinghouse", "entries.write"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/entries")


def test_unreadable_entries_are_taken_and_quarantined_not_lost(node: LogNode) -> None:
    body = {"entries": [{"entry": b64encode(b"gibberish").decode(), "sealed": ""}]}
    token = node.service("clearinghouse", "entries.write")
    assert node.post("/v1/intake", body, token).status_code == 202
    node.settle()
    said = [parse_entry(raw) for raw in node.entries()]
    assert [one.reason for one in said if one.type == "placet.sys.quarantined.v1"] == [
        "malformed_entry"
    ]
    assert verified(node).flaws == ()


def test_a_full_batch_of_the_transport_fits(node: LogNode) -> None:
    speaker = speaker_of()
    people = tuple(Subject(dataset=DATASET, ordinal=n) for n in range(64))
    entries = [speaker.say(fact(subjects=people)) for _ in range(115)]
    assert sum(len(one.entry) + len(one.sealed) for one in entries) > 950_000
    assert node.send(*entries).status_code == 202
    node.settle()
    with node.parts.transaction() as log:
        chains = {chain.key.epoch: chain.seq for chain, _ in log.reader.chains(speaker.src)}
    assert chains[speaker.epoch] == 115


def test_no_personal_value_stands_in_the_clear_anywhere(node: LogNode) -> None:
    speaker = speaker_of()
    node.send(speaker.say(fact(actor=RITA, subjects=(PERSON,), permit={"permit_id": "MARKER-p"})))
    node.send(speaker.say(fact(actor=DORA)))
    node.settle()
    assert all(b"MARKER" not in raw for raw in node.entries())
    with psycopg.connect(node.environment["PLACET_DATABASE_URL"]) as connection:
        for table in METADATA.tables:
            query = sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(table))
            for (row,) in connection.execute(query).fetchall():
                assert "MARKER" not in row
                assert b"MARKER".hex() not in row


def erase(node: LogNode, **target: object) -> dict[str, int]:
    token = node.service("story", "subjects.erase")
    answer = node.post("/v1/erasures", {**target, "ground": "gdpr_17_1_b"}, token)
    assert answer.status_code == 201, answer.text
    erased: dict[str, int] = answer.json()
    return erased


def test_a_destroyed_key_leaves_every_proof_standing_and_nothing_readable(node: LogNode) -> None:
    speaker = speaker_of()
    person, other = (Subject(dataset="GDI-ZZ-DATASET-9", ordinal=n) for n in (11, 12))
    node.send(
        speaker.say(fact(actor=RITA, subjects=(person, other))),
        speaker.say(fact(actor=DORA, subjects=(person,))),
        speaker.say(fact(actor=DORA, subjects=(other,))),
    )
    size = node.settle()
    before = node.entries()
    checkpoint = node.get("/log/checkpoint", node.otto()).text
    assert verified(node).flaws == ()
    erased = erase(node, person={"dataset": person.dataset, "ordinal": person.ordinal})
    assert (erased["parts"], erased["below"]) == (2, size)
    grown = node.settle()
    after = node.entries()
    assert after[:size] == before
    said = [parse_entry(raw) for raw in after[size:]]
    (why,) = [one for one in said if one.type == "placet.audit.erase.v1"]
    assert (why.reason, why.counts) == ("gdpr_17_1_b", {"parts": 2})
    assert why.extra["below"] == size
    report = verified(node)
    assert (report.flaws, report.size) == ((), grown)
    assert report.root == root_of([leaf_hash(raw) for raw in after])
    assert checkpoint.splitlines()[1] == str(size)
    body = {"person": {"dataset": person.dataset, "ordinal": person.ordinal}}
    assert node.post("/v1/search", body, node.otto()).json()["entries"] == []
    body = {"person": {"dataset": other.dataset, "ordinal": other.ordinal}}
    assert len(node.post("/v1/search", body, node.otto()).json()["entries"]) == 2


def test_an_erased_account_is_found_no_more_and_begins_anew(node: LogNode) -> None:
    speaker = speaker_of()
    account = {"issuer": RITA.issuer, "subject": RITA.subject}
    node.send(speaker.say(fact(actor=RITA, permit={"permit_id": "p1"})), speaker.say(fact()))
    node.settle()
    assert erase(node, actor=account)["parts"] >= 2
    node.settle()
    assert node.post("/v1/search", {"actor": account}, node.otto()).json()["entries"] == []
    node.send(speaker.say(fact(actor=RITA)))
    node.settle()
    found = node.post("/v1/search", {"actor": account}, node.otto()).json()["entries"]
    assert [one["entry"]["seq"] for one in found] == [3]
    node.settle()
    assert verified(node).flaws == ()


def test_what_holds_no_key_cannot_be_erased(node: LogNode) -> None:
    token = node.service("story", "subjects.erase")
    stranger = {"actor": {"issuer": ISSUER, "subject": "nobody"}}
    answer = node.post("/v1/erasures", stranger, token)
    assert (answer.status_code, answer.json()["code"]) == (404, "nothing_to_erase")
    for body in ({}, {**stranger, "person": {"dataset": DATASET, "ordinal": 1}}):
        assert node.post("/v1/erasures", body, token).status_code == 422
    answer = node.post("/v1/erasures", {**stranger, "ground": "because I say so"}, token)
    assert answer.json()["errors"][0]["pointer"] == "/ground"
    said = [parse_entry(raw) for raw in settled(node)]
    assert "because I say so" not in [one.reason for one in said]
