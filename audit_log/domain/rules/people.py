# SPDX-License-Identifier: Apache-2.0
"""R8 and R9: what the owning service answers about each person whose data was used.

audit_log holds no consents: consent_registry decides, at the time of the use and as known then,
and its answer never changes. Here its words are only turned into findings.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit_log.domain.rules.raised import Raised
from audit_log.domain.rules.seen import hour_of

WITHDRAWN: Final = frozenset({"withdrawn", "opted_out"})
IN: Final = "in"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonQuestion:
    """Asks whether this member's data might be used then, under that permit, for these purposes."""

    index: int
    src: str
    dataset: str
    ordinal: int
    at: datetime
    permit_id: str | None
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAnswer:
    """`answer` is in, out, awaiting or unknown; `reason` says why not."""

    answer: str
    reason: str | None


def judge(question: PersonQuestion, answer: PersonAnswer) -> Raised | None:
    """Say that somebody's data was used against her word (R8) or for another purpose (R9)."""
    if answer.answer == IN:
        return None
    reason = answer.reason or answer.answer
    rule = "R8" if reason in WITHDRAWN else "R9"
    return Raised(
        rule=rule,
        code="used_after_withdrawal" if rule == "R8" else f"person_{reason}"[:64],
        cause=f"{rule}/{question.index}",
        evidence=(question.index,),
        src=question.src,
    )


def unaskable(index: int, src: str, arrived: datetime) -> Raised:
    """Say that a use can never be judged: its person was erased first; once for source and hour."""
    return Raised(
        rule="R8",
        code="erased_before_the_check",
        cause=f"R8/erased/{src}/{hour_of(arrived)}",
        evidence=(index,),
        src=src,
    )


def unanswered(first: int, oldest: int) -> Raised:
    """Say that the owning service has not answered for too long.

    `first` is the entry at which the questions stand still, `oldest` the first one asked about:
    whoever that was may be erased before the answer.
    """
    return Raised(
        rule="R8",
        code="check_unanswered",
        cause=f"R8/unanswered/{first}",
        evidence=(oldest,),
    )
