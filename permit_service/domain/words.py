# SPDX-License-Identifier: Apache-2.0
"""A purpose and a reason code in plain words: one wording for pages and permit documents.

Wording only: no sentence here decides or recomputes anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from permit_service.domain.duty import Duty
from permit_service.domain.purpose import Category, ExceptionClaim, Organisation, Purpose
from permit_service.domain.ruling import Matter

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
    "assent_missing": "are minors whose own agreement is missing",
    "purpose_not_permitted": "allowed other kinds of use, not this one",
    "clinical_not_permitted": "allowed no use for the care of patients",
    "ancestry_not_permitted": "allowed no research on ancestry",
    "disease_not_permitted": "allowed research on other diseases",
    "purpose_not_research": "allowed research only",
    "use_prohibited": "cannot allow a use that the law prohibits",
    "activity_not_permitted": "allowed other activities, not this one",
    "data_not_covered": "allowed data collected at another time, not these",
    "data_category_not_permitted": "allowed some kinds of data, and not all that are asked for",
    "purpose_reserved": "cannot allow a use that the law reserves to public bodies",
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
    "opted_out": "opted out of secondary use",
    "objected": "objected",
    "restricted": "had the use of their data restricted",
    "erased": "had their data erased",
    "data_category_not_held": "have fewer kinds of data in the dataset than are asked for",
    "ruled_out": "are left out by a ruling of the authority",
}
"""Why people are out, by consent_registry's codes, as a sentence that begins with "They"."""


EHDS_WORDS: Final[Mapping[str, str]] = {
    "53-1-a": "Public or occupational health",
    "53-1-b": "Policy making and regulation",
    "53-1-c": "Statistics",
    "53-1-d": "Education in health or care",
    "53-1-e": "Scientific research in health or care",
    "53-1-e-i": "Scientific research: developing products or services",
    "53-1-e-ii": "Scientific research: training and testing algorithms",
    "53-1-f": "Improving care for patients",
}
PROHIBITED_WORDS: Final[Mapping[str, str]] = {
    "54-a": "Decisions to the detriment of people, based on their health data",
    "54-b": "Decisions on jobs, insurance, credit or the like about people or groups",
    "54-c": "Advertising or marketing",
    "54-d": "Products or services that may harm people or society",
    "54-e": "Anything against ethical rules of national law",
}
CONDITION_WORDS: Final[Mapping[str, str]] = {
    "PUB": "Publish the results",
    "COL": "Work together with those who collected the data",
    "RTN": "Return results to the data holder",
    "MOR": "Publish nothing before the date the data holder sets",
}
DUTY_WORDS: Final[Mapping[str, str]] = {
    "PUB": "Publish the results",
    "COL": "Work together with whom they name",
    "RTN": "Return results to where they say",
    "MOR": "Publish nothing before the day they set",
    "IRB": "Keep to the approval of an ethics committee",
}
"""What people ask of whoever uses their data, by code."""
EVIDENCE_WORDS: Final[Mapping[str, str]] = {
    "IRB": "The approval of an ethics committee",
    "COL": "A signed agreement with those who collected the data",
}
DATA_CATEGORY_WORDS: Final[Mapping[str, str]] = {
    "genome": "Whole genomes",
    "variants": "Genetic variants",
    "phenotype": "Phenotypes",
    "ehr": "Electronic health records",
    "samples": "Samples",
    "images": "Images",
}
_PROFIT_WORDS: Final[Mapping[bool, str]] = {True: "not for profit", False: "for profit"}
QUESTION_WORDS: Final[Mapping[str, str]] = {
    "disease_unknown": "the disease they named is not known: does it cover this purpose?",
    "methods_on_restricted": "may methods be developed under a consent to health research?",
    "algorithm_training": "may algorithms be trained?",
    "research_type": "does the kind of research they wrote down cover this purpose?",
    "methods_not_said": "methods: the application does not say",
    "genetic_data_not_said": "use of genetic data: the application does not say",
    "profit_not_said": "an organisation not for profit: the application does not say",
    "commercial_not_said": "commercial use: the application does not say",
    "ancestry_not_said": "ancestry: the application does not say",
    "ethics_approval_pending": "is there an approval of an ethics committee?",
    "collaboration_pending": "is there an agreement on collaboration?",
    "users_not_said": "are the users among those they named?",
    "project_not_said": "is the project among those they named?",
    "institution_not_said": "is the institution among those they named?",
    "places_not_said": "are the places of use among those they named?",
    "duration_not_said": "is the duration within what they allowed?",
    "value_missing": "what they allowed is not written down",
    "exception_71_4": "may data of people who opted out be used (EHDS Article 71(4))?",
    "national_code": "does this purpose meet what the national code asks?",
}
"""What a ruling has to answer, by consent_registry's codes."""


