# SPDX-License-Identifier: Apache-2.0
"""What the checkpointer needs: the committed tree, the signing key, and the head file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from audit_log.domain.checkpoint import Checkpoint, parse_checkpoint
from audit_log.domain.note import SignatureCheck, VerifierKey, open_note


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A checkpoint as kept: the size and root it names, and the signed note."""

    size: int
    root: bytes
    note: bytes
    signed_at: datetime
    witnessed_at: datetime | None = None


class TreeReader(Protocol):
    """The committed tree, tile by tile."""

    def tile(self, level: int, index: int) -> bytes:
        """Give a tile as wide as it is now; raise LookupError when it has no hash yet."""
        ...


class PublisherStore(TreeReader, Protocol):
    """The log as its checkpointer sees it."""

    def bundle(self, index: int) -> Sequence[bytes]:
        """Give the entries of a bundle, as many as there are; LookupError when there are none.

        Raises ValueError for one that cannot be read.
        """
        ...

    def head(self) -> tuple[int, bytes]:
        """Give the committed size and root."""
        ...

    def newest(self) -> Published | None:
        """Give the newest checkpoint kept, published or not."""
        ...

    def published_size(self) -> int | None:
        """Give the size of the newest published checkpoint."""
        ...

    def keep(self, checkpoint: Published) -> None:
        """Keep a signed checkpoint durably; raise HeadMismatch unless it is larger than all."""
        ...

    def publish(self, size: int, at: datetime) -> None:
        """Let readers see the checkpoint of this size."""
        ...

    def evidence(self) -> Sequence[bytes]:
        """Give the notes signed by our own key that others hold and our tree once did not."""
        ...

    def bar_witness(self, at: datetime) -> None:
        """Bar the keys with which this node witnesses others, for good: they forgot what they saw.

        Keys that are barred already stay so.
        """
        ...


class Signer(Protocol):
    """The log's signing key."""

    @property
    def key(self) -> VerifierKey:
        """The public half, under the log's name."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Sign; the signature verifies with `key`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Which log is meant, whose signature on it counts, and how signatures are checked."""

    origin: str
    keys: tuple[VerifierKey, ...]
    check: SignatureCheck

    def open(self, note: bytes) -> Checkpoint:
        """Give the checkpoint that a note carries; raise NoteInvalid or CheckpointInvalid."""
        return parse_checkpoint(open_note(note, self.keys, self.check).text, origin=self.origin)


class HeadFile(Protocol):
    """The last signed note, kept outside the database and its backups."""

    def read(self) -> bytes | None:
        """Give the note, None when nothing was ever kept here."""
        ...

    def write(self, note: bytes) -> None:
        """Keep a note; when this returns it survives a power cut, and the older one is gone."""
        ...
