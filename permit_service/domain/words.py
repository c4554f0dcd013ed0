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
    "withdrawn": "withdrew their consent",
    "refused": "said no",
    "expired": "gave a consent whose time has passed",
    "not_yet_valid": "gave a consent that has not begun",
    "never_asked": "have not been asked",
    "no_consent": "have given no consent for this dataset",
    "purpose_not_permitted": "allowed other kinds of use, not this one",
    "permission": "allowed other kinds of use, not this one",
    "disease_not_permitted": "allowed research on other diseases",
    "commercial": "allowed no commercial use",
    "not_for_profit": "allowed only organisations that are not for profit",
}


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
