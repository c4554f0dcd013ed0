# SPDX-License-Identifier: Apache-2.0
"""Signed notes, checkpoints and proof texts, each in its one right spelling (C2SP)."""

import json
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit_log.domain.checkpoint import Checkpoint, CheckpointInvalid, parse_checkpoint
from audit_log.domain.merkle import EMPTY_ROOT, leaf_hash, verify_inclusion
from audit_log.domain.note import (
    NoteInvalid,
    Signature,
    SignedNote,
    VerifierKey,
    ed25519_key,
    open_note,
    parse_note,
    parse_vkey,
)
from audit_log.domain.proof import ProofTextInvalid, TlogProof, parse_proof

VECTORS = Path(__file__).parents[2] / "vectors" / "tlog"
NOTES: dict[str, str] = json.loads((VECTORS / "notes.json").read_text())
ORIGIN = "log.example/vectors"
KEY = parse_vkey(NOTES["vkey"])
RAW = NOTES["checkpoint"].encode()


def check(key: VerifierKey, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def test_our_spelling_is_that_of_the_vectors() -> None:
    private = Ed25519PrivateKey.from_private_bytes(b64decode(NOTES["seed"]))
    key = ed25519_key(ORIGIN, private.public_key().public_bytes_raw())
    assert str(key) == NOTES["vkey"]
    note = open_note(RAW, [key], check)
    checkpoint = parse_checkpoint(note.text, origin=ORIGIN)
    assert checkpoint.text() == note.text
    blob = private.sign(note.text.encode())
    signed = SignedNote(
        text=checkpoint.text(),
        signatures=(Signature(name=ORIGIN, key_id=key.id, blob=blob),),
    )
    assert bytes(signed) == RAW


def test_a_vkey_may_hold_more_plus_signs() -> None:
    made = (ed25519_key("n", bytes([n]) * 32) for n in range(256))
    key = next(key for key in made if "+" in str(key).split("+", 2)[2])
    assert parse_vkey(str(key)) == key


@pytest.mark.parametrize(
    "text",
    ["", "a+b", "+00000000+AQ==", f"{NOTES['vkey']}=", f"x{NOTES['vkey']}", "n+00000000+AQ==",
     NOTES["vkey"].replace("log.example", "log example"), "n+00000000+é"],
)  # fmt: skip
def test_a_vkey_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match="vkey"):
        parse_vkey(text)


def test_an_ed25519_key_has_32_bytes_and_a_name() -> None:
    for name, key in (("n", b"short"), ("", b"x" * 32), ("a+b", b"x" * 32), ("a b", b"x" * 32)):
        with pytest.raises(ValueError, match="not an Ed25519 key"):
            ed25519_key(name, key)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"text\n",
        b"text\n\n",
        RAW[:-1],
        RAW.replace(b"\xe2\x80\x94 ", b"- "),
        RAW.replace(b"\xe2\x80\x94 ", b"\xe2\x80\x94"),
        RAW.replace(b"20\n", b"2\x000\n"),
        RAW.replace(b"20\n", b"20\r\n"),
        RAW.replace(b"20\n", b"\xff\n"),
        RAW + b"junk\n",
        RAW + RAW.rpartition(b"\n\n")[2] * 100,
        "a\n\n\u2014 name AAAA\n".encode(),
        "a\n\n\u2014 name AAAAAB=\n".encode(),
        "a\n\n\u2014 na+me AAAAAAA=\n".encode(),
        b"x" * 1_000_001,
    ],
)
def test_a_note_has_one_spelling(raw: bytes) -> None:
    with pytest.raises(NoteInvalid):
        parse_note(raw)


def test_a_note_may_hold_empty_lines() -> None:
    note = SignedNote(text="a\n\nb\n", signatures=(Signature(name="n", key_id=b"1234", blob=b"s"),))
    assert parse_note(bytes(note)) == note


def test_a_known_key_with_a_bad_signature_rejects_the_whole_note() -> None:
    good = parse_note(RAW).signatures[0]
    bad = Signature(name=good.name, key_id=good.key_id, blob=good.blob[::-1])
    note = SignedNote(text=parse_note(RAW).text, signatures=(good, bad))
    with pytest.raises(NoteInvalid, match="bad"):
        open_note(bytes(note), [KEY], check)


