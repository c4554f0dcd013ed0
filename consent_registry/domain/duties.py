# SPDX-License-Identifier: Apache-2.0
"""What a permit owes to the people of its cohort, in the words of many in the dataset (ADR 0047).

Which duties a manifest names follows from what was asked and ruled, and from nobody's consent: a
code that came and went with one person would tell of her. Beside it stand the parameters (whom to
work with, where to return to, until which day to wait) that may be told; of everything else the
holder of the dataset is to be asked. Limits that the purpose keeps by itself (months, places, no
commercial use) stand in the purpose and are not said again.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pyroaring import BitMap

from consent_registry.domain.bitmaps import union
from consent_registry.domain.clauses import judge_modifier
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.duo import TERMS, Duo, ValueKind
from consent_registry.domain.matching import Inquiry
from consent_registry.domain.national import Code, NationalRule, label_of
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.rulings import settled_all
from consent_registry.domain.terms import in_order
from consent_registry.domain.verdict import Obligation
from shared.canonical import JSON

MOST_VALUES: Final = 64
"""How many parameters of one code a manifest names at most: the last ones, of days the latest."""
_LANGUAGE: Final = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One duty: its code (a DUO shorthand or a national code), what it says, what many named.

    `ask_holder`: somebody may have named something else, or nothing.
    """

    code: str
    label: str
    values: tuple[str, ...] = ()
    ask_holder: bool = False

    def to_json(self) -> dict[str, JSON]:
        """Write the duty as a manifest has it."""
        return {
            "code": self.code,
            "label": self.label,
            "values": list(self.values),
            "ask_holder": self.ask_holder,
        }


def duties_asked(index: CohortIndex, inquiry: Inquiry) -> dict[Obligation, BitMap]:
    """Give who of a dataset asks for what: for each code and each parameter of it, the people.

    All who said so, whether the purpose lets them in or not: by what differs between two purposes
    nobody finds the people between them. Nothing of it may be told before it was found that many
    ask for it (`disclosure.Discloser`).
    """
    wanted = {code for code in _codes(inquiry) if _people_say_more(code, inquiry)}
    found: dict[Obligation, list[BitMap]] = defaultdict(list)
    for slot in index.slots:
        for (code, values), having in slot.modifiers.items():
            if code in wanted and having and _binds(code, values, inquiry):
                for value in values:
                    found[Obligation(code.name, value)].append(having)
    return {duty: union(found[duty]) for duty in sorted(found)}


def duties_named(inquiry: Inquiry, told: Collection[Obligation]) -> tuple[Duty, ...]:
    """Name every duty of a permit for this purpose, with the parameters that may be told."""
    return tuple(_named(code, inquiry, told) for code in _codes(inquiry))


def _named(code: Code, inquiry: Inquiry, told: Collection[Obligation]) -> Duty:
    waits = _waits_for(code, inquiry)
    values = sorted(duty.value for duty in told if duty.code == code.name)[-MOST_VALUES:]
    return Duty(
        code=code.name,
        label=_label(code, inquiry),
        values=tuple(values) if waits is None else (waits,),
        ask_holder=_people_say_more(code, inquiry),
    )


def _codes(inquiry: Inquiry) -> list[Code]:
    """Give the codes whose duty a permit would have, whether or not anybody asks for it."""
    if not inquiry.rules.matches_terms:
        return []
    purpose = inquiry.purpose
    ruled = {matter.clause for matter, yes in inquiry.ruled.items() if yes}
    found: list[Code] = [
        code for code, taken in _TAKEN_ON.items() if code.name in _said(taken, purpose) | ruled
    ]
    for term in inquiry.policy.vocabulary.values():
        if term.rule is NationalRule.OBLIGATION and term.code.value in purpose.accepts:
            found.append(term.code)
    return in_order(found)


def _said(taken: str, purpose: Purpose) -> frozenset[str]:
    return purpose.evidence if taken == "evidence" else purpose.accepts


def _waits_for(code: Code, inquiry: Inquiry) -> str | None:
    """Give the day that a purpose waits for with publication: later moratoria keep people out."""
    day = inquiry.purpose.no_publication_before if code is Duo.MOR else None
    return None if day is None else day.isoformat()


def _people_say_more(code: Code, inquiry: Inquiry) -> bool:
    """Say whether there is a parameter that each person sets for herself."""
    if isinstance(code, Duo):
        takes = TERMS[code].values
    else:
        takes = inquiry.policy.vocabulary[code.value].values
    return takes is not ValueKind.NONE and _waits_for(code, inquiry) is None


def _label(code: Code, inquiry: Inquiry) -> str:
    if isinstance(code, Duo):
        return label_of(code)
    return inquiry.policy.vocabulary[code.value].label(_LANGUAGE)


def _binds(code: Code, values: tuple[str, ...], inquiry: Inquiry) -> bool:
    """Say whether it is a duty still: a day that has passed is none."""
    asked = inquiry.purpose, inquiry.today, inquiry.policy.vocabulary
    findings = settled_all(judge_modifier(code, values, *asked), inquiry.ruled)
    return any(finding.obligations for finding in findings)


_TAKEN_ON: Final[Mapping[Duo, str]] = MappingProxyType(
    {
        Duo.PUB: "accepts",
        Duo.COL: "evidence",
        Duo.IRB: "evidence",
        Duo.MOR: "accepts",
        Duo.RTN: "accepts",
    }
)
"""How a purpose takes each duty on: by accepting it, or by a paper that was seen."""
