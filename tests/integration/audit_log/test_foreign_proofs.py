# SPDX-License-Identifier: Apache-2.0
"""Go libraries that are not ours check our proofs, and read the whole log from its tiles.

What we show must convince them; what was altered in one character must convince neither.
"""

import hashlib
import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit_log.domain import pack
from audit_log.domain.merkle import leaf_hash
from audit_log.domain.note import ed25519_key
from audit_log.domain.proof import parse_proof
from tests.fakes.log_factories import Speaker
from tests.support.foreign_reader import ForeignReader, Shown, foreign_reader
from tests.support.log_node import LogNode, log_node
from tests.support.packs import apart

ENTRY = re.compile(rb'\{"entry":(.*),"idx":([0-9]+)\}')
SIZES = (1, 2, 3, 255, 256, 257, 700)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LogNode]:
    with log_node(tmp_path_factory.mktemp("log"), PLACET_TILES_PUBLIC="true") as running:
        running.add()
        yield running


@pytest.fixture(scope="module")
def entries(node: LogNode) -> list[bytes]:
    speaker = Speaker()
    for number in (300, 300, 120):
        assert node.send(*speaker.say_many(number)).status_code == 202
        node.settle()
    return node.entries()


@pytest.fixture
def reader(node: LogNode, tmp_path: Path) -> ForeignReader:
    return foreign_reader(tmp_path, node.get("/v1/log").json()["vkey"])


def proof(node: LogNode, index: int) -> str:
    answer = node.get(f"/v1/entries/{index}/proof", node.otto())
    assert answer.status_code == 200
    return answer.text


def one_of_each(node: LogNode, entries: list[bytes]) -> list[Shown]:
    places = [size - 1 for size in SIZES] + [len(entries) - 1]
    return [Shown(entry=entries[at], proof=proof(node, at)) for at in places]


def test_they_accept_what_we_prove(
    node: LogNode, entries: list[bytes], reader: ForeignReader
) -> None:
    found = reader.prove(one_of_each(node, entries))
    assert [one for one in found if not one.accepted] == []


def test_they_accept_no_proof_of_another_entry(
    node: LogNode, entries: list[bytes], reader: ForeignReader
) -> None:
    good = one_of_each(node, entries)
    others = [Shown(entry=entries[0], proof=one.proof) for one in good[1:]]
    longer = [Shown(entry=one.entry + b" ", proof=one.proof) for one in good]
    found = reader.prove(others + longer)
    assert [one for one in found if not one.refused] == []


def says_the_same(altered: str, good: str) -> bool:
    """Whether two texts give the same index, path and note to whoever reads base64 leniently."""

    def told(text: str) -> list[bytes]:
        head, _, note = text.partition("\n\n")
        *body, signature = note.encode().rstrip(b"\n").split(b"\n")
        path = [b64decode(line) for line in head.split("\n")[2:]]
        before, _, signed = signature.rpartition(b" ")
        return [*head.encode().split(b"\n")[:2], *path, *body, before, b64decode(signed)]

    try:
        return told(altered) == told(good)
    except ValueError:
        return False


def test_they_accept_no_proof_with_one_character_altered(
    node: LogNode, entries: list[bytes], reader: ForeignReader
) -> None:
    index = 300
    good = proof(node, index)
    altered = [
        good[:at] + ("B" if good[at] == "A" else "A") + good[at + 1 :] for at in range(len(good))
    ] + [good[:at] + chr(ord(good[at]) ^ 1) + good[at + 1 :] for at in range(len(good))]
    altered = [text for text in altered if not says_the_same(text, good)]
    assert len(altered) > 1000
    found = reader.prove([Shown(entry=entries[index], proof=text) for text in altered])
    assert [text for text, one in zip(altered, found, strict=True) if not one.refused] == [], (
        "somebody was convinced"
    )


def test_they_accept_nothing_under_another_key(
    node: LogNode, entries: list[bytes], reader: ForeignReader, tmp_path: Path
) -> None:
    name = reader.vkey.partition("+")[0]
    other = foreign_reader(tmp_path, str(ed25519_key(name, b"\x01" * 32)))
    assert all(one.refused for one in other.prove(one_of_each(node, entries)))
    assert other.read(node.url)[0] == 0


def test_they_accept_the_proofs_of_an_evidence_pack(
    node: LogNode, entries: list[bytes], reader: ForeignReader
) -> None:
    files = apart(node.export({"indexes": [0, 5, 255, 256, 699]}, node.otto()))
    shown = []
    for line in files[pack.ENTRIES].splitlines():
        found = ENTRY.fullmatch(line)
        assert found is not None
        shown.append(Shown(entry=found[1], proof=files[pack.proof_name(int(found[2]))].decode()))
    assert len(shown) == 5
    assert [one for one in reader.prove(shown) if not one.accepted] == []
    swapped = [
        Shown(entry=one.entry, proof=other.proof)
        for one, other in zip(shown, shown[1:] + shown[:1], strict=True)
    ]
    assert [one for one in reader.prove(swapped) if not one.refused] == []


def test_they_read_the_whole_log_as_it_is(
    node: LogNode, entries: list[bytes], reader: ForeignReader
) -> None:
    node.settle()
    entries = node.entries()
    digest = hashlib.sha256(b"".join(b"%d " % len(one) + one for one in entries))
    assert reader.read(node.url) == (len(entries), digest.hexdigest())
    path = parse_proof(proof(node, 300)).path
    assert leaf_hash(entries[301]) == path[0], "the neighbour is the path's first step"
