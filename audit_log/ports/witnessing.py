# SPDX-License-Identifier: Apache-2.0
"""What witnessing needs: what this node saw of other logs, and the witnesses of its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from audit_log.domain.note import VerifierKey
from audit_log.domain.submission import Held, Submission
from audit_log.ports.publishing import Published, TreeReader


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedLog:
    """A log that this node witnesses: the keys that may sign for it, the last tree cosigned.

    `barred` are keys of this witness that must cosign nothing any more.
    """

    keys: tuple[VerifierKey, ...]
    held: Held
    barred: frozenset[str] = frozenset()


class WitnessStore(Protocol):
    """The logs that this node witnesses, and what it has seen of them."""

    def watch(self, key: VerifierKey, at: datetime) -> bool:
        """Witness the log that the key is named after; False when that key was there already."""
        ...

    def find(self, origin: str) -> WatchedLog | None:
        """Give the log of this origin; None when it is not witnessed."""
        ...

    def replace(self, origin: str, before: Held, after: Held, note: bytes, at: datetime) -> bool:
        """Hold another tree, or the same one with a newer note, in place of `before`.

        True when it is kept durably; False when `before` is not what is held, and nothing was
        changed. Of several at once that name one `before` and other trees, one is told True.
        """
        ...

    def note(self, digest: str) -> bytes | None:
        """Give the newest note cosigned for the log whose origin has this hex SHA-256."""
        ...


class AnswerKind(Enum):
    """How a witness answered a submission."""

    ACCEPTED = "accepted"
    CONFLICT = "conflict"
    REFUSED = "refused"  # 422, or 409 without a size: it may hold a fork
    AWAY = "away"  # no answer in time, or one that says nothing about the tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A witness's answer: signature lines when accepted, the size it holds when in conflict."""

    kind: AnswerKind
    lines: bytes = b""
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a witness shows as its newest note of our log; unverified, and None when it has none."""

    reached: bool
    note: bytes | None = None


class WitnessPeers(Protocol):
    """The witnesses of this log, by their names in its policy."""

    def submit(self, submissions: Mapping[str, Submission]) -> Iterator[tuple[str, Answer]]:
        """Submit to these witnesses at once and give each answer as it comes; raises nothing.

        A witness that does not answer within its time is AWAY; leaving the iterator early waits
        for nobody.
        """
        ...

    def newest(self, name: str) -> Shown:
        """Ask what this witness shows as its newest note of our log; raises nothing."""
        ...


class WitnessedStore(TreeReader, Protocol):
    """Our own log as its witnesses see it."""

    def head(self) -> tuple[int, bytes]:
        """Give the committed size and root."""
        ...

    def shown(self) -> Published | None:
        """Give the newest published checkpoint."""
        ...

    def witnessed(self, size: int, note: bytes, at: datetime) -> None:
        """Show the published checkpoint of this size with its cosignatures from now on.

        A note with more of them replaces one with fewer; one with no more changes nothing.
        """
        ...

    def evidence(self) -> Sequence[bytes]:
        """Give every note kept as evidence."""
        ...

    def keep_evidence(self, witness: str, note: bytes, at: datetime) -> bool:
        """Keep a note signed by our own key that our tree does not contain; False if it is kept."""
        ...

    def say_signing(self, state: str, at: datetime) -> None:
        """Let everybody know whether the log signs; what is said already keeps its time."""
        ...

    def bar_witness(self, at: datetime) -> None:
        """Bar the keys with which this node witnesses others, for good: they forgot what they saw.

        Keys that are barred already stay so.
        """
        ...
