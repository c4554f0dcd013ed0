# SPDX-License-Identifier: Apache-2.0
"""What is signed and shown, on both logs: never smaller, never divergent, never out of order."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit_log.adapters.key_files import check_ed25519
from audit_log.domain.checkpoint import Checkpoint
from audit_log.domain.errors import HeadMismatch, NotPublished, SizeNotPublished
from audit_log.domain.merkle import leaf_hash, verify_consistency, verify_inclusion
from audit_log.domain.note import Signature, SignedNote, VerifierKey, ed25519_key
from audit_log.domain.tiles import TileName, decode_bundle, tiles_of
from audit_log.ports import Published, Trust
from audit_log.usecases import read
from audit_log.usecases.publish import Publisher
from tests.fakes.log_factories import Speaker
from tests.support.log_world import ORIGIN, Producing, World, drain, entries_of, sequencer

PRIVATE = Ed25519PrivateKey.from_private_bytes(b"s" * 32)


class Signing:
    """A signing key in memory."""

    key: VerifierKey = ed25519_key(ORIGIN, PRIVATE.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        return PRIVATE.sign(message)


class Remembered:
    """A head file in memory."""

    def __init__(self) -> None:
        self.note: bytes | None = None

    def read(self) -> bytes | None:
        return self.note

    def write(self, note: bytes) -> None:
        self.note = note


TRUST = Trust(origin=ORIGIN, keys=(Signing.key,), check=check_ed25519)


def publisher(world: World, head: Remembered) -> Publisher:
    return Publisher(
        store=world.publisher,
        signer=Signing(),
        trust=TRUST,
        head_file=head,
        clock=world.clock,
    )


def grown(world: World, speaker: Speaker, number: int) -> None:
    Producing(world).send(*speaker.say_many(number))
    drain(sequencer(world))


def signed(size: int, root: bytes) -> bytes:
    text = Checkpoint(origin=ORIGIN, size=size, root=root).text()
    blob = PRIVATE.sign(text.encode())
    line = Signature(name=ORIGIN, key_id=Signing.key.id, blob=blob)
    return bytes(SignedNote(text=text, signatures=(line,)))


def test_before_the_first_checkpoint_nothing_is_given(world: World) -> None:
    with world.transaction() as log, pytest.raises(NotPublished):
        read.checkpoint(log.reader)


def test_an_empty_log_has_a_checkpoint_too(world: World) -> None:
    head = Remembered()
    assert publisher(world, head).step()
    with world.transaction() as log:
        assert TRUST.open(read.checkpoint(log.reader).note).size == 0


def test_a_checkpoint_follows_growth_and_only_growth(world: World) -> None:
    head, speaker = Remembered(), Speaker()
    one = publisher(world, head)
    for number in (1, 300, 7):
        grown(world, speaker, number)
        assert one.step()
        assert not one.step()
        size, root = world.publisher.head()
        with world.transaction() as log:
            newest = read.checkpoint(log.reader)
        opened = TRUST.open(newest.note)
        assert (opened.size, opened.root) == (newest.size, newest.root) == (size, root)
        assert head.note == newest.note


def test_an_older_database_is_found_before_anything_is_sequenced(world: World) -> None:
    """What it has published is all that it holds: nothing grew, and yet more was signed once."""
    head = Remembered()
    grown(world, Speaker(), 3)
    publisher(world, head).step()
    head.note = signed(9, b"9" * 32)
    with pytest.raises(HeadMismatch):
        publisher(world, head).step()


def test_every_tile_bundle_and_proof_of_the_published_tree_is_given(world: World) -> None:
    grown(world, Speaker(), 600)
    publisher(world, Remembered()).step()
    entries = entries_of(world)
    with world.transaction() as log:
        newest = read.checkpoint(log.reader)
        for name in tiles_of(newest.size):
            assert len(read.tile(name, log.reader)) == 32 * name.width
        last = TileName(level=None, index=2, width=newest.size % 256)
        assert decode_bundle(read.tile(last, log.reader)) == tuple(entries[512:])
        for index in (0, 255, 256, newest.size - 1):
            assert read.entry(index, log.reader) == entries[index]
            proof = read.proof(index, log.reader)
            leaf = leaf_hash(entries[index])
            verify_inclusion(leaf, index, newest.size, proof.path, newest.root)


def test_what_is_committed_and_not_published_is_not_given(world: World) -> None:
    speaker = Speaker()
    grown(world, speaker, 10)
    publisher(world, Remembered()).step()
    grown(world, speaker, 600)
    with world.transaction() as log:
        size = read.checkpoint(log.reader).size
        assert size < 20
        for name in (
            TileName(level=0, index=0),
            TileName(level=1, index=0, width=1),
            TileName(level=0, index=0, width=size - 1),
            TileName(level=None, index=1),
            TileName(level=5, index=0, width=1),
        ):
            with pytest.raises(NotPublished):
                read.tile(name, log.reader)
        assert len(read.tile(TileName(level=0, index=0, width=size), log.reader)) == 32 * size
        with pytest.raises(NotPublished):
            read.entry(size, log.reader)
        with pytest.raises(NotPublished):
            read.proof(size, log.reader)
        with pytest.raises(SizeNotPublished):
            read.growth(1, size + 1, log.reader)


def test_older_partial_tiles_stay_readable_when_the_full_one_is_there(world: World) -> None:
    speaker, head = Speaker(), Remembered()
    grown(world, speaker, 100)
    publisher(world, head).step()
    first = world.publisher.newest()
    grown(world, speaker, 600)
    publisher(world, head).step()
    second = world.publisher.newest()
    assert first is not None
    assert second is not None
    with world.transaction() as log:
        name = TileName(level=0, index=0, width=first.size)
        full = read.tile(TileName(level=0, index=0), log.reader)
        assert read.tile(name, log.reader) == full[: 32 * first.size]
        growth = read.growth(first.size, second.size, log.reader)
        verify_consistency(first.size, second.size, first.root, second.root, growth.proof)
        with pytest.raises(SizeNotPublished):
            read.growth(0, second.size, log.reader)


def test_a_note_kept_before_a_crash_is_shown_and_not_signed_again(world: World) -> None:
    grown(world, Speaker(), 3)
    size, root = world.publisher.head()
    note = signed(size, root)
    world.publisher.keep(Published(size=size, root=root, note=note, signed_at=world.clock.now()))
    head = Remembered()
    head.note = None
    with pytest.raises(HeadMismatch, match="missing"):
        publisher(world, head).step()
    assert publisher(world, head).adopt_head()
    assert publisher(world, head).step()
    with world.transaction() as log:
        assert read.checkpoint(log.reader).note == note


def test_a_kept_checkpoint_is_larger_than_all_before(world: World) -> None:
    grown(world, Speaker(), 3)
    publisher(world, Remembered()).step()
    newest = world.publisher.newest()
    assert newest is not None
    with pytest.raises(HeadMismatch):
        world.publisher.keep(newest)


@pytest.mark.parametrize("what", ["larger", "divergent", "foreign", "garbage"])
def test_nothing_is_signed_against_the_head_file(world: World, what: str) -> None:
    grown(world, Speaker(), 3)
    size, root = world.publisher.head()
    head = Remembered()
    head.note = {
        "larger": signed(size + 1, root),
        "divergent": signed(size - 1, root),
        "foreign": signed(size, root).replace(b"log.example", b"lag.example"),
        "garbage": b"not a note",
    }[what]
    before = head.note
    with pytest.raises(HeadMismatch):
        publisher(world, head).step()
    assert world.publisher.newest() is None
    assert head.note == before
