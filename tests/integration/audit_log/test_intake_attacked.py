# SPDX-License-Identifier: Apache-2.0
"""The log's HTTP door attacked from outside: what is taken stands once, and all else not at all."""

import json
import random
import socket
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from itertools import count

import psycopg
import pytest
import requests

from shared.entries import Entry, parse_entry
from shared.events import SealedEntry
from tests.fakes.log_factories import Speaker, fact
from tests.support.log_node import OFFICER_SCOPES, LogNode
from tests.support.tokens import service_token

SRC, OTHER = "zz/clearinghouse/1", "zz/permit_service/1"
EPOCHS = count(1)


@pytest.fixture(scope="module", autouse=True)
def _two_producers(node: LogNode) -> None:
    node.add(OTHER, "permit_service")


def speaker(src: str = SRC) -> Speaker:
    """A speaker with a chain of its own."""
    return Speaker(src, epoch=next(EPOCHS))


def said_by(node: LogNode, epoch: int) -> list[Entry]:
    """Give what the log serves of one chain, in the log's order."""
    node.settle()
    everything = [parse_entry(raw) for raw in node.entries()]
    return [one for one in everything if one.src in (SRC, OTHER) and one.epoch == epoch]


def chain(node: LogNode, epoch: int) -> dict[str, object]:
    answer = node.get(f"/v1/producers/{SRC}", node.otto()).json()
    return next(one for one in answer["chains"] if one["epoch"] == epoch)


def findings(node: LogNode, epoch: int) -> list[tuple[str, bool]]:
    with psycopg.connect(node.environment["PLACET_DATABASE_URL"]) as connection:
        return connection.execute(
            "SELECT code, closed_at IS NOT NULL FROM finding"
            " WHERE src = %s AND epoch = %s ORDER BY id",
            (SRC, epoch),
        ).fetchall()


def intake(node: LogNode) -> int:
    with psycopg.connect(node.environment["PLACET_DATABASE_URL"]) as connection:
        row = connection.execute("SELECT count(*) FROM intake WHERE src <> 'zz/audit_log/1'")
        found = row.fetchone()
    assert found is not None
    return int(found[0])


def body_of(*entries: SealedEntry) -> bytes:
    listed = [
        {"entry": b64encode(one.entry).decode(), "sealed": b64encode(one.sealed).decode()}
        for one in entries
    ]
    return json.dumps({"entries": listed}).encode()


def post(node: LogNode, data: bytes, token: str | None) -> requests.Response:
    bearer = {} if token is None else {"Authorization": f"Bearer {token}"}
    return requests.post(
        f"{node.url}/v1/intake",
        data=data,
        headers={"Content-Type": "application/json", **bearer},
        timeout=60,
    )


