# SPDX-License-Identifier: Apache-2.0
"""C2SP tlog-witness v1.0.0: what is submitted to a witness, and what a witness makes of it.

Pure: whose signatures count is checked before, what the witness holds is handed in.
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Final

from audit_log.domain.checkpoint import Checkpoint
from audit_log.domain.merkle import EMPTY_ROOT, ProofInvalid, verify_growth
from audit_log.domain.proof import MAX_PATH

MAX_SUBMISSION_BYTES: Final = 1 << 16
_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII)
_HASH: Final = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)
_SIZE: Final = re.compile(rb"(0|[1-9][0-9]{0,18})\n")


class SubmissionMalformed(ValueError):
    """A body is not what `add-checkpoint` takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The body of `add-checkpoint`: the size the witness should hold, the proof, the note."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes

    def __bytes__(self) -> bytes:
        """Write the body as it travels."""
        lines = [f"old {self.old}", *(b64encode(one).decode("ascii") for one in self.proof), "", ""]
        return "\n".join(lines).encode() + self.note


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The last tree a witness has cosigned for a log; the empty one when it never has."""

    size: int = 0
    root: bytes = EMPTY_ROOT


class Judgement(Enum):
    """What a witness answers to a checkpoint whose signature it has verified."""

    ACCEPTED = "accepted"  # 200: cosigned
    OLD_TOO_LARGE = "old_too_large"  # 400: the old size is above the checkpoint's own
    CONFLICT = "conflict"  # 409: the old size is not what the witness holds
    INCONSISTENT = "inconsistent"  # 422: no proof that the log only grew


def parse_submission(raw: bytes) -> Submission:
    """Read the body of `add-checkpoint`; raise SubmissionMalformed for all but its one spelling.

    The checkpoint's own form is checked by whoever opens it as a note.
    """
    head, gap, note = raw.partition(b"\n\n")
    if len(raw) > MAX_SUBMISSION_BYTES or not gap or not note:
        raise SubmissionMalformed("not an old size, a proof, an empty line and a checkpoint")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise SubmissionMalformed("not an old size and a proof") from None
    old = _OLD.fullmatch(first)
    if old is None:
        raise SubmissionMalformed("the old size is missing or not a decimal number")
    if len(lines) > MAX_PATH:
        raise SubmissionMalformed("the proof has more than 63 lines")
    return Submission(old=int(old.group(1)), proof=tuple(map(_hash, lines)), note=note)


def judge(submission: Submission, checkpoint: Checkpoint, held: Held) -> Judgement:
    """Say what a witness that holds `held` answers; the order of the checks is the specification's.

    Another root at the held size is `INCONSISTENT`, as the specification has it since 2026.
    """
    if submission.old > checkpoint.size:
        return Judgement.OLD_TOO_LARGE
    if submission.old != held.size:
        return Judgement.CONFLICT
    try:
        verify_growth(held.size, checkpoint.size, held.root, checkpoint.root, submission.proof)
    except ProofInvalid:
        return Judgement.INCONSISTENT
    return Judgement.ACCEPTED


def size_text(size: int) -> bytes:
    """Write the body of a 409: the size held (`text/x.tlog.size`)."""
    return f"{size}\n".encode("ascii")


def parse_size(raw: bytes) -> int | None:
    """Read the body of a 409; None for anything else, as some witnesses send nothing there."""
    found = _SIZE.fullmatch(raw)
    return int(found.group(1)) if found else None


def origin_digest(origin: str) -> str:
    """Give the name under which a witness shows its newest checkpoint of a log: hex SHA-256."""
    return sha256(origin.encode()).hexdigest()


def _hash(line: str) -> bytes:
    found = b64decode(line) if _HASH.fullmatch(line) else b""
    if b64encode(found).decode("ascii") != line:
        raise SubmissionMalformed("a line of the proof is not a hash")
    return found
