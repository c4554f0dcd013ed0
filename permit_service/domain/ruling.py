# SPDX-License-Identifier: Apache-2.0
"""The authority's answers where a clause of a consent cannot decide by itself.

A ruling is about one matter of one application. It is only ever added to: withdrawn by a second
statement, never changed. consent_registry alone says what a ruling does to whom.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from permit_service.domain.account import AccountKey
from shared.canonical import JSON
from shared.clock import to_rfc3339
from shared.ids import ApplicationId, DatasetId

RULING_TYPE: Final = "placet-ruling+jws"

QUESTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "HMB": ("methods_on_restricted", "algorithm_training"),
    "GRU": ("algorithm_training",),
    "DS": ("disease_unknown", "methods_on_restricted", "algorithm_training"),
    "POA": ("methods_on_restricted", "algorithm_training"),
    "RS": ("research_type",),
    "NMDS": ("methods_not_said",),
    "GSO": ("genetic_data_not_said",),
    "NPUNCU": ("profit_not_said", "commercial_not_said"),
    "NPU": ("profit_not_said",),
    "NCU": ("commercial_not_said",),
    "NPOA": ("ancestry_not_said",),
    "IRB": ("ethics_approval_pending",),
    "COL": ("collaboration_pending",),
    "MOR": ("value_missing",),
    "TS": ("value_missing", "duration_not_said"),
    "US": ("value_missing", "users_not_said"),
    "PS": ("value_missing", "project_not_said"),
    "IS": ("value_missing", "institution_not_said"),
    "GS": ("value_missing", "places_not_said"),
    "OPT_OUT": ("exception_71_4",),
}
"""What each clause may ask (consent_registry's codes): a ruling on anything else is refused.

Beside these, a national code may ask `national_code`, with what it says as text, or for a value.
"""
DESPITE_OPT_OUT: Final = ("OPT_OUT", "exception_71_4")
"""Clause and question of a ruling on EHDS Article 71(4): only a purpose that claims it has one."""
_NATIONAL: Final = re.compile(r"[A-Z]{2}:[A-Z][A-Z0-9_]{1,31}", re.ASCII)


class Says(Enum):
    """What a statement says of its ruling."""

    YES = "yes"
    NO = "no"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A clause and its question; `value` is the clause's text where it has to be read (RS)."""

    clause: str
    question: str
    value: str = ""

    def is_known(self) -> bool:
        """Say whether such a question can be asked at all."""
        if _NATIONAL.fullmatch(self.clause):
            return self.question == "national_code" or (
                self.question == "value_missing" and not self.value
            )
        has_text = self.question == "research_type"
        return self.question in QUESTIONS.get(self.clause, ()) and has_text == bool(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingStatement:
    """One signed statement: a ruling, or that it is withdrawn.

    The reasons stay inside; their digest is in what is signed. `purpose_sha256` is how
    consent_registry names the purpose that was ruled on.
    """

    ruling_id: str
    application_id: ApplicationId
    dataset: DatasetId
    purpose_sha256: str
    matter: Matter
    says: Says
    by: AccountKey
    reasons: str
    salt: bytes
    stated_at: datetime
    jws: str = ""

    def reasons_digest(self) -> str:
        """Bind the confidential reasons: base64 of SHA-256 over the salt and the UTF-8 text."""
        digest = hashlib.sha256(self.salt + self.reasons.encode()).digest()
        return base64.b64encode(digest).decode()

    def body(self, *, issuer: str, authority: str) -> dict[str, JSON]:
        """Write what is signed; it names the authority and no person."""
        return {
            "iss": issuer,
            "authority": authority,
            "ruling_id": self.ruling_id,
            "application_id": self.application_id,
            "dataset": self.dataset,
            "purpose_sha256": self.purpose_sha256,
            "clause": self.matter.clause,
            "question": self.matter.question,
            "value": self.matter.value,
            "answer": self.says.value,
            "reasons_digest": self.reasons_digest(),
            "time": to_rfc3339(self.stated_at),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A ruling with its withdrawal, if there is one."""

    given: RulingStatement
    withdrawn: RulingStatement | None

    @property
    def stands(self) -> bool:
        """Whether it still counts."""
        return self.withdrawn is None


def rulings_of(statements: Iterable[RulingStatement]) -> tuple[Ruling, ...]:
    """Put the statements of one application together, in the order they were made."""
    kept = list(statements)
    withdrawn = {one.ruling_id: one for one in kept if one.says is Says.WITHDRAWN}
    return tuple(
        Ruling(given=one, withdrawn=withdrawn.get(one.ruling_id))
        for one in kept
        if one.says is not Says.WITHDRAWN
    )