def test_unknown_keys_are_ignored_also_under_a_known_name_or_id() -> None:
    parsed = parse_note(RAW)
    good = parsed.signatures[0]
    same_name = Signature(name=good.name, key_id=b"\x00\x00\x00\x00", blob=b"x")
    same_id = Signature(name="log.example/other", key_id=good.key_id, blob=b"x")
    note = SignedNote(text=parsed.text, signatures=(same_name, good, same_id))
    assert open_note(bytes(note), [KEY], check).signatures == (good,)
    strangers = SignedNote(text=parsed.text, signatures=(same_name, same_id))
    with pytest.raises(NoteInvalid, match="no known key"):
        open_note(bytes(strangers), [KEY], check)


def test_sixteen_signatures_are_accepted() -> None:
    parsed = parse_note(RAW)
    others = tuple(
        Signature(name=f"witness{n}.example", key_id=b"1234", blob=b"x" * 72) for n in range(15)
    )
    note = SignedNote(text=parsed.text, signatures=(*others, *parsed.signatures))
    assert open_note(bytes(note), [KEY], check).signatures == parsed.signatures


def test_extension_lines_are_kept() -> None:
    checkpoint = Checkpoint(origin="o", size=1, root=b"r" * 32, extensions=("more",))
    assert parse_checkpoint(checkpoint.text(), origin="o") == checkpoint


@pytest.mark.parametrize("size", ["", "00", "01", "-1", "+1", "1 ", "0x1", "\uff11", "1" * 20])
def test_a_tree_size_is_plain_decimal(size: str) -> None:
    text = f"o\n{size}\n{b64encode(b'r' * 32).decode()}\n"
    with pytest.raises(CheckpointInvalid):
        parse_checkpoint(text, origin="o")


@pytest.mark.parametrize(
    "text",
    [
        "o\n1\n",
        f"o\n1\n{b64encode(b'r' * 32).decode()}",
        f"o\n1\n{b64encode(b'r' * 31).decode()}\n",
        f"o\n1\n{b64encode(b'r' * 32).decode()[:-2]}J=\n",
        f"o\n1\n{b64encode(b'r' * 32).decode()}\n\n",
        f"other\n1\n{b64encode(b'r' * 32).decode()}\n",
        f"o\n0\n{b64encode(b'r' * 32).decode()}\n",
    ],
)
def test_a_checkpoint_has_one_spelling(text: str) -> None:
    with pytest.raises(CheckpointInvalid):
        parse_checkpoint(text, origin="o")


def test_the_empty_tree_is_written_with_size_0() -> None:
    text = Checkpoint(origin="o", size=0, root=EMPTY_ROOT).text()
    assert text.startswith("o\n0\n")
    assert parse_checkpoint(text, origin="o").size == 0


def test_a_proof_text_verifies_offline() -> None:
    proof = parse_proof(NOTES["proof"])
    assert str(proof) == NOTES["proof"]
    note = open_note(proof.checkpoint, [KEY], check)
    checkpoint = parse_checkpoint(note.text, origin=ORIGIN)
    leaf = leaf_hash(b"leaf 7")
    verify_inclusion(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root)


def test_extra_data_travels_along() -> None:
    proof = TlogProof(index=0, path=(), checkpoint=RAW, extra=b"more")
    assert parse_proof(str(proof)) == proof


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tlog-proof@v1", "tlog-proof@v2"),
        ("index 7", "index 07"),
        ("index 7", "index -7"),
        ("index 7", "Index 7"),
        ("index 7\n", ""),
        ("index 7", "extra =\nindex 7"),
        ("index 7", "extra AB==\nindex 7"),
        ("index 7", "extra AAA\nindex 7"),
        ("index 7\n", "index 7\nnot a hash\n"),
        ("index 7\n", f"index 7\n{'A' * 42}B=\n"),
        ("index 7\n", "index 7\n" + f"{'A' * 43}=\n" * 60),
    ],
)
def test_a_proof_text_has_one_spelling(old: str, new: str) -> None:
    with pytest.raises(ProofTextInvalid):
        parse_proof(NOTES["proof"].replace(old, new, 1))


def test_a_proof_needs_its_checkpoint() -> None:
    with pytest.raises(ProofTextInvalid):
        parse_proof(NOTES["proof"].partition("\n\n")[0])
