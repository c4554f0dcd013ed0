# SPDX-License-Identifier: Apache-2.0
"""C2SP cosignatures and add-checkpoint bodies: what exactly is signed, and what is refused."""

import json
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from audit_log.adapters.signatures import CosigningKey, check_signature
from audit_log.domain.checkpoint import parse_checkpoint
from audit_log.domain.cosignature import (
    CosignatureInvalid,
    cosign,
    cosigned_message,
    cosigner_key,
    parse_cosignature,
)
from audit_log.domain.merkle import EMPTY_ROOT
from audit_log.domain.note import NoteInvalid, SignedNote, open_note, parse_note, parse_vkey
from audit_log.domain.submission import (
    Held,
    Judgement,
    Submission,
    SubmissionMalformed,
    judge,
    origin_digest,
    parse_size,
    parse_submission,
    size_text,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "tlog"
WITNESS = json.loads((VECTORS / "witness.json").read_text())
TREES = json.loads((VECTORS / "trees.json").read_text())
TEXT: str = WITNESS["text"]
BODY: bytes = WITNESS["submission"].encode()
NAME = "witness.example/w1"
ED = CosigningKey(NAME, Ed25519PrivateKey.from_private_bytes(b"e" * 32))
ML = CosigningKey(NAME, MLDSA44PrivateKey.from_seed_bytes(b"m" * 32))
BOTH = pytest.mark.parametrize("signer", [ED, ML], ids=["ed25519", "ml-dsa-44"])


def root(size: int) -> bytes:
    return b64decode(TREES["roots"][str(size)])


@pytest.mark.parametrize("vector", WITNESS["cosigners"], ids=["ed25519", "ml-dsa-44"])
def test_the_signed_bytes_are_those_of_the_specification(vector: dict[str, str]) -> None:
    key = parse_vkey(vector["vkey"])
    message = cosigned_message(key, TEXT, int(vector["timestamp"]))
    assert message == b64decode(vector["message"])
    assert str(cosigner_key(key.name, key.key)) == vector["vkey"]
    if vector["line"]:
        note = f"{TEXT}\n{vector['line']}\n".encode()
        assert open_note(note, [key], check_signature).text == TEXT


@BOTH
def test_a_cosignature_verifies_and_names_its_time(signer: CosigningKey) -> None:
    line = cosign(signer.key, signer.sign, TEXT, 1_700_000_000)
    note = bytes(SignedNote(text=TEXT, signatures=(line,)))
    assert open_note(note, [signer.key], check_signature).signatures == (line,)
    assert parse_cosignature(signer.key, line.blob).timestamp == 1_700_000_000


@BOTH
def test_another_time_text_or_cosigner_does_not_verify(signer: CosigningKey) -> None:
    line = cosign(signer.key, signer.sign, TEXT, 1_700_000_000)
    later = line.blob[:7] + bytes((line.blob[7] ^ 1,)) + line.blob[8:]
    other = TEXT.replace("\n20\n", "\n21\n")
    assert not check_signature(signer.key, TEXT.encode(), later)
    assert not check_signature(signer.key, other.encode(), line.blob)
    assert not check_signature(signer.key, TEXT.encode(), line.blob[:-1])
    assert not check_signature(signer.key, b"no checkpoint\n", line.blob)
    assert not check_signature(signer.key, b"\xff\n", line.blob)


def test_only_ml_dsa_commits_to_the_name_and_only_ed25519_to_extensions() -> None:
    extended = TEXT + "extension\n"
    for signer, name_matters in ((ED, False), (ML, True)):
        renamed = cosigner_key("witness.example/w2", signer.key.key)
        line = cosign(signer.key, signer.sign, TEXT, 1)
        assert check_signature(renamed, TEXT.encode(), line.blob) is not name_matters
        assert check_signature(signer.key, extended.encode(), line.blob) is name_matters


@BOTH
def test_a_time_of_0_or_beyond_63_bits_is_no_cosignature(signer: CosigningKey) -> None:
    for timestamp in (0, 1 << 63):
        line = cosign(signer.key, signer.sign, TEXT, timestamp)
        with pytest.raises(CosignatureInvalid, match="time"):
            parse_cosignature(signer.key, line.blob)
        assert not check_signature(signer.key, TEXT.encode(), line.blob)


def test_a_log_key_is_no_cosigner() -> None:
    log = parse_vkey(json.loads((VECTORS / "notes.json").read_text())["vkey"])
    for act in (lambda: cosigned_message(log, TEXT, 1), lambda: parse_cosignature(log, b"x" * 72)):
        with pytest.raises(CosignatureInvalid):
            act()


@pytest.mark.parametrize(("name", "key"), [("a b", b"x" * 1312), ("a+b", b"x" * 32), ("a", b"x")])
def test_a_cosigner_s_key_has_a_name_and_a_length(name: str, key: bytes) -> None:
    with pytest.raises(ValueError, match="key"):
        cosigner_key(name, key)


def test_names_longer_than_255_bytes_cannot_be_signed() -> None:
    long = cosigner_key("w" * 256, ML.key.key)
    with pytest.raises(CosignatureInvalid, match="255"):
        cosigned_message(long, TEXT, 1)


def test_a_submission_has_one_spelling() -> None:
    submission = parse_submission(BODY)
    assert bytes(submission) == BODY
    assert (submission.old, parse_note(submission.note).text) == (6, TEXT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"old 6", b"old 06"),
        (b"old 6", b"old -1"),
        (b"old 6", b"Old 6"),
        (b"old 6", b"old 6\r"),
        (b"old 6\n", b""),
        (b"old 6\n", b"old 6\nnot a hash\n"),
        (b"old 6\n", b"old 6\n\xff\n"),
        (b"old 6\n", b"old 6\n" + b"A" * 42 + b"B=\n"),
        (b"old 6\n", b"old 6\n" + (b"A" * 43 + b"=\n") * 64),
        (b"old 6\n", b"old 6\n" + b"x" * 70_000 + b"\n"),
    ],
)
def test_a_malformed_submission_is_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(SubmissionMalformed):
        parse_submission(BODY.replace(old, new, 1))


