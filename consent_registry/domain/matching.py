# SPDX-License-Identifier: Apache-2.0
"""Does one person's consent permit one purpose? The decision, with every reason listed.

Pure and deterministic: the same terms, purpose, day, policy and releases give the same answer,
whatever the order of rows. Cohorts are decided by the same clause rules on sets
(`consent_registry.domain.cohort`); a property test holds the two together.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from consent_registry.domain.clauses import (
    judge_activity,
    judge_categories,
    judge_modifier,
    judge_window,
)
from consent_registry.domain.data_categories import ANY, Categories, asked_of
from consent_registry.domain.diseases import Diseases
from consent_registry.domain.duo import Duo
from consent_registry.domain.permissions import Coverage, coverage, judge_permission
from consent_registry.domain.policy import Policy
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.regimes import CONSENT_BINDS, Rules
from consent_registry.domain.rulings import Answers, settled_all
from consent_registry.domain.terms import Alternative, Terms
from consent_registry.domain.verdict import (
    QUESTION_ORDER,
    REASON_ORDER,
    Finding,
    Obligation,
    Question,
    Reason,
    Result,
)
from consent_registry.domain.windows import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """A purpose asked on a day under a policy and a release of the disease hierarchy.

    `rules` say which axes exclude under the law of the dataset that is asked; `ruled` is what the
    authority answered for this case; `collected` is when the data asked for were collected, None
    where that is not known, and `held` which data categories there are, none where that is not
    known. `regime` names the law of the dataset that is asked.
    """

    purpose: Purpose
    today: date
    policy: Policy
    diseases: Diseases
    rules: Rules = CONSENT_BINDS
    ruled: Answers = field(default_factory=dict)
    collected: Window | None = None
    regime: str = ""
    held: Categories = ANY

    @property
    def asked(self) -> Categories:
        """Which data categories are asked for; none where that is not known."""
        return asked_of(self.purpose.data_categories, self.held)

    def on(self, today: date) -> "Inquiry":
        """Ask the same as on another day."""
        return replace(self, today=today)

    def about(self, purpose: Purpose) -> "Inquiry":
        """Ask another purpose by the same rules."""
        return replace(self, purpose=purpose)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one alternative, or a whole consent, says.

    `findings` holds every clause that spoke, alternative by alternative. `reasons` and `questions`
    are in the fixed order of `verdict`; the first of each is the one that counts use.
    """

    result: Result
    findings: tuple[tuple[Finding, ...], ...]
    reasons: tuple[Reason, ...]
    questions: tuple[Question, ...]
    clauses: tuple[str, ...]
    obligations: tuple[Obligation, ...]


def match_alternative(alternative: Alternative, inquiry: Inquiry) -> tuple[Finding, ...]:
    """Judge every clause of one alternative: the permission first, then modifiers in order."""
    covered = (
        coverage(alternative.diseases, inquiry.purpose, inquiry.diseases)
        if alternative.permission is Duo.DS
        else Coverage.COVERED
    )
    permission = judge_permission(
        alternative.permission,
        clinical_care=alternative.has(Duo.CC),
        covered=covered,
        purpose=inquiry.purpose,
        policy=inquiry.policy,
    )
    modifiers = (
        finding
        for modifier in alternative.modifiers
        for finding in judge_modifier(
            modifier.code,
            modifier.values,
            inquiry.purpose,
            inquiry.today,
            inquiry.policy.vocabulary,
        )
    )
    activity = judge_activity(alternative.activities, inquiry.purpose, inquiry.today)
    window = judge_window(alternative.data, inquiry.collected)
    kinds = judge_categories(alternative.data_categories, inquiry.asked)
    return settled_all((*permission, *modifiers, *activity, *window, *kinds), inquiry.ruled)


def match(terms: Terms, inquiry: Inquiry) -> Answer:
    """Judge a whole consent: the best alternative decides, the worst clause within each.

    Obligations are those of the first permitting alternative. Reasons are those of every denied
    alternative; questions and clauses those of the alternatives that only await a ruling.
    """
    judged = tuple(match_alternative(alternative, inquiry) for alternative in terms)
    results = [worst(findings) for findings in judged]
    result = min(results, default=Result.DENY)
    awaiting = [f for f, r in zip(judged, results, strict=True) if r is Result.MANUAL]
    permitting = [f for f, r in zip(judged, results, strict=True) if r is Result.PERMIT]
    questions = {f.question for findings in awaiting for f in findings if f.question}
    return Answer(
        result=result,
        findings=judged,
        reasons=tuple(sorted(_reasons(judged), key=REASON_ORDER.__getitem__)),
        questions=tuple(sorted(questions, key=QUESTION_ORDER.__getitem__)),
        clauses=_clauses(awaiting),
        obligations=_obligations(permitting[0]) if permitting else (),
    )


def worst(findings: tuple[Finding, ...]) -> Result:
    """Give the worst result among the clauses of one alternative."""
    return max(finding.result for finding in findings)


def _reasons(judged: tuple[tuple[Finding, ...], ...]) -> set[Reason]:
    return {f.reason for findings in judged for f in findings if f.reason is not None}


def _clauses(awaiting: list[tuple[Finding, ...]]) -> tuple[str, ...]:
    """Name the clauses that await a ruling, in the order of `clause_order`."""
    speaking = {f.clause for findings in awaiting for f in findings if f.result is Result.MANUAL}
    return clause_order(speaking)


def clause_order(names: Iterable[str]) -> tuple[str, ...]:
    """Order the names of clauses: DUO's as in its table, then national codes by name."""
    return tuple(sorted(set(names), key=lambda name: (_RANK.get(name, len(_RANK)), name)))


_RANK: Final = {code.name: rank for rank, code in enumerate(Duo)}


def _obligations(findings: tuple[Finding, ...]) -> tuple[Obligation, ...]:
    return tuple(sorted({duty for finding in findings for duty in finding.obligations}))
