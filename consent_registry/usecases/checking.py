# SPDX-License-Identifier: Apache-2.0
"""Match purposes against consents that are handed in, case by case: no register, no person.

The same rules as for everybody in the register, for other people's test suites and for trying a
policy. Pure: everything a verdict depends on is an argument and is named in the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from consent_registry.domain import purpose
from consent_registry.domain.manifest import versions
from consent_registry.domain.matching import Answer, Inquiry, match, worst
from consent_registry.domain.statements import read_collected, read_held, read_statement
from consent_registry.domain.terms import Terms
from consent_registry.domain.verdict import Finding, Reason, Result
from shared.errors import FieldFault, ValidationFailed

INVALID: Final = "invalid"
_KEYS: Final = ("consent", "purpose", "collected", "data_categories", "id")


def check_cases(cases: Sequence[object], rules: Inquiry) -> dict[str, Any]:
    """Decide each case, `{"consent": …, "purpose": …, "id": …}`, in order.

    `rules` gives day, policy and disease hierarchy; its purpose is not asked. A case with faults
    has the verdict `invalid` and its faults, each with a pointer; never fails over content.
    """
    return {
        "versions": versions(rules),
        "today": rules.today.isoformat(),
        "cases": [_decide(number, case, rules) for number, case in enumerate(cases)],
    }


def _decide(number: int, case: object, rules: Inquiry) -> dict[str, Any]:
    kept: dict[str, Any] = {"case": number}
    if isinstance(case, Mapping) and "id" in case:
        kept["id"] = case["id"]
    try:
        terms, asked = _parts(case, f"/cases/{number}", rules)
    except ValidationFailed as faulty:
        faults = [{"pointer": f.pointer, "code": f.code, "detail": f.detail} for f in faulty.faults]
        return {**kept, "verdict": INVALID, "faults": faults}
    return {**kept, **_answer(match(terms, asked))}


def _parts(case: object, at: str, rules: Inquiry) -> tuple[Terms, Inquiry]:
    if not isinstance(case, Mapping) or not set(case) <= set(_KEYS):
        fault = FieldFault(at, f"an object with {', '.join(_KEYS)}; needed are the first two")
        raise ValidationFailed("not a case", faults=[fault])
    terms = read_statement(
        case.get("consent"), f"{at}/consent", rules.diseases, rules.policy.vocabulary
    )
    asked = rules.about(purpose.from_json(case.get("purpose"), f"{at}/purpose"))
    collected = read_collected(case.get("collected"), f"{at}/collected")
    return terms, replace(asked, collected=collected, held=read_held(case, at))


def _answer(found: Answer) -> dict[str, Any]:
    """Write why the verdict is what it is; what every clause said stands below `alternatives`."""
    denied, open_ = found.result is Result.DENY, found.result is Result.MANUAL
    # A consent without an alternative is a no.
    reasons = found.reasons if found.findings else (Reason.REFUSED,)
    return {
        "verdict": found.result.name.lower(),
        "reasons": [reason.value for reason in reasons] if denied else [],
        "questions": [question.value for question in found.questions] if open_ else [],
        "awaiting": list(found.clauses) if open_ else [],
        "obligations": [{"code": duty.code, "value": duty.value} for duty in found.obligations],
        "alternatives": [
            {
                "verdict": worst(findings).name.lower(),
                "clauses": [_clause(finding) for finding in findings],
            }
            for findings in found.findings
        ],
    }


def _clause(finding: Finding) -> dict[str, str | None]:
    return {
        "clause": finding.clause,
        "says": finding.result.name.lower(),
        "reason": finding.reason.value if finding.reason else None,
        "question": finding.question.value if finding.question else None,
    }
