# SPDX-License-Identifier: Apache-2.0
"""What a witness holds of other logs, in memory and on PostgreSQL, and its whole status table."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from audit_log.adapters.publishing import PostgresPublisherStore
from audit_log.adapters.signatures import CosigningKey, check_signature
from audit_log.adapters.witness_store import PostgresWitnessStore
from audit_log.domain.checkpoint import Checkpoint
from audit_log.domain.errors import (
    CheckpointUntrusted,
    GrowthUnproven,
    LogNotWitnessed,
    SubmissionUnreadable,
)
from audit_log.domain.merkle import consistency_proof, leaf_hash, root_of
from audit_log.domain.note import Signature, SignedNote, VerifierKey, ed25519_key, open_note
from audit_log.domain.submission import Held, Submission, origin_digest
from audit_log.ports import WatchedLog, WitnessStore
from audit_log.usecases.witness import Behind, Cosigned, Witness
from shared.db import engine
from tests.fakes.kernel import SteppingClock
from tests.fakes.witness_memory import MemoryWitnessStore
from tests.support.postgres import fresh_database

ORIGIN = "log.example/watched"
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"l" * 32)
KEY = ed25519_key(ORIGIN, PRIVATE.public_key().public_bytes_raw())
WITNESS = CosigningKey("witness.example/w1", Ed25519PrivateKey.from_private_bytes(b"w" * 32))
LEAVES = [leaf_hash(bytes((n,))) for n in range(40)]


class Stored(PostgresWitnessStore):
    """On a database that a test may reach."""

    def __init__(self, database: Engine) -> None:
        super().__init__(database)
        self.database = database


@pytest.fixture(params=["memory", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[WitnessStore]:
    if request.param == "memory":
        yield MemoryWitnessStore()
        return
    one = engine(fresh_database("audit_log"))
    yield Stored(one)
    one.dispose()


@pytest.fixture
def witness(store: WitnessStore) -> Witness:
    clock = SteppingClock()
    store.watch(KEY, clock.now())
    return Witness(signers=(WITNESS,), store=store, check=check_signature, clock=clock)


def root(size: int) -> bytes:
    return root_of(LEAVES[:size])


def source(height: int, index: int) -> bytes:
    return root_of(LEAVES[index << height : (index + 1) << height])


def note(size: int, at: bytes | None = None, private: Ed25519PrivateKey = PRIVATE) -> bytes:
    text = Checkpoint(origin=ORIGIN, size=size, root=at or root(size)).text()
    line = Signature(name=ORIGIN, key_id=KEY.id, blob=private.sign(text.encode()))
    return bytes(SignedNote(text=text, signatures=(line,)))


def submission(old: int, size: int, at: bytes | None = None) -> bytes:
    proof = consistency_proof(old, size, source) if 0 < old <= size else ()
    return bytes(Submission(old=old, proof=proof, note=note(size, at)))


def test_a_log_that_grows_is_cosigned_and_shown(witness: Witness) -> None:
    for old, size in ((0, 0), (0, 5), (5, 5), (5, 8), (8, 33)):
        answer = witness.add_checkpoint(submission(old, size))
        assert isinstance(answer, Cosigned)
        shown = witness.newest(origin_digest(ORIGIN))
        opened = open_note(shown, (KEY, WITNESS.key), check_signature)
        assert len(opened.signatures) == 2
        assert shown.endswith(answer.lines)
        assert opened.text.split("\n")[1] == str(size)


def test_another_size_than_the_witness_holds_is_told_the_one_it_holds(witness: Witness) -> None:
    witness.add_checkpoint(submission(0, 8))
    for old, size in ((0, 9), (5, 9), (9, 9)):
        assert witness.add_checkpoint(submission(old, size)) == Behind(size=8)


@pytest.mark.parametrize(
    "raw",
    [
        submission(8, 9, b"x" * 32),  # a fork that goes on
        submission(8, 8, b"x" * 32),  # a fork at the same size
        submission(8, 9).replace(b"old 8\n", b"old 8\n" + b"A" * 43 + b"=\n"),
    ],
)
def test_a_fork_is_never_cosigned(witness: Witness, raw: bytes) -> None:
    witness.add_checkpoint(submission(0, 8))
    before = witness.newest(origin_digest(ORIGIN))
    with pytest.raises(GrowthUnproven):
        witness.add_checkpoint(raw)
    assert witness.newest(origin_digest(ORIGIN)) == before


def test_the_empty_tree_with_another_root_is_no_growth(witness: Witness) -> None:
    with pytest.raises(GrowthUnproven):
        witness.add_checkpoint(submission(0, 0, b"x" * 32))


def test_what_no_configured_key_has_signed_is_untrusted(witness: Witness) -> None:
    stranger = note(5, private=Ed25519PrivateKey.from_private_bytes(b"s" * 32))
    with pytest.raises(CheckpointUntrusted):
        witness.add_checkpoint(bytes(Submission(old=0, proof=(), note=stranger)))
    with pytest.raises(LogNotWitnessed):
        witness.newest(origin_digest(ORIGIN))


def test_an_unknown_origin_is_not_witnessed(witness: Witness) -> None:
    raw = submission(0, 5).replace(ORIGIN.encode(), b"log.example/other")
    for act in (lambda: witness.add_checkpoint(raw), lambda: witness.newest("0" * 64)):
        with pytest.raises(LogNotWitnessed):
            act()


@pytest.mark.parametrize(
    "raw", [b"", b"old 0\n\nnot a note\n", submission(9, 5), submission(0, 5)[:-1]]
)
def test_a_malformed_submission_is_unreadable(witness: Witness, raw: bytes) -> None:
    with pytest.raises(SubmissionUnreadable):
        witness.add_checkpoint(raw)


def test_a_signed_text_that_is_no_checkpoint_is_unreadable(witness: Witness) -> None:
    text = f"{ORIGIN}\n05\n"
    line = Signature(name=ORIGIN, key_id=KEY.id, blob=PRIVATE.sign(text.encode()))
    signed = bytes(SignedNote(text=text, signatures=(line,)))
    with pytest.raises(SubmissionUnreadable):
        witness.add_checkpoint(bytes(Submission(old=0, proof=(), note=signed)))


def test_a_node_without_a_witness_key_witnesses_nobody(store: WitnessStore) -> None:
    clock = SteppingClock()
    store.watch(KEY, clock.now())
    witness = Witness(signers=(), store=store, check=check_signature, clock=clock)
    with pytest.raises(LogNotWitnessed):
        witness.add_checkpoint(submission(0, 5))


def test_a_second_key_may_sign_while_a_log_rotates(witness: Witness) -> None:
    fresh = Ed25519PrivateKey.from_private_bytes(b"n" * 32)
    key = VerifierKey(name=ORIGIN, algorithm=1, key=fresh.public_key().public_bytes_raw())
    now = witness.clock.now()
    assert witness.store.watch(key, now)
    assert not witness.store.watch(key, now)
    witness.add_checkpoint(submission(0, 5))
    text = Checkpoint(origin=ORIGIN, size=8, root=root(8)).text()
    line = Signature(name=ORIGIN, key_id=key.id, blob=fresh.sign(text.encode()))
    signed = bytes(SignedNote(text=text, signatures=(line,)))
    raw = bytes(Submission(old=5, proof=consistency_proof(5, 8, source), note=signed))
    assert isinstance(witness.add_checkpoint(raw), Cosigned)


def bar(store: WitnessStore, key: VerifierKey, at: datetime) -> None:
    """Bar a witness's key, as the checkpointer of an older database does; again changes nothing."""
    if isinstance(store, MemoryWitnessStore):
        store.barred |= {str(key)}
        return
    assert isinstance(store, Stored)
    for _ in range(2):
        PostgresPublisherStore(store.database, [key]).bar_witness(at)


