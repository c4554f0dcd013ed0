# SPDX-License-Identifier: Apache-2.0
"""National codes beside DUO, each in its country's own namespace (`EE:CLOUD_ABROAD`).

DUO has no code for much that national forms ask (passports.md section 2.3, point 8), and its
identifiers are not ours to invent. A national code is a modifier: it narrows, or adds a duty; none
can widen. Its meaning stands in the signed policy file. A code that the policy in force does not
define awaits a ruling: it never permits.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final, TypeAlias

from consent_registry.domain.duo import TERMS, Duo, ValueKind
from consent_registry.domain.places import COUNTRIES
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.verdict import (
    Finding,
    Obligation,
    Question,
    Reason,
    deny,
    manual,
    permit,
)

_FORM: Final = re.compile(r"([A-Z]{2}):[A-Z][A-Z0-9_]{1,31}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NationalCode:
    """A code such as `EE:CLOUD_ABROAD`; `name` and `value` are read like those of a DUO code."""

    value: str

    @property
    def name(self) -> str:
        """The code, which has no shorthand."""
        return self.value

    @property
    def country(self) -> str:
        """The country whose code it is."""
        return self.value[:2]


Code: TypeAlias = Duo | NationalCode
"""What may stand as a modifier."""


def label_of(code: Code) -> str:
    """Give DUO's label; a national code stands for itself, its label is its policy's."""
    return code.value if isinstance(code, NationalCode) else TERMS[code].label


class NationalRule(Enum):
    """How a national code meets a purpose; a purpose that says nothing never passes unseen."""

    MANUAL = "manual"  # an authority rules in each case
    DENY_UNLESS = "deny_unless"  # no, unless the purpose has the code among its verified evidence
    OBLIGATION = "obligation"  # a duty of the permit; no, unless the purpose accepts it


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalTerm:
    """What a policy says of one code: its label by language, its values, its rule."""

    code: NationalCode
    labels: Mapping[str, str]
    rule: NationalRule
    values: ValueKind = ValueKind.NONE
    several: bool = False

    @property
    def required(self) -> bool:
        """Whether it needs a value: whenever it takes one."""
        return self.values is not ValueKind.NONE

    def label(self, language: str) -> str:
        """Give the label in a language, else the English one."""
        return self.labels.get(language, self.labels["en"])


Vocabulary: TypeAlias = Mapping[str, NationalTerm]
NO_VOCABULARY: Final[Vocabulary] = MappingProxyType({})


def find_national(text: str) -> NationalCode | None:
    """Read a code of the form and of a country that exists, whether anybody defines it or not."""
    found = _FORM.fullmatch(text.strip().upper())
    return NationalCode(found.group()) if found and found.group(1) in COUNTRIES else None


def judge_national(
    code: NationalCode, values: tuple[str, ...], purpose: Purpose, vocabulary: Vocabulary
) -> Finding:
    """Say what a national code says to a purpose under the policy's vocabulary."""
    term = vocabulary.get(code.value)
    if term is None:
        return manual(code.name, Question.UNKNOWN_CODE)
    if term.required and not values:
        return manual(code.name, Question.VALUE_MISSING)
    if term.rule is NationalRule.DENY_UNLESS:
        met = code.value in purpose.evidence
        return permit(code.name) if met else deny(code.name, Reason.NATIONAL_CONDITION)
    if term.rule is NationalRule.OBLIGATION:
        if code.value in purpose.accepts:
            return permit(code.name, Obligation(code.value, ",".join(values)))
        return deny(code.name, Reason.NATIONAL_DUTY)
    # What it says beside the code is read and ruled on as text, as with RS.
    return manual(code.name, Question.NATIONAL_CODE, "; ".join(values))
