# SPDX-License-Identifier: Apache-2.0
"""R7, R9 and R10 of a use as the permit service answers: did its permit cover it then.

Asked at the time of the use and as known then, like consent_registry of people. The entries of
permits say the same; what of them is lost, late or was never said is found by this answer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from audit_log.domain.rules.raised import Raised
from shared.events import Actor

COVERED: Final = "covered"
NOT_COVERED: Final = "not_covered"
UNKNOWN: Final = "unknown"
_LONGEST: Final = 64
_RULES: Final[Mapping[str, str]] = {
    "purpose_not_in_permit": "R9",
    "permit_past_its_end": "R10",
    "dataset_not_in_permit": "R10",
    "cohort_not_in_permit": "R10",
    "node_not_in_permit": "R10",
    "country_not_in_permit": "R10",
}
"""Whose every other reason is: R7, a use without a permit that was its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitQuestion:
    """Asks whether a permit covered a use: by whom, of what, whence, for what, and when.

    `src` is the source that says it, whose node let it. `country` is whence it was asked.
    """

    index: int
    src: str
    at: datetime
    permit_id: str
    actor: Actor | None
    dataset: str | None
    cohort_id: str | None
    country: str | None = field(repr=False)
    purposes: tuple[str, ...]

    @property
    def node(self) -> str:
        """The node of who said it."""
        return self.src.partition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitVerdict:
    """`answer` is covered, not_covered or unknown; `reasons` say why, the gravest first."""

    answer: str
    reasons: tuple[str, ...] = ()


def judge(question: PermitQuestion, verdict: PermitVerdict) -> Iterator[Raised]:
    """Say what the permit service does not stand for; one finding for a rule, of its first reason.

    The cause is not the one by which the entries of permits would raise it: what they say later
    closes their own finding, never what the permit service says.
    """
    if verdict.answer == COVERED:
        return
    reasons = verdict.reasons
    if verdict.answer == UNKNOWN or not reasons:
        reasons = ("permit_unknown" if verdict.answer == UNKNOWN else "permit_not_covering",)
    told: set[str] = set()
    for reason in reasons:
        rule = _RULES.get(reason, "R7")
        if rule not in told:
            told.add(rule)
            yield Raised(
                rule=rule,
                code=reason[:_LONGEST],
                cause=answered(rule, question.index),
                evidence=(question.index,),
                src=question.src,
            )


def answered(rule: str, index: int) -> str:
    """Name as a cause what the permit service says of a use; nothing but a person closes that."""
    return f"{rule}/{index}/answered"


def unanswered(first: int, oldest: int) -> Raised:
    """Say that the permit service has not answered for too long; as with people."""
    return Raised(
        rule="R9",
        code="permit_check_unanswered",
        cause=f"R9/unanswered/{first}",
        evidence=(oldest,),
    )