def test_a_barred_key_cosigns_nothing_and_a_new_one_does(witness: Witness) -> None:
    """Who forgot what it saw is another witness from then on, and speaks for what it sees now."""
    witness.add_checkpoint(submission(0, 5))
    seen = witness.newest(origin_digest(ORIGIN))
    now = witness.clock.now()
    bar(witness.store, WITNESS.key, now)
    with pytest.raises(LogNotWitnessed, match="new key"):
        witness.add_checkpoint(submission(5, 8))
    assert witness.newest(origin_digest(ORIGIN)) == seen
    fresh = CosigningKey("witness.example/w2", Ed25519PrivateKey.from_private_bytes(b"x" * 32))
    both = replace(witness, signers=(WITNESS, fresh))
    answer = both.add_checkpoint(submission(5, 8))
    assert isinstance(answer, Cosigned)
    assert answer.lines.count(b"\n") == 1
    assert b"witness.example/w2" in answer.lines
    bar(witness.store, fresh.key, now)
    with pytest.raises(LogNotWitnessed):
        both.add_checkpoint(submission(8, 9))


def test_only_what_is_held_is_replaced(store: WitnessStore) -> None:
    at, digest = SteppingClock().now(), origin_digest(ORIGIN)
    assert store.find(ORIGIN) is None
    store.watch(KEY, at)
    empty, five, other = Held(), Held(size=5, root=root(5)), Held(size=5, root=b"x" * 32)
    assert not store.replace(ORIGIN, five, Held(size=8, root=root(8)), b"eight", at)
    assert store.note(digest) is None
    assert store.replace(ORIGIN, empty, five, b"five", at)
    assert not store.replace(ORIGIN, empty, other, b"other", at)
    assert not store.replace(ORIGIN, other, Held(size=8, root=root(8)), b"eight", at)
    assert not store.replace("log.example/other", empty, five, b"five", at)
    assert store.find(ORIGIN) == WatchedLog(keys=(KEY,), held=five)
    assert store.note(digest) == b"five"
    assert store.replace(ORIGIN, five, five, b"five again", at)
    assert store.note(digest) == b"five again"


