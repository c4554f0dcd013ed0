# SPDX-License-Identifier: Apache-2.0
"""Witnessing others: a checkpoint is cosigned only when it extends the one cosigned before.

C2SP tlog-witness v1.0.0. Whoever submits is authenticated by the note alone: only a key that was
configured for the log can have signed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from audit_log.domain.checkpoint import (
    Checkpoint,
    CheckpointInvalid,
    EmptyTreeInvalid,
    parse_checkpoint,
)
from audit_log.domain.cosignature import cosign
from audit_log.domain.errors import (
    CheckpointUntrusted,
    GrowthUnproven,
    LogNotWitnessed,
    SubmissionUnreadable,
)
from audit_log.domain.note import NoteInvalid, SignatureCheck, SignedNote, open_note, parse_note
from audit_log.domain.submission import (
    Held,
    Judgement,
    Submission,
    SubmissionMalformed,
    judge,
    parse_submission,
)
from audit_log.ports import Signer, WitnessStore
from shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """The witness vouches: its signature lines (200)."""

    lines: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """The log thinks that the witness holds another size than it does (409): the size it holds."""

    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A witness of its own keys, which are never the log's.

    A witness whose database was lost or is an older one has forgotten what it cosigned: it would
    vouch for a second history. So its keys are barred with the first sign of that, and what it says
    under new ones is another witness's word.
    """

    signers: Sequence[Signer]
    store: WitnessStore
    check: SignatureCheck
    clock: Clock

    def add_checkpoint(self, raw: bytes) -> Cosigned | Behind:
        """Judge a submission; what is cosigned is kept durably before this returns.

        Raises SubmissionUnreadable (400), CheckpointUntrusted (403), LogNotWitnessed (404) and
        GrowthUnproven (422).
        """
        submission, note = _read(raw)
        origin = note.text.partition("\n")[0]
        watched = self.store.find(origin) if self.signers else None
        if watched is None:
            raise LogNotWitnessed("no log of this origin is witnessed here")
        signers = [one for one in self.signers if str(one.key) not in watched.barred]
        if not signers:
            raise LogNotWitnessed("this witness may have forgotten what it saw: it needs a new key")
        try:
            opened = open_note(submission.note, watched.keys, self.check)
        except NoteInvalid:
            raise CheckpointUntrusted("no key trusted for the origin has signed this") from None
        checkpoint = _checkpoint(opened.text, origin)
        judgement = judge(submission, checkpoint, watched.held)
        if judgement is Judgement.CONFLICT:
            return Behind(size=watched.held.size)
        if judgement is Judgement.OLD_TOO_LARGE:
            raise SubmissionUnreadable("the old size is above the checkpoint's own")
        if judgement is Judgement.INCONSISTENT:
            raise GrowthUnproven("the checkpoint does not extend what was cosigned before")
        now = self.clock.now()
        lines = tuple(
            cosign(one.key, one.sign, opened.text, int(now.timestamp())) for one in signers
        )
        kept = SignedNote(text=opened.text, signatures=(*opened.signatures, *lines))
        after = Held(size=checkpoint.size, root=checkpoint.root)
        if not self.store.replace(origin, watched.held, after, bytes(kept), now):
            return self._overtaken(origin)
        return Cosigned(lines="".join(f"{line}\n" for line in lines).encode())

    def _overtaken(self, origin: str) -> Behind:
        """Say what is held since another submission came first; what was signed never leaves."""
        watched = self.store.find(origin)
        if watched is None:
            raise LogNotWitnessed("no log of this origin is witnessed here")
        return Behind(size=watched.held.size)

    def newest(self, digest: str) -> bytes:
        """Give the newest note cosigned for the log whose origin has this hex SHA-256.

        Raises LogNotWitnessed when there is none.
        """
        note = self.store.note(digest)
        if note is None:
            raise LogNotWitnessed("nothing was cosigned for such an origin")
        return note


def _read(raw: bytes) -> tuple[Submission, SignedNote]:
    try:
        submission = parse_submission(raw)
        return submission, parse_note(submission.note)
    except (SubmissionMalformed, NoteInvalid) as fault:
        raise SubmissionUnreadable(str(fault)) from None


def _checkpoint(text: str, origin: str) -> Checkpoint:
    """Read a text whose signature is good; an impossible tree is no growth, all else unreadable."""
    try:
        return parse_checkpoint(text, origin=origin)
    except EmptyTreeInvalid as fault:
        raise GrowthUnproven(str(fault)) from None
    except CheckpointInvalid as fault:
        raise SubmissionUnreadable(str(fault)) from None