# --- what is sent twice, late, or in two versions ------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_replayed_and_in_whatever_order_stands_there_once(
    node: LogNode, seed: int
) -> None:
    """Three copies of each entry, in pieces of any size, with sequencing in between."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable order, no secret
    voice = speaker()
    sent = voice.say_many(40) * 3
    chance.shuffle(sent)
    while sent:
        piece = [sent.pop() for _ in range(min(len(sent), chance.randrange(1, 12)))]
        assert node.send(*piece).status_code == 202
        if chance.random() < 0.5:
            node.settle()
    there = said_by(node, voice.epoch)
    assert sorted(one.seq for one in there) == list(range(1, 41))
    assert len({one.id for one in there}) == 40
    assert (chain(node, voice.epoch)["gaps"], chain(node, voice.epoch)["seq"]) == ([], 40)
    assert {closed for _, closed in findings(node, voice.epoch)} <= {True}
    assert {code for code, _ in findings(node, voice.epoch)} <= {"gap"}


def test_another_entry_at_a_taken_place_never_takes_it_over(node: LogNode) -> None:
    voice = speaker()
    first = voice.say_many(3)
    liar = Speaker(SRC, epoch=voice.epoch)
    second = [liar.say(fact(decision="deny")) for _ in range(3)]
    for few in (first, second, first, second):
        assert node.send(*few).status_code == 202
        node.settle()
    there = said_by(node, voice.epoch)
    assert [one.raw for one in there] == [one.entry for one in first]
    codes = [code for code, _ in findings(node, voice.epoch)]
    assert codes == ["equivocation"] * 3, "told twice, found once"
    assert {closed for _, closed in findings(node, voice.epoch)} == {False}


# --- whose token ---------------------------------------------------------------------------------


def tokens(node: LogNode) -> Iterator[tuple[str, str | None, int]]:
    """Give tokens that open nothing, and the status that says so."""
    good = node.service("clearinghouse", "entries.write")
    head, payload, signature = good.split(".")
    secret = node.idp.secret("clearinghouse")
    for_another = service_token(
        node.idp.issuer,
        "clearinghouse",
        secret,
        "urn:placet:zz:consent_registry",
        ("decisions.read",),
    )
    none = b64encode(b'{"alg":"none","typ":"at+jwt"}').decode().rstrip("=")
    yield "none", None, 401
    yield "garbage", "x", 401
    yield "unsigned", f"{none}.{payload}.", 401
    yield "signature_of_another", f"{head}.{payload}.{for_another.split('.')[2]}", 401
    yield "signature_cut", f"{head}.{payload}.{signature[:-8]}", 401
    yield "for_another_service", for_another, 401
    yield "an_officer_s", node.person("otto", *OFFICER_SCOPES), 403
    yield "without_the_scope", node.service("story", "log.search"), 403


def test_no_token_but_a_producer_s_own_opens_the_door(node: LogNode) -> None:
    voice = speaker()
    data = body_of(voice.say())
    for name, token, status in tokens(node):
        answer = post(node, data, token)
        assert answer.status_code == status, (name, answer.text)
    stranger = post(node, data, node.service("story", "entries.write"))
    assert (stranger.status_code, stranger.json()["code"]) == (403, "src_not_yours")
    other = post(node, data, node.service("permit_service", "entries.write"))
    assert (other.status_code, other.json()["code"]) == (403, "src_not_yours")
    assert said_by(node, voice.epoch) == []


def test_a_source_named_twice_is_judged_as_the_log_reads_it(node: LogNode) -> None:
    """Two readers of one JSON may differ; here the entry is quarantined and speaks for nobody."""
    voice = speaker(OTHER)
    raw = voice.say().entry
    mine = b'"src":"zz/clearinghouse/1"'
    theirs = b'"src":"zz/permit_service/1"'
    for twice in (
        raw.replace(theirs, mine + b"," + theirs),
        raw.replace(theirs, theirs + b"," + mine),
    ):
        listed = {"entries": [{"entry": b64encode(twice).decode(), "sealed": ""}]}
        answer = node.post("/v1/intake", listed, node.service("clearinghouse", "entries.write"))
        assert answer.status_code in (202, 403)
    assert said_by(node, voice.epoch) == []
    with node.parts.transaction() as log:
        assert [one.key.epoch for one, _ in log.reader.chains(OTHER)] == []


# --- bodies --------------------------------------------------------------------------------------


def big(entries: Sequence[SealedEntry]) -> bytes:
    """Make a body of one batch that is valid and longer than any batch may be."""
    return body_of(*entries).replace(b'{"entries"', b" " * (4 << 20) + b'{"entries"')


def test_a_body_too_large_is_refused_whole(node: LogNode) -> None:
    voice = speaker()
    data, token = big(voice.say_many(2)), node.service("clearinghouse", "entries.write")
    assert post(node, data, token).status_code == 413
    assert intake(node) == 0
    assert said_by(node, voice.epoch) == []


def test_more_entries_than_a_batch_and_longer_ones_than_a_leaf_are_refused(node: LogNode) -> None:
    voice = speaker()
    token = node.service("clearinghouse", "entries.write")
    many = post(node, body_of(*voice.say_many(501)), token)
    assert (many.status_code, many.json()["errors"][0]["pointer"]) == (422, "/entries")
    long = {"entries": [{"entry": b64encode(b"x" * 60_001).decode(), "sealed": ""}]}
    answer = node.post("/v1/intake", long, token)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/entries/0/entry")
    assert intake(node) == 0


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_half_a_body_leaves_nothing(node: LogNode, share: float) -> None:
    """The line breaks in the middle of a batch of which the first entries had come whole."""
    voice = speaker()
    data, token = body_of(*voice.say_many(20)), node.service("clearinghouse", "entries.write")
    host, port = node.url.removeprefix("http://").split(":")
    head = (
        f"POST /v1/intake HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    ).encode()
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(head + data[: int(len(data) * share)])
        line.shutdown(socket.SHUT_WR)
        answer = line.recv(65_536)
    assert not answer.startswith(b"HTTP/1.1 2")
    assert intake(node) == 0
    assert said_by(node, voice.epoch) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data + data,
        lambda data: data.replace(b'{"entries"', b'{"entries": [], "entries"'),
        lambda data: data.replace(b'"sealed"', b'"sealed": "", "sealed"', 1),
        lambda data: data.replace(b'{"entries"', b'{"src": "zz/permit_service/1", "entries"'),
        lambda data: b"\xff\xfe" + data,
        lambda data: b"[" * 100_000,
        lambda data: b'{"entries": NaN}',
        lambda data: b"",
    ],
)
def test_a_body_that_two_readers_could_read_differently_is_refused(
    node: LogNode, change: Callable[[bytes], bytes]
) -> None:
    voice = speaker()
    answer = post(
        node, change(body_of(voice.say())), node.service("clearinghouse", "entries.write")
    )
    assert answer.status_code in (400, 422), answer.text
    assert intake(node) == 0
    assert said_by(node, voice.epoch) == []
