# SPDX-License-Identifier: Apache-2.0
"""R8 and R9 of a use that seals nobody: what the owning service answers about its cohort.

Asked at the time of the use and as known then, like each person. The log is told for what people
had left whom the reader did not leave out, and a salted digest of them: never how many, or who.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit_log.domain.rules.people import IN, WITHDRAWN
from audit_log.domain.rules.raised import Raised
from audit_log.domain.rules.seen import hour_of
from shared.cohort_names import NamedCohort

NOT_CHECKED: Final = "cohort_not_checked"
_LONGEST: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortQuestion:
    """Asks whether a cohort might be used then, read at that revision, for these purposes.

    `cohort` is None where the use names none and its permit's is meant.
    """

    index: int
    src: str
    dataset: str
    cohort: NamedCohort | None
    revision: int | None
    at: datetime
    permit_id: str | None
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortVerdict:
    """`answer` is in, out or unknown; `reason` is about the use, `causes` are those of people."""

    answer: str
    reason: str | None = None
    causes: tuple[str, ...] = ()
    who: str | None = None


def judge(question: CohortQuestion, verdict: CohortVerdict) -> Iterator[Raised]:
    """Say that people were used against their word (R8), or the cohort for something else (R9)."""
    left = sorted(WITHDRAWN.intersection(verdict.causes))
    other = sorted(set(verdict.causes) - WITHDRAWN)
    if left:
        yield _raised("R8", "used_after_withdrawal", question, verdict.who)
    if verdict.answer not in (IN, "out"):
        # Nobody can say anything about these people: that is no good word for them.
        yield _raised("R8", verdict.reason or f"cohort_{verdict.answer}", question)
    elif verdict.reason is not None:
        yield _raised("R9", verdict.reason, question)
    elif other:
        yield _raised("R9", f"person_{other[0]}", question, verdict.who)
    elif verdict.answer != IN and not left:
        yield _raised("R9", "cohort_out", question)


def misnamed(index: int, src: str) -> Raised:
    """Say that a use names a cohort in no form in which anybody could be asked about it."""
    return Raised(
        rule="R8",
        code=NOT_CHECKED,
        cause=f"R8/cohort/{index}",
        evidence=(index,),
        src=src,
    )


def of_nobody(index: int, src: str, arrived: datetime) -> Raised:
    """Say that a use names nobody, nor on what it rests; once for source and hour."""
    return Raised(
        rule="R8",
        code="people_not_named",
        cause=f"R8/nobody/{src}/{hour_of(arrived)}",
        evidence=(index,),
        src=src,
    )


def _raised(rule: str, code: str, question: CohortQuestion, who: str | None = None) -> Raised:
    return Raised(
        rule=rule,
        code=code[:_LONGEST],
        cause=f"{rule}/{question.index}",
        evidence=(question.index,),
        src=question.src,
        who=who,
    )
