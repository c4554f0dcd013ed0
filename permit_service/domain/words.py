# SPDX-License-Identifier: Apache-2.0
"""A purpose and a reason code in plain words: one wording for pages and permit documents.

Wording only: no sentence here decides or recomputes anything.
"""

from collections.abc import Mapping
from typing import Final

from permit_service.domain.purpose import Category, Purpose

CATEGORY_WORDS: Final[Mapping[Category, str]] = {
    Category.GRU: "Research of any kind",
    Category.HMB: "Health, medical or biomedical research",
    Category.DS: "Research on particular diseases",
    Category.POA: "Research on population origins or ancestry",
    Category.MDS: "Development of research methods",
    Category.CC: "Care of patients",
}

REASON_WORDS: Final[Mapping[str, str]] = {
    "never_asked": "have not been asked",
    "refused": "said no",
    "withdrawn": "withdrew their consent",
    "expired": "gave a consent whose time has passed",
    "invalid": "gave a consent that is not valid",
    "pending_reconsent": "have to be asked again",
    "unreadable": "have a consent that cannot be read",
    "identity_unsettled": "may be two names of one person who allows different things",
    "deceased": "have died",
    "evidence_doubtful": "gave a consent whose paper is in doubt",
    "purpose_not_permitted": "allowed other kinds of use, not this one",
    "clinical_not_permitted": "allowed no use for the care of patients",
    "ancestry_not_permitted": "allowed no research on ancestry",
    "disease_not_permitted": "allowed research on other diseases",
    "purpose_not_research": "allowed research only",
    "use_prohibited": "cannot allow a use that the law prohibits",
    "methods_not_permitted": "allowed no development of methods",
    "phenotype_only": "allowed only studies of genetic data",
    "organisation_for_profit": "allowed only organisations that are not for profit",
    "commercial_use": "allowed no commercial use",
    "user_not_listed": "allowed only the users they named",
    "project_not_listed": "allowed only the projects they named",
    "institution_not_listed": "allowed only the institutions they named",
    "place_not_permitted": "allowed use in other places only",
    "duration_too_long": "allowed use for a shorter time",
    "publication_not_accepted": "ask that results are published",
    "collaboration_not_accepted": "ask for collaboration",
    "moratorium_not_accepted": "ask to wait with publication",
    "return_not_accepted": "ask that results are returned",
    "national_condition_not_met": "ask for something by a national rule that was not shown",
    "national_duty_not_accepted": "ask for a duty by a national rule that was not accepted",
}
"""Why people are out, by consent_registry's codes, as a sentence that begins with "They"."""


def purpose_in_words(purpose: Purpose) -> tuple[str, ...]:
    """Say the purpose in short lines, the kind of use first, in an order that never changes."""
    lines = [CATEGORY_WORDS[purpose.category]]
    if purpose.diseases:
        lines.append("Diseases: " + ", ".join(purpose.diseases))
    for value, yes, no in (
        (purpose.commercial, "Commercial use", "No commercial use"),
        (purpose.methods, "Includes method development", "No method development"),
        (purpose.ancestry, "Includes ancestry", "No ancestry research"),
        (purpose.clinical, "Includes clinical use", "No clinical use"),
        (purpose.genetic_data, "Uses genetic data", "Uses no genetic data"),
        (
            purpose.organisation.not_for_profit,
            "By an organisation that is not for profit",
            "By an organisation that works for profit",
        ),
    ):
        if value is not None:
            lines.append(yes if value else no)
    if purpose.countries:
        lines.append("In: " + ", ".join(purpose.countries))
    if purpose.accepts:
        lines.append("Accepts the conditions: " + ", ".join(purpose.accepts))
    if purpose.evidence:
        lines.append("Evidence handed in: " + ", ".join(purpose.evidence))
    return tuple(lines)


def reason_in_words(code: str) -> str:
    """Say why people are out of a cohort; a code without a wording is shown as it is."""
    return REASON_WORDS.get(code, code.replace("_", " "))
