# SPDX-License-Identifier: Apache-2.0
"""R14: a withdrawal or a revocation has not reached a node that goes on deciding.

Every decision says which revision of the registers it rests on. What nodes acknowledge is shown by
consent_registry, whose
entries about it are not read here: a node that decides nothing shows nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit_log.domain.rules.raised import Raised
from audit_log.domain.rules.seen import Seen
from audit_log.domain.rules.thresholds import Thresholds

RULE: Final = "R14"
PERMITS: Final = "permits"
KEPT: Final = 64
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


def ended(register: Register | None, seen: Seen) -> Register:
    """Take in an end."""
    revision = seen.number("revision")
    before = register or Register()
    if revision is None:
        return before
    end = End(revision=revision, at=seen.at, index=seen.index)
    return Register(ends=tuple(sorted((*before.ends, end), key=lambda one: one.revision))[-KEPT:])


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
