# SPDX-License-Identifier: Apache-2.0
"""The stable codes of everything that can be wrong with one consent as it is handed in.

An import reports `E-XX-nn`; the JSON API reports the member's name in lower case. A message says
what to do and never repeats the value: it may be personal, and it may be anything.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

NOTE: Final = "N-"
"""How the codes begin that are no faults."""


class RowCode(Enum):
    """The codes, with the words that go with each. A code once used keeps its meaning."""

    COLUMN_COUNT = ("E-CSV-01", "the row has another number of columns than the header")
    UNREADABLE_TEXT = ("E-CSV-02", "the row is not readable as UTF-8 CSV text (RFC 4180)")
    HEADER = ("E-CSV-03", "the first line does not name the expected columns")
    FHIR_UNREADABLE = ("E-FHIR-01", "not a FHIR resource in JSON that can be read here")
    FHIR_NOT_CONSENT = ("E-FHIR-02", "not a Consent resource")
    FHIR_ELEMENT = (
        "E-FHIR-03",
        "an element or value that is not understood",
    )
    FHIR_RELEASE = ("E-FHIR-04", "the resource is of another FHIR release than the file")
    FHIR_NESTED = ("E-FHIR-05", "an exception from an exception is not taken in")
    FHIR_PERMITS_REST = (
        "E-FHIR-06",
        "it permits what it does not name",
    )
    FHIR_UNMAPPED = ("E-FHIR-07", "a code or policy that the mapping file does not name")
    FHIR_CONTRADICTION = ("E-FHIR-08", "the same is permitted and denied")
    FHIR_PERIODS = ("E-FHIR-09", "what is permitted has several periods, or none in common")
    FHIR_STATUS = ("E-FHIR-10", "a consent of this status is not taken in")
    FHIR_NOT_VERIFIED = ("E-FHIR-11", "the consent says that it was not verified")
    FHIR_SCOPE = ("E-FHIR-12", "not a consent to research")
    FHIR_TOO_LARGE = ("E-FHIR-13", "too large to be read at once; send NDJSON, one Consent a line")
    FHIR_NO_MAPPING = ("E-FHIR-14", "the mapping file that was named is no longer this node's")
    FHIR_NAMELESS = ("E-FHIR-16", "entered in error, and nothing says which consent that was")
    FHIR_STUDY_IN_ERROR = (
        "E-FHIR-17",
        "entered in error, and about a study; record a withdrawal by hand",
    )
    FHIR_VOIDS = (
        "N-FHIR-01",
        "entered in error: closes what was taken in under the name of this consent, nothing else",
    )
    FHIR_VOIDS_NOTHING = (
        "N-FHIR-02",
        "entered in error: nothing that counts was taken in under this name, and nothing changes",
    )
    FHIR_TOO_MANY = ("E-FHIR-15", "more than 100 consents of one person for one dataset")
    GUARDIAN_MISSING = ("E-AUTH-01", "a guardian decided for this person then; record it by hand")
    DUPLICATE = ("E-ID-02", "the same participant, dataset and alternative stand in another row")
    LOCAL_ID_TAKEN = ("E-ID-03", "the local id and the participant do not belong together")
    MALFORMED_ID = ("E-ID-04", "not an identifier: 1 to 128 letters, digits or . _ - : @ +")
    UNKNOWN_DATASET = ("E-SET-01", "no dataset of this name is registered")
    UNKNOWN_STUDY = ("E-SET-02", "no study of this name is described")
    STUDY_DATASETS = (
        "E-SET-03",
        "name the datasets that were told of: none was in the study when this was signed",
    )
    STUDY_LOCAL_ID = ("E-ID-05", "a choice for a study has no local id")
    PERSON_UNREADABLE = (
        "E-ID-06",
        "what is stored of this person cannot be opened, and nothing can be added to it",
    )
    FORM_VERSION = ("E-FORM-01", "not a form version: at most 64 visible characters")
    FORM_REQUIRED = (
        "E-FORM-02",
        "this dataset takes consents under a registered form: its SHA-256, or name@version",
    )
    FORM_UNKNOWN = ("E-FORM-03", "not a published version of the form that this dataset demands")
    FORM_INCOMPLETE = ("E-FORM-04", "the form says nothing about what every form has to say")
    FORM_RETIRED = ("E-FORM-05", "the form was retired before this was signed")
    FORM_GRANTS_OTHERWISE = ("E-FORM-06", "no answers to this form grant this")
    FORM_SUPERSEDED = ("E-FORM-07", "this dataset takes a later version of the form")
    FORM_NOT_PUBLISHED = (
        "E-FORM-08",
        "no form of this name is published here: name its SHA-256, name@version, or no form",
    )
    UNKNOWN_CODE = ("E-DUO-01", "not a DUO code")
    OBSOLETE_CODE = ("E-DUO-02", "an obsolete DUO code")
    VALUE_MISSING = ("E-DUO-03", "this term needs a value")
    VALUE_NOT_ALLOWED = ("E-DUO-04", "this term takes no such value")
    TWO_PERMISSIONS = ("E-DUO-05", "an alternative has exactly one permission")
    UNKNOWN_ACTIVITY = (
        "E-SCOPE-01",
        "not an activity: af_aggregate, subject_query, edic_secondary_use or project:<id>",
    )
    ACTIVITY_END = (
        "E-SCOPE-02",
        "an activity ends on the first day without it: af_aggregate=2030-01-31",
    )
    ACTIVITY_TWICE = ("E-SCOPE-03", "the same activity stands here with two ends")
    DATA_WINDOW = (
        "E-WIN-01",
        "data collected from one date to another (2020-01-31), one of which may be left out",
    )
    DATA_CATEGORY = (
        "E-CAT-01",
        "not a data category: genome, variants, phenotype, ehr, samples or images",
    )
    NOT_A_PERMISSION = ("E-DUO-06", "a permission term is expected here")
    VALUE_INVALID = ("E-DUO-07", "the value has the wrong form")
    MODIFIER_REPEATED = ("E-DUO-08", "the same modifier stands here twice")
    ALTERNATIVE = ("E-DUO-09", "alternatives are numbered from 1 to 20")
    CODE_MOVED = (
        "E-DUO-10",
        "NPU was DUO:0000018 when this was signed: write that (NPUNCU), or DUO:0000045",
    )
    UNKNOWN_NATIONAL = ("E-NAT-01", "no national code of the policy in force")
    UNKNOWN_DISEASE = ("E-MONDO-01", "not a term of the disease hierarchy in use")
    OBSOLETE_DISEASE = ("E-MONDO-02", "an obsolete disease term")
    UNKNOWN_REGION = ("E-GS-02", "not a country (ISO 3166-1 alpha-2) or EU, EEA, ADEQUATE")
    DATE_INVALID = ("E-DATE-01", "not a date (2026-11-22) or a time in UTC (2026-11-22T06:25:00Z)")
    DATE_ORDER = ("E-DATE-02", "it ends before it starts")
    IN_FUTURE = ("E-TIME-01", "signed in the future")
    TOO_FAR_AHEAD = ("E-TIME-02", "a withdrawal or refusal begins at most one year ahead")
    YES_TOO_FAR_AHEAD = ("E-TIME-03", "a consent begins no further ahead than the policy allows")
    EVIDENCE_MISSING = ("E-EVID-01", "a consent needs the date on which it was signed")
    UNKNOWN_STATE = ("E-STATE-01", "the state is given, refused or withdrawn")
    NO_TO_YES = (
        "E-STATE-02",
        "this person has said no; only a consent signed on a later day changes that",
    )
    APPROVAL_MISSING = (
        "E-STATE-05",
        "this person has said no; list an approval of the new consent first",
    )
    SAID_OTHERWISE = (
        "E-STATE-06",
        "a no, another word for the study, or a correction is on record; record this one by hand",
    )
    ROWS_DIFFER = ("E-STATE-03", "the rows of one consent differ in more than the alternative")
    CONSENT_INCOMPLETE = ("E-STATE-04", "another row of the same consent is refused")

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message

    @property
    def api_code(self) -> str:
        """Give the snake_case code of the JSON API."""
        return self.name.lower()

    @property
    def is_note(self) -> bool:
        """Whether it only says what a row does: the row is as good as any."""
        return self.code.startswith(NOTE)


BY_CODE = {member.code: member for member in RowCode}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: in which column (or field), what, and a hint made of our own words."""

    column: str
    what: RowCode
    hint: str = ""