def matter_in_words(matter: Matter) -> str:
    """Say what a ruling is about: the clause, its question, and the text where there is one."""
    asked = QUESTION_WORDS.get(matter.question, matter.question.replace("_", " "))
    return f"{matter.clause}: {asked}" + (f" \u201c{matter.value}\u201d" if matter.value else "")


def purpose_in_words(purpose: Purpose) -> tuple[str, ...]:
    """Say the purpose in short lines, the kind of use first, in an order that never changes."""
    lines = [CATEGORY_WORDS[purpose.category]]
    if purpose.diseases:
        lines.append("Diseases: " + ", ".join(purpose.diseases))
    if purpose.data_categories:
        kinds = (DATA_CATEGORY_WORDS[name] for name in purpose.data_categories)
        lines.append("Only these data: " + "; ".join(kinds))
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
    if purpose.organisation.public_body:
        lines.append("By a public body, or on behalf of one (EHDS Article 53(2))")
    if purpose.partners:
        lines.append("With partners: " + "; ".join(_partner(one) for one in purpose.partners))
    if purpose.countries:
        lines.append("In: " + ", ".join(purpose.countries))
    if purpose.ehds_purpose is not None:
        lines.append(f"EHDS Article 53(1): {EHDS_WORDS[purpose.ehds_purpose]}")
    lines += [f"Prohibited use (EHDS 54): {PROHIBITED_WORDS[x]}" for x in purpose.prohibited_uses]
    if purpose.exception is not None:
        lines += _claim_in_words(purpose.exception)
    return (*lines, *_conditions(purpose))


def _partner(one: Organisation) -> str:
    said = [] if one.not_for_profit is None else [_PROFIT_WORDS[one.not_for_profit]]
    said += ["public body"] if one.public_body else []
    name = one.ror or "one that was not named"
    return f"{name} ({', '.join(said)})" if said else name


def _conditions(purpose: Purpose) -> Iterator[str]:
    if purpose.accepts:
        yield "Accepts the conditions: " + _with_codes(purpose.accepts, CONDITION_WORDS)
    if purpose.no_publication_before is not None:
        yield f"Publishes nothing before {purpose.no_publication_before}"
    if purpose.evidence:
        yield "Evidence handed in: " + _with_codes(purpose.evidence, EVIDENCE_WORDS)


def _with_codes(codes: Iterable[str], words: Mapping[str, str]) -> str:
    """Say each code in words and beside it as it is; a national one has no words here."""
    return "; ".join(f"{words[code]} ({code})" if code in words else code for code in codes)


def _claim_in_words(claim: ExceptionClaim) -> list[str]:
    """Say what is claimed under EHDS Article 71(4), every answer and the reasons."""
    answers = (
        ("by or for a public body", claim.public_body),
        ("for an important public interest", claim.important_public_interest),
        ("not obtainable otherwise in time", claim.not_obtainable_otherwise),
    )
    said = ", ".join(f"{what}: {'yes' if yes else 'no'}" for what, yes in answers)
    return [
        f"Claims the data of people who opted out (EHDS Article 71(4)); {said}",
        f"Reasons of that claim: {claim.justification}",
    ]


def duty_in_words(duty: Duty) -> tuple[str, str]:
    """Say a duty, and beside it whom, where or when many people named with it.

    A national one is said in the words of its country's policy.
    """
    named = list(duty.values)
    if duty.ask_holder:
        others = "some may have named something else" if named else "not told here"
        named.append(f"{others}: ask the dataset's holder")
    what = DUTY_WORDS.get(duty.code, duty.label)
    return f"{what} ({duty.code})", "; ".join(named) or "nothing more to name"


def reason_in_words(code: str) -> str:
    """Say why people are out of a cohort; a code without a wording is shown as it is."""
    return REASON_WORDS.get(code, code.replace("_", " "))
