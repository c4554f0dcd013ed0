# SPDX-License-Identifier: Apache-2.0
"""Witnessing in memory: what is held of other logs, and witnesses that need no network."""

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from audit_log.domain.errors import (
    CheckpointUntrusted,
    GrowthUnproven,
    LogNotWitnessed,
    SubmissionUnreadable,
)
from audit_log.domain.note import VerifierKey
from audit_log.domain.submission import Held, Submission, origin_digest
from audit_log.ports import Answer, AnswerKind, Shown, WatchedLog
from audit_log.usecases.witness import Behind, Witness


class MemoryWitnessStore:
    """A `WitnessStore` in memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, VerifierKey] = {}
        self._held: dict[str, Held] = {}
        self._notes: dict[str, bytes] = {}
        self.barred: frozenset[str] = frozenset()

    def watch(self, key: VerifierKey, at: datetime) -> bool:
        fresh = str(key) not in self._keys
        self._keys[str(key)] = key
        self._held.setdefault(key.name, Held())
        return fresh

    def find(self, origin: str) -> WatchedLog | None:
        keys = tuple(key for key in self._keys.values() if key.name == origin)
        if not keys:
            return None
        return WatchedLog(keys=keys, held=self._held[origin], barred=self.barred)

    def replace(self, origin: str, before: Held, after: Held, note: bytes, at: datetime) -> bool:
        with self._lock:
            if self._held.get(origin) != before:
                return False
            self._held[origin] = after
            self._notes[origin_digest(origin)] = note
            return True

    def note(self, digest: str) -> bytes | None:
        return self._notes.get(digest)


class MemoryPeers:
    """A `WitnessPeers` over witnesses in memory; `away` are silent, `lies` answer for a witness."""

    def __init__(self, witnesses: Mapping[str, Witness], origin: str) -> None:
        self._witnesses = witnesses
        self._digest = origin_digest(origin)
        self.away: set[str] = set()
        self.lies: dict[str, Callable[[Submission], Answer]] = {}
        self.shows: dict[str, bytes] = {}
        self.asked: list[tuple[str, int]] = []

    def submit(self, submissions: Mapping[str, Submission]) -> Iterator[tuple[str, Answer]]:
        for name, submission in submissions.items():
            self.asked.append((name, submission.old))
            yield name, self._answer(name, submission)

    def newest(self, name: str) -> Shown:
        if name in self.away:
            return Shown(reached=False)
        return Shown(
            reached=True, note=self.shows.get(name, self._witnesses[name].store.note(self._digest))
        )

    def _answer(self, name: str, submission: Submission) -> Answer:
        if name in self.away:
            return Answer(kind=AnswerKind.AWAY)
        if name in self.lies:
            return self.lies[name](submission)
        try:
            found = self._witnesses[name].add_checkpoint(bytes(submission))
        except GrowthUnproven:
            return Answer(kind=AnswerKind.REFUSED)
        except (CheckpointUntrusted, LogNotWitnessed, SubmissionUnreadable):
            return Answer(kind=AnswerKind.AWAY)
        if isinstance(found, Behind):
            return Answer(kind=AnswerKind.CONFLICT, size=found.size)
        return Answer(kind=AnswerKind.ACCEPTED, lines=found.lines)
