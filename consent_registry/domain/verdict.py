# SPDX-License-Identifier: Apache-2.0
"""The values a decision is made of: results, reasons in a fixed order, obligations.

PERMIT < MANUAL < DENY. Within one alternative the worst clause decides, so that MANUAL never hides
DENY; across alternatives the best one decides, because the participant allows what any one of them
allows.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import lru_cache
from typing import Final

ENGINE_VERSION: Final = "placet/matching/v1"


class Result(IntEnum):
    """What a clause says to a purpose; a greater value is a worse one."""

    PERMIT = 0
    MANUAL = 1
    DENY = 2


class Reason(Enum):
    """Why somebody is out of a cohort, in the order in which the first reason is chosen.

    The order never changes and new reasons go to the end of their group; counts depend on it.
    """

    # The state of the consent.
    NEVER_ASKED = "never_asked"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    INVALID = "invalid"
    PENDING_RECONSENT = "pending_reconsent"
    UNREADABLE = "unreadable"
    IDENTITY_UNSETTLED = "identity_unsettled"
    DECEASED = "deceased"
    EVIDENCE_DOUBTFUL = "evidence_doubtful"
    ASSENT_MISSING = "assent_missing"
    # The permission.
    PURPOSE_NOT_PERMITTED = "purpose_not_permitted"
    CLINICAL_NOT_PERMITTED = "clinical_not_permitted"
    ANCESTRY_NOT_PERMITTED = "ancestry_not_permitted"
    DISEASE_NOT_PERMITTED = "disease_not_permitted"
    PURPOSE_NOT_RESEARCH = "purpose_not_research"
    USE_PROHIBITED = "use_prohibited"
    ACTIVITY_NOT_PERMITTED = "activity_not_permitted"
    DATA_NOT_COVERED = "data_not_covered"
    CATEGORY_NOT_PERMITTED = "data_category_not_permitted"
    PURPOSE_RESERVED = "purpose_reserved"
    # The modifiers.
    METHODS_NOT_PERMITTED = "methods_not_permitted"
    PHENOTYPE_ONLY = "phenotype_only"
    ORGANISATION_FOR_PROFIT = "organisation_for_profit"
    COMMERCIAL_USE = "commercial_use"
    USER_NOT_LISTED = "user_not_listed"
    PROJECT_NOT_LISTED = "project_not_listed"
    INSTITUTION_NOT_LISTED = "institution_not_listed"
    PLACE_NOT_PERMITTED = "place_not_permitted"
    DURATION_TOO_LONG = "duration_too_long"
    PUBLICATION_NOT_ACCEPTED = "publication_not_accepted"
    COLLABORATION_NOT_ACCEPTED = "collaboration_not_accepted"
    MORATORIUM_NOT_ACCEPTED = "moratorium_not_accepted"
    RETURN_NOT_ACCEPTED = "return_not_accepted"
    NATIONAL_CONDITION = "national_condition_not_met"
    NATIONAL_DUTY = "national_duty_not_accepted"
    # The other ways of saying no.
    OPTED_OUT = "opted_out"
    OBJECTED = "objected"
    RESTRICTED = "restricted"
    ERASED = "erased"
    # No no of hers: there is nothing to be had.
    CATEGORY_NOT_HELD = "data_category_not_held"
    # What the authority ruled.
    RULED_OUT = "ruled_out"


class Question(Enum):
    """What a clause cannot decide by itself: what an authority would have to rule on."""

    DISEASE_UNKNOWN = "disease_unknown"
    METHODS_ON_RESTRICTED = "methods_on_restricted"
    ALGORITHM_TRAINING = "algorithm_training"
    RESEARCH_TYPE = "research_type"
    METHODS_NOT_SAID = "methods_not_said"
    GENETIC_DATA_NOT_SAID = "genetic_data_not_said"
    PROFIT_NOT_SAID = "profit_not_said"
    COMMERCIAL_NOT_SAID = "commercial_not_said"
    ANCESTRY_NOT_SAID = "ancestry_not_said"
    ETHICS_APPROVAL_PENDING = "ethics_approval_pending"
    COLLABORATION_PENDING = "collaboration_pending"
    USERS_NOT_SAID = "users_not_said"
    PROJECT_NOT_SAID = "project_not_said"
    INSTITUTION_NOT_SAID = "institution_not_said"
    PLACES_NOT_SAID = "places_not_said"
    DURATION_NOT_SAID = "duration_not_said"
    VALUE_MISSING = "value_missing"
    UNKNOWN_CODE = "unknown_code"
    NATIONAL_CODE = "national_code"
    EXCEPTION_71_4 = "exception_71_4"


_REMEMBERED: Final = 1024
"""Findings that are made once: a cohort asks the same of thousands of clauses."""

REASON_ORDER: Final = {reason: rank for rank, reason in enumerate(Reason)}
QUESTION_ORDER: Final = {question: rank for rank, question in enumerate(Question)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What one ruling is about: a clause and its question.

    `value` is the text that the clause has where it must be read to be ruled on (RS), else empty.
    """

    clause: str
    question: Question
    value: str = ""


DESPITE_OPT_OUT: Final = Matter(clause="OPT_OUT", question=Question.EXCEPTION_71_4)
"""What an authority rules on when somebody claims the exception of EHDS Article 71(4)."""


@dataclass(frozen=True, slots=True, order=True)
class Obligation:
    """What a permit must carry because of a clause: its code and value (`TS`, `24`)."""

    code: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one clause says: PERMIT with obligations, MANUAL with a question, DENY with a reason.

    `clause` is the DUO shorthand, or the national code, that speaks; `value` is its text where a
    question is about that. The obligations beside a question are those of a yes to it.
    """

    clause: str
    result: Result
    reason: Reason | None = None
    question: Question | None = None
    obligations: tuple[Obligation, ...] = ()
    value: str = ""

    @property
    def matter(self) -> Matter | None:
        """What a ruling on this finding would be about; None where none is asked for."""
        if self.result is not Result.MANUAL or self.question is None:
            return None
        return Matter(clause=self.clause, question=self.question, value=self.value)


@lru_cache(maxsize=_REMEMBERED)
def permit(clause: str, *obligations: Obligation) -> Finding:
    """Make a finding that nothing in this clause stands against the purpose."""
    return Finding(clause=clause, result=Result.PERMIT, obligations=obligations)


@lru_cache(maxsize=_REMEMBERED)
def manual(
    clause: str, question: Question, value: str = "", *, obligations: tuple[Obligation, ...] = ()
) -> Finding:
    """Make a finding that this clause needs a ruling, and what a yes would carry."""
    return Finding(
        clause=clause,
        result=Result.MANUAL,
        question=question,
        value=value,
        obligations=obligations,
    )


@lru_cache(maxsize=_REMEMBERED)
def deny(clause: str, reason: Reason) -> Finding:
    """Make a finding that this clause stands against the purpose."""
    return Finding(clause=clause, result=Result.DENY, reason=reason)
