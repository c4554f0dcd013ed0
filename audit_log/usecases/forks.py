# SPDX-License-Identifier: Apache-2.0
"""Fork evidence for outsiders: two trees under one key, and what shows that they are no one tree.

A note that the log signed and its tree does not contain was kept when a witness showed it. Beside
the log's newest checkpoint it proves a split view to anybody who has the log's key: at one size two
roots are enough; below it, a consistency proof shows which root the shown tree had at that size.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from audit_log.domain.checkpoint import Checkpoint
from audit_log.domain.merkle import ProofInvalid, root_at, verify_consistency
from audit_log.domain.tiles import hashes_from
from audit_log.ports import LogReader, Trust
from audit_log.usecases import read


class Verdict(StrEnum):
    """What two notes under one key show."""

    PROVEN = "proven"  # no tree begins with both
    LARGER = "larger"  # signed for more than the log shows: it owes a consistency proof
    NOT_PROVEN = "not_proven"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """A note that the log signed once, its newest one, and the root it now shows at that size.

    `proof` leads from that root to the newest one; both are empty where they are not needed.
    """

    theirs: bytes
    ours: bytes
    own_root: bytes = b""
    proof: tuple[bytes, ...] = ()


def forks(notes: Sequence[bytes], reader: LogReader, trust: Trust) -> Iterator[Fork]:
    """Give each note that the published tree does not contain, with what shows it.

    Raises NotPublished before the first checkpoint, NoteInvalid for a note of another key.
    """
    newest = read.checkpoint(reader)
    for note in notes:
        theirs = trust.open(note)
        if theirs.size > newest.size:
            yield Fork(theirs=note, ours=newest.note)
            continue
        own_root = root_at(theirs.size, hashes_from(reader.tile))
        if own_root == theirs.root:
            continue
        if theirs.size == newest.size:
            yield Fork(theirs=note, ours=newest.note)
        else:
            growth = read.growth(theirs.size, newest.size, reader)
            yield Fork(theirs=note, ours=newest.note, own_root=own_root, proof=growth.proof)


def judge(fork: Fork, trust: Trust) -> tuple[Verdict, Checkpoint, Checkpoint]:
    """Say what a fork's files show to somebody who trusts the key alone; give both checkpoints.

    Raises NoteInvalid and CheckpointInvalid for what this key has not signed.
    """
    theirs, ours = trust.open(fork.theirs), trust.open(fork.ours)
    if theirs.size == ours.size:
        verdict = Verdict.NOT_PROVEN if theirs.root == ours.root else Verdict.PROVEN
    elif theirs.size > ours.size:
        verdict = Verdict.LARGER
    else:
        verdict = _judge_smaller(fork, theirs, ours)
    return verdict, theirs, ours


def _judge_smaller(fork: Fork, theirs: Checkpoint, ours: Checkpoint) -> Verdict:
    try:
        verify_consistency(theirs.size, ours.size, fork.own_root, ours.root, fork.proof)
    except ProofInvalid:
        return Verdict.NOT_PROVEN
    return Verdict.NOT_PROVEN if fork.own_root == theirs.root else Verdict.PROVEN
