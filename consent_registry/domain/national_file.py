# SPDX-License-Identifier: Apache-2.0
"""Reads the national codes of a policy file; every fault is named, as in the rest of the file.

Each is a table `[national_codes."EE:NAME"]` with `kind`, `label` (by language), `parameter` and
`rule`; docs/policies/example-ee.toml shows one of each rule.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from consent_registry.domain.duo import ValueKind
from consent_registry.domain.national import (
    NationalCode,
    NationalRule,
    NationalTerm,
    Vocabulary,
    find_national,
)

_MAX_CODES: Final = 200
_KEYS: Final = frozenset({"kind", "label", "parameter", "rule"})
_LANGUAGE: Final = re.compile(r"[a-z]{2}", re.ASCII)
_LABEL: Final = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
# A parameter by its word: the kind of its values, and whether there may be several.
_PARAMETERS: Final[Mapping[object, tuple[ValueKind, bool]]] = {
    "none": (ValueKind.NONE, False),
    "text": (ValueKind.NOTE, False),
    "texts": (ValueKind.NOTE, True),
    "regions": (ValueKind.REGIONS, True),
    "institutions": (ValueKind.INSTITUTIONS, True),
    "months": (ValueKind.MONTHS, False),
    "date": (ValueKind.DATE, False),
}
_RULES: Final[Mapping[object, NationalRule]] = {rule.value: rule for rule in NationalRule}

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Read:
    """The codes that could be read, and what is wrong with the others."""

    vocabulary: Vocabulary
    faults: tuple[str, ...]


def read_vocabulary(table: Mapping[str, object], country: str) -> Read:
    """Read the table `national_codes` of a policy of this country."""
    vocabulary: dict[str, NationalTerm] = {}
    faults: list[str] = []
    if len(table) > _MAX_CODES:
        return Read({}, (f"*: at most {_MAX_CODES} codes",))
    for name, body in table.items():
        code = find_national(name)
        if code is None or code.value != name or code.country != country:
            faults.append(f"{name}: a code is {country or 'XX'}:NAME, in capital letters")
        elif not isinstance(body, dict):
            faults.append(f"{name}: a table is needed")
        elif isinstance(term := _term(code, body), NationalTerm):
            vocabulary[name] = term
        else:
            faults += [f"{name}.{fault}" for fault in term]
    return Read(vocabulary, tuple(faults))


def _term(code: NationalCode, body: Mapping[str, object]) -> NationalTerm | list[str]:
    faults = [f"{key}: unknown key" for key in body if key not in _KEYS]
    if body.get("kind") != "modifier":
        # A permission would widen what DUO's permissions allow; a country can only narrow.
        faults.append("kind: must be modifier")
    labels = body.get("label")
    if not _is_label(labels):
        faults.append("label: texts by language are needed, en among them")
    parameter = _one_of(body, "parameter", _PARAMETERS, faults)
    rule = _one_of(body, "rule", _RULES, faults)
    if faults or parameter is None or rule is None or not isinstance(labels, dict):
        return faults
    values, several = parameter
    return NationalTerm(code=code, labels=dict(labels), rule=rule, values=values, several=several)


def _is_label(labels: object) -> bool:
    return (
        isinstance(labels, dict)
        and "en" in labels
        and all(
            _LANGUAGE.fullmatch(language) and isinstance(text, str) and _LABEL.fullmatch(text)
            for language, text in labels.items()
        )
    )


def _one_of(
    body: Mapping[str, object], key: str, known: Mapping[object, _T], faults: list[str]
) -> _T | None:
    word = body.get(key)
    if isinstance(word, str) and word in known:
        return known[word]
    faults.append(f"{key}: one of {', '.join(map(str, known))} is needed")
    return None