class Overtaken:
    """A store in which another submission comes first whenever one is about to be kept."""

    def __init__(self, inner: WitnessStore, other: Held) -> None:
        self._inner = inner
        self._other = other
        self.watch, self.find, self.note = inner.watch, inner.find, inner.note

    def replace(self, origin: str, before: Held, after: Held, note: bytes, at: datetime) -> bool:
        self._inner.replace(origin, before, self._other, b"other", at)
        return self._inner.replace(origin, before, after, note, at)


def test_a_submission_that_is_overtaken_is_told_so_and_leaves_nothing(store: WitnessStore) -> None:
    clock = SteppingClock()
    store.watch(KEY, clock.now())
    witness = Witness(
        signers=(WITNESS,),
        store=Overtaken(store, Held(size=9, root=root(9))),
        check=check_signature,
        clock=clock,
    )
    assert witness.add_checkpoint(submission(0, 8)) == Behind(size=9)
    assert witness.newest(origin_digest(ORIGIN)) == b"other"


def test_of_as_many_at_the_same_size_none_is_refused(witness: Witness) -> None:
    """A node that asks twice at once, or again, is no fork."""
    witness.add_checkpoint(submission(0, 8))
    answers: list[object] = []
    again = submission(8, 8)
    threads = [
        threading.Thread(target=lambda: answers.append(witness.add_checkpoint(again)))
        for _ in range(8)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [type(one) for one in answers] == [Cosigned] * 8


def test_of_many_at_once_no_two_forks_are_cosigned(witness: Witness) -> None:
    """Twelve at once from the same size: one root wins, everybody else is told so."""
    witness.add_checkpoint(submission(0, 8))
    won: list[int] = []

    def submit(size: int) -> None:
        if isinstance(witness.add_checkpoint(submission(8, size)), Cosigned):
            won.append(size)

    threads = [threading.Thread(target=submit, args=(size,)) for size in range(9, 21)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(won) == 1
    assert witness.newest(origin_digest(ORIGIN)).split(b"\n")[1] == str(won[0]).encode()
