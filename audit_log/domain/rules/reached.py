# SPDX-License-Identifier: Apache-2.0
"""R14: a withdrawal or a revocation has not reached a node that goes on deciding.

Every decision says which revision of the registers it rests on. What nodes acknowledge is shown by
consent_registry, whose
entries about it are not read here: a node that decides nothing shows nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from audit_log.domain.rules.raised import Raised
from audit_log.domain.rules.seen import Seen
from audit_log.domain.rules.thresholds import Thresholds

RULE: Final = "R14"
PERMITS: Final = "permits"
KEPT: Final = 256
"""How many ends of a register are remembered; where there are more, they lie the closer together
the newer they are, so that nobody is behind unseen however many end at once."""
_EVEN: Final = timedelta(minutes=1)
"""Ends newer than this are thinned out evenly."""
_CONSENT_ENDS: Final = frozenset({"placet.consent.withdrawn.v1", "placet.optout.registered.v1"})
_PERMIT_ENDS: Final = frozenset({"placet.permit.revoked.v1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Something ended at a revision of a register."""

    revision: int
    at: datetime
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The newest ends in one register."""

    ends: tuple[End, ...] = ()


def register_of(seen: Seen) -> str | None:
    """Name the register in which an entry ends something."""
    if seen.type in _PERMIT_ENDS:
        return PERMITS
    return seen.dataset if seen.type in _CONSENT_ENDS else None


def end_of(seen: Seen) -> End | None:
    """Read the end that an entry tells of; None where it names no revision."""
    revision = seen.number("revision")
    return None if revision is None else End(revision=revision, at=seen.at, index=seen.index)


def ended(register: Register | None, end: End) -> Register:
    """Take in an end."""
    before = () if register is None else register.ends
    ends = sorted((*before, end), key=lambda one: one.revision)
    if len(ends) > KEPT:
        del ends[_least_missed(ends)]
    return Register(ends=tuple(ends))


def _least_missed(ends: Sequence[End]) -> int:
    """Find the end without which the next one speaks soonest in its place; no first or last one.

    Whoever is behind an end is behind the next one, too: without it he is found later by the time
    between its neighbours at most, which is held against how long ago it was.
    """
    newest = max(one.at for one in ends)

    def missed(number: int) -> float:
        apart = ends[number + 1].at - ends[number - 1].at
        return apart / (newest - ends[number].at + _EVEN)

    return min(range(1, len(ends) - 1), key=missed)


def rests_on(seen: Seen) -> Iterator[tuple[str, int]]:
    """Give the registers that a decision rests on, with their revisions."""
    dataset, permits = seen.number("dataset_revision"), seen.number("permits_revision")
    if dataset is not None and seen.dataset is not None:
        yield seen.dataset, dataset
    if permits is not None:
        yield PERMITS, permits


def judge(
    seen: Seen, name: str, revision: int, register: Register | None, thresholds: Thresholds
) -> Raised | None:
    """Say that a decision that let data go rests on what had ended long enough before."""
    for end in register.ends if register else ():
        if end.revision > revision and seen.at - end.at > thresholds.span("propagation"):
            code = "revocation_not_reached" if name == PERMITS else "withdrawal_not_reached"
            return Raised(
                rule=RULE,
                code=code,
                cause=f"{RULE}/{seen.src}/{name}/{end.revision}",
                evidence=(end.index, seen.index),
                src=seen.src,
            )
    return None
