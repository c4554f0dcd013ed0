# SPDX-License-Identifier: Apache-2.0
"""The player's own reader of logs, against the log's vectors and against tampering."""

import base64
import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from services.story import log_reader
from services.story.log_reader import Head, NotProven

ROOT = Path(__file__).resolve().parents[3]
ORIGIN = "placet.example/zz/log"


def inclusion_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 section 2.1.1, written as its recursive definition."""
    if len(leaves) <= 1:
        return []
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < half:
        return [*inclusion_path(index, leaves[:half]), log_reader.root_of(leaves[half:])]
    return [*inclusion_path(index - half, leaves[half:]), log_reader.root_of(leaves[:half])]


def consistency_path(size: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """RFC 6962 section 2.1.2, written as its recursive definition."""
    if size == len(leaves):
        return [] if whole else [log_reader.root_of(leaves)]
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    if size <= half:
        inner = consistency_path(size, leaves[:half], whole)
        return [*inner, log_reader.root_of(leaves[half:])]
    inner = consistency_path(size - half, leaves[half:], False)
    return [*inner, log_reader.root_of(leaves[:half])]


class Log:
    def __init__(self, entries: list[bytes]) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.entries = entries
        self.leaves = [log_reader.leaf_hash(entry) for entry in entries]
        public = b"\x01" + self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key_id = hashlib.sha256(ORIGIN.encode() + b"\n" + public).digest()[:4]
        self.vkey = f"{ORIGIN}+{self.key_id.hex()}+{base64.b64encode(public).decode()}"

    def note(self) -> str:
        root = base64.b64encode(log_reader.root_of(self.leaves)).decode()
        text = f"{ORIGIN}\n{len(self.entries)}\n{root}\n"
        signature = base64.b64encode(self.key_id + self.key.sign(text.encode())).decode()
        return f"{text}\n— {ORIGIN} {signature}\n"

    def proof(self, index: int) -> str:
        path = [base64.b64encode(x).decode() for x in inclusion_path(index, self.leaves)]
        lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *path]
        return "\n".join(lines) + "\n\n" + self.note()

    def fetch(self, path: str) -> bytes:
        digits = path.removeprefix("tile/entries/").partition(".p/")[0]
        number = int(digits.replace("x", "").replace("/", ""))
        held = self.entries[number * 256 : (number + 1) * 256]
        return b"".join(len(entry).to_bytes(2, "big") + entry for entry in held)


def log(size: int) -> Log:
    return Log([f'{{"seq":{number}}}'.encode() for number in range(size)])


@given(st.integers(1, 70), st.data())
def test_every_inclusion_proof_of_every_size_holds(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    held = log(size)
    head = log_reader.check_inclusion(held.proof(index), held.entries[index], held.vkey)
    assert (head.size, head.origin) == (size, ORIGIN)
    with pytest.raises(NotProven):
        log_reader.check_inclusion(held.proof(index), b"another", held.vkey)


@given(st.integers(0, 70), st.integers(0, 70))
def test_every_consistency_proof_holds_and_no_other(one: int, other: int) -> None:
    old, new = sorted((one, other))
    leaves = log(new).leaves
    before = Head(origin=ORIGIN, size=old, root=log_reader.root_of(leaves[:old]))
    after = Head(origin=ORIGIN, size=new, root=log_reader.root_of(leaves))
    proof = consistency_path(old, leaves) if old else []
    log_reader.check_consistency(before, after, proof)
    if old:
        forged = Head(origin=ORIGIN, size=old, root=hashlib.sha256(b"forged").digest())
        with pytest.raises(NotProven):
            log_reader.check_consistency(forged, after, proof)


def test_a_checkpoint_of_another_key_or_with_another_root_is_refused() -> None:
    held, stranger = log(5), log(5)
    assert log_reader.open_checkpoint(held.note(), held.vkey).size == 5
    with pytest.raises(NotProven):
        log_reader.open_checkpoint(stranger.note(), held.vkey)
    with pytest.raises(NotProven):
        log_reader.open_checkpoint(held.note().replace("\n5\n", "\n4\n"), held.vkey)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 600])
def test_entries_come_back_from_full_and_partial_bundles(size: int) -> None:
    held = log(size)
    assert log_reader.read_entries(held.fetch, size) == held.entries


def test_tile_numbers_are_written_in_groups_of_three() -> None:
    assert log_reader._tile_number(0) == "000"
    assert log_reader._tile_number(1234067) == "x001/x234/067"


def test_the_players_rules_import_nothing_of_the_suite() -> None:
    for name in ("expectation", "log_reader"):
        text = (ROOT / "services" / "story" / f"{name}.py").read_text()
        for package in ("shared", "consent_registry", "permit_service", "audit_log", "services"):
            assert f"import {package}" not in text
            assert f"from {package}" not in text
