# SPDX-License-Identifier: Apache-2.0
"""Being witnessed: the newest published checkpoint goes to every witness, and comes back cosigned.

Ingest and signing wait for nobody here, with one exception: after a start nothing is signed until
so many witnesses have confirmed the last signed tree that every quorum holds one of them. A witness
that refuses is believed only as far as it shows our own signature on a tree that is not ours.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from audit_log.domain.checkpoint import CheckpointInvalid
from audit_log.domain.merkle import consistency_proof, root_at
from audit_log.domain.note import (
    NoteInvalid,
    Signature,
    SignatureCheck,
    SignedNote,
    open_note,
    parse_note,
)
from audit_log.domain.policy import Policy
from audit_log.domain.submission import Submission
from audit_log.domain.tiles import hashes_from
from audit_log.ports import Answer, AnswerKind, Published, Trust, WitnessedStore, WitnessPeers
from shared.clock import Clock

SIGNING: Final = "signing"
WAITING: Final = "waiting_for_witnesses"
STOPPED: Final = "stopped"
SPLIT_VIEW: Final = "split_view"
UNPROVEN: Final = "witness_refused"
_ASKS: Final = 2  # the second time with the size that the witness said it holds
_log = logging.getLogger(__name__)

Report = Callable[[str, Mapping[str, int | str]], None]
"""Opens a finding of rule R15 under a code, unless the same one is open."""


class _Seen(Enum):
    """What a note that somebody shows is to us."""

    NOTHING = "nothing"  # not signed by our key
    OURS = "ours"  # our tree contains it
    FORK = "fork"  # we signed it, and our tree does not contain it


@dataclass(slots=True, kw_only=True)
class _Round:
    """One checkpoint on its way around: what is still to be asked, and who has cosigned it."""

    shown: Published
    note: SignedNote
    waiting: set[str]
    cosigned: dict[str, tuple[Signature, ...]] = field(default_factory=dict)

    def with_cosignatures(self) -> bytes:
        """Give the note with every cosignature so far."""
        lines = (line for found in self.cosigned.values() for line in found)
        return bytes(SignedNote(text=self.note.text, signatures=(*self.note.signatures, *lines)))


class Witnesses:
    """The witnesses of this log; call `step` again and again, it keeps its own pace."""

    def __init__(
        self,
        *,
        store: WitnessedStore,
        policy: Policy,
        peers: WitnessPeers,
        trust: Trust,
        check: SignatureCheck,
        report: Report,
        clock: Clock,
        seconds: float,
    ) -> None:
        self._store = store
        self._policy = policy
        self._peers = peers
        self._trust = trust
        self._check = check
        self._report = report
        self._clock = clock
        self._seconds = seconds
        self._keys = {one.name: one.key for one in policy.witnesses if one.url is not None}
        self._sizes: dict[str, int] = {}
        self._confirmed: set[str] = set()
        self._around: _Round | None = None
        self._forked = False
        self._said = ""
        self._next = 0.0

    def may_sign(self) -> bool:
        """Tell whether enough witnesses have confirmed, since this start, what was signed last."""
        return not self._forked and self._policy.covers(self._confirmed)

    def hurry(self) -> None:
        """Let the next step ask, whatever the pace."""
        self._next = 0.0

    def step(self) -> bool:
        """Ask every witness, if it is time; False, as there is never more to do at once."""
        now = self._clock.monotonic()
        if self.may_sign() and now < self._next:
            return False
        self._next = now + self._seconds
        self._forked = any(self._see(note) is _Seen.FORK for note in self._store.evidence())
        shown = self._store.shown()
        if shown is None or not shown.size:
            self._ask_what_they_hold()
        else:
            self._go_around(self._going(shown))
        self._say()
        return False

    def _going(self, shown: Published) -> _Round:
        """Give the round of this checkpoint: whoever has not cosigned it yet is asked."""
        around = self._around
        if around is None or around.shown.size != shown.size:
            around = _Round(shown=shown, note=parse_note(shown.note), waiting=set())
            self._around = around
        around.waiting = {
            name
            for name in self._keys
            if name not in around.cosigned and self._sizes.get(name, 0) <= shown.size
        }
        return around

    def _say(self) -> None:
        state = STOPPED if self._forked else SIGNING if self.may_sign() else WAITING
        self._store.say_signing(state, self._clock.now())
        if state is STOPPED and self._said is not STOPPED:
            self._store.bar_witness(self._clock.now())
        if state is WAITING and self._said is not WAITING:
            said = {"confirmed": len(self._confirmed), "witnesses": len(self._policy.counted())}
            _log.critical("not signing: too few witnesses have confirmed the tree", extra=said)
        self._said = state

    def _go_around(self, around: _Round) -> None:
        for _ in range(_ASKS):
            if not around.waiting:
                return
            asked = {name: self._submission(name, around) for name in sorted(around.waiting)}
            around.waiting.clear()
            for name, answer in self._peers.submit(asked):
                self._take(name, answer, asked[name].old, around)

    def _submission(self, name: str, around: _Round) -> Submission:
        old, size = self._sizes.get(name, 0), around.shown.size
        hashes = hashes_from(self._store.tile)
        proof = consistency_proof(old, size, hashes) if old else ()
        return Submission(old=old, proof=proof, note=around.shown.note)

    def _take(self, name: str, answer: Answer, asked: int, around: _Round) -> None:
        size = around.shown.size
        if answer.kind is AnswerKind.ACCEPTED:
            self._count(name, answer.lines, around)
        elif (
            answer.kind is AnswerKind.CONFLICT
            and answer.size is not None
            and answer.size != asked
            and answer.size <= size
        ):
            self._sizes[name] = answer.size
            around.waiting.add(name)
        elif answer.kind is not AnswerKind.AWAY:
            self._refused(name, answer.size if answer.size is not None else size)

    def _count(self, name: str, lines: bytes, around: _Round) -> None:
        """Take a cosignature, if it is one; at the quorum the checkpoint is witnessed."""
        text = around.note.text.encode()
        try:
            signed = open_note(text + b"\n" + lines, [self._keys[name]], self._check)
        except NoteInvalid:
            self._report("cosignature_invalid", {"witness": name})
            return
        self._sizes[name] = around.shown.size
        self._confirmed.add(name)
        around.cosigned[name] = signed.signatures
        if self._policy.is_met(around.cosigned):
            now = self._clock.now()
            self._store.witnessed(around.shown.size, around.with_cosignatures(), now)

    def _ask_what_they_hold(self) -> None:
        """Before anything was signed here: whoever shows a tree of ours has seen another log."""
        for name in self._keys.keys() - self._confirmed:
            shown = self._peers.newest(name)
            if shown.reached and self._examine(name, shown.note) is not _Seen.FORK:
                self._confirmed.add(name)

    def _refused(self, name: str, size: int) -> None:
        """Look whether a witness that refuses holds our own signature on what is not our tree."""
        if self._examine(name, self._peers.newest(name).note) is _Seen.NOTHING:
            _log.error("a witness refuses and shows no proof", extra={"witness": name})
            self._report(UNPROVEN, {"witness": name, "size": size})

    def _examine(self, name: str, note: bytes | None) -> _Seen:
        """Look at what a witness shows: what we signed binds us, whatever the database says."""
        seen = _Seen.NOTHING if note is None else self._see(note)
        if note is None or seen is _Seen.NOTHING:
            return seen
        size = self._trust.open(note).size
        if seen is _Seen.OURS:  # it is ahead of what is published, as after a recovery
            self._sizes[name] = size
            self._confirmed.add(name)
            return seen
        self._forked = True
        self._store.keep_evidence(name, note, self._clock.now())
        said: Mapping[str, int | str] = {"witness": name, "size": size}
        _log.critical("a witness holds our signature on a tree that is not ours", extra=said)
        self._report(SPLIT_VIEW, said)
        return seen

    def _see(self, note: bytes) -> _Seen:
        try:
            held = self._trust.open(note)
        except (NoteInvalid, CheckpointInvalid):
            return _Seen.NOTHING
        size, _ = self._store.head()
        hashes = hashes_from(self._store.tile)
        ours = held.size <= size and root_at(held.size, hashes) == held.root
        return _Seen.OURS if ours else _Seen.FORK