@pytest.mark.parametrize("raw", [b"", b"old 0\n", b"old 0\n\n", b"old 0\n\n\n"[:6]])
def test_a_submission_needs_its_checkpoint(raw: bytes) -> None:
    with pytest.raises(SubmissionMalformed):
        parse_submission(raw)


def proof(old: int, new: int) -> tuple[bytes, ...]:
    found = next(one for one in TREES["consistency"] if (one["old"], one["new"]) == (old, new))
    return tuple(map(b64decode, found["proof"]))


@pytest.mark.parametrize(
    ("old", "size", "at", "held", "path", "judgement"),
    [
        (0, 0, None, 0, (), Judgement.ACCEPTED),  # 0 -> 0, both empty
        (0, 7, None, 0, (), Judgement.ACCEPTED),  # first sight: the proof must be empty
        (0, 7, None, 0, (b"x" * 32,), Judgement.INCONSISTENT),
        (3, 7, None, 3, proof(3, 7), Judgement.ACCEPTED),
        (4, 7, None, 4, proof(4, 7), Judgement.ACCEPTED),
        (3, 7, None, 3, proof(4, 7), Judgement.INCONSISTENT),
        (3, 7, None, 3, (), Judgement.INCONSISTENT),
        (7, 7, None, 7, (), Judgement.ACCEPTED),
        (7, 7, None, 7, (b"x" * 32,), Judgement.INCONSISTENT),  # equal sizes take no proof
        (7, 7, 6, 7, (), Judgement.INCONSISTENT),  # same size, another root: a fork
        (8, 7, None, 8, (), Judgement.OLD_TOO_LARGE),
        (8, 7, None, 3, (), Judgement.OLD_TOO_LARGE),  # before the conflict
        (0, 7, None, 3, (), Judgement.CONFLICT),
        (3, 7, None, 4, proof(3, 7), Judgement.CONFLICT),
        (3, 7, None, 8, proof(3, 7), Judgement.CONFLICT),  # the witness is ahead
    ],
)
def test_a_witness_judges_in_the_order_of_the_specification(  # noqa: PLR0917 - the columns of the table
    old: int,
    size: int,
    at: int | None,
    held: int,
    path: tuple[bytes, ...],
    judgement: Judgement,
) -> None:
    stands = root(at) if at is not None else root(size)
    text = f"o\n{size}\n"
    checkpoint = parse_checkpoint(text + b64encode(stands).decode() + "\n", origin="o")
    submission = Submission(old=old, proof=path, note=b"")
    assert judge(submission, checkpoint, Held(size=held, root=root(held))) is judgement


def test_a_witness_that_never_saw_a_log_holds_the_empty_tree() -> None:
    assert (Held().size, Held().root) == (0, EMPTY_ROOT)


def test_the_size_in_a_conflict_is_plain_decimal() -> None:
    assert parse_size(size_text(20_852_014)) == 20_852_014
    for raw in (b"", b"7", b"07\n", b"+7\n", b"7\n\n", b"1" * 20 + b"\n"):
        assert parse_size(raw) is None


def test_a_witness_shows_a_log_under_the_hash_of_its_origin() -> None:
    assert origin_digest("") == EMPTY_ROOT.hex()


def test_a_bad_cosignature_of_a_known_witness_rejects_the_note() -> None:
    line = cosign(ED.key, ED.sign, TEXT.replace("20", "21"), 1)
    with pytest.raises(NoteInvalid, match="bad"):
        open_note(bytes(SignedNote(text=TEXT, signatures=(line,))), [ED.key], check_signature)
