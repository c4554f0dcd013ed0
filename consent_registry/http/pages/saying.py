# SPDX-License-Identifier: Apache-2.0
"""Puts parameters into the sentences of `words`: names of illnesses and places, dates, months.

Judges nothing: what a consent allows was decided elsewhere, and every clause of it is said. A name
that is not known here is shown as it was written.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list

from consent_registry.domain.activities import Scope, scopes_of
from consent_registry.domain.diseases import Diseases
from consent_registry.domain.duo import TERMS, ValueKind
from consent_registry.domain.national import Code, NationalCode, Vocabulary
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.stopping import Closed
from consent_registry.domain.terms import Alternative, Terms
from consent_registry.domain.windows import Window
from consent_registry.http.pages.words import (
    ACTIVITY_WORDS,
    CATEGORY_WORDS,
    DATA_BETWEEN,
    DATA_FROM,
    DATA_UNTIL,
    GROUP_PLACES,
    ONE_PROJECT,
    ONLY_DATA,
    ONLY_FOR,
    TERM_WORDS,
    UNTIL,
    Group,
)

_DAY: Final = "d MMMM yyyy"
_YEAR_MONTHS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One alternative in sentences: what may be done, within which limits, under which rules."""

    uses: tuple[str, ...]
    limits: tuple[str, ...]
    rules: tuple[str, ...]
    more: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says things in one language, with the names of one release of the illnesses.

    `vocabulary` has the labels of the policy's national codes.
    """

    diseases: Diseases
    language: str = "en"
    vocabulary: Vocabulary = field(default_factory=dict)

    def terms(self, terms: Terms) -> tuple[Said, ...]:
        """Say each alternative."""
        return tuple(self._alternative(alternative) for alternative in terms)

    def day(self, moment: datetime | date) -> str:
        """Name the day of an instant, in UTC, or a date."""
        day = moment.astimezone(UTC) if isinstance(moment, datetime) else moment
        return format_date(day, _DAY, locale=self.language)

    def one_of(self, names: Sequence[str]) -> str:
        """List names of which one is meant: "a, b, or c"."""
        return format_list(list(names), style="or", locale=self.language)

    def every(self, names: Sequence[str]) -> str:
        """List names of which all are meant: "a, b, and c"."""
        return format_list(list(names), style="standard", locale=self.language)

    def place(self, code: str) -> str:
        """Name a country or one of our groups of countries."""
        return GROUP_PLACES.get(code) or Locale.parse(self.language).territories.get(code, code)

    def data(self, about: Alternative | Purpose) -> str:
        """Name the kinds of data that a choice is for, or that a project asks for."""
        return "; ".join(CATEGORY_WORDS[name] for name in about.data_categories)

    def closed(self, closed: Closed) -> tuple[str, ...]:
        """Name what was closed, each for itself."""
        done = [self.activity(Scope(name)) for name in closed.activities]
        return (*done, *(CATEGORY_WORDS[name] for name in closed.data_categories))

    def _alternative(self, alternative: Alternative) -> Said:
        clauses: list[tuple[Code, Sequence[str]]] = [
            (alternative.permission, alternative.diseases),
            *((modifier.code, modifier.values) for modifier in alternative.modifiers),
        ]
        by_group: dict[Group, list[str]] = {group: [] for group in Group}
        for code, values in clauses:
            group = Group.LIMIT if isinstance(code, NationalCode) else TERM_WORDS[code].group
            by_group[group].append(self._sentence(code, values))
        if alternative.activities:
            named = [self.activity(scope) for scope in scopes_of(alternative.activities)]
            by_group[Group.LIMIT].append(ONLY_FOR.format(value="; ".join(named)))
        if alternative.data is not None:
            by_group[Group.LIMIT].append(self._window(alternative.data))
        if alternative.data_categories:
            by_group[Group.LIMIT].append(ONLY_DATA.format(value=self.data(alternative)))
        return Said(
            uses=tuple(by_group[Group.USE]),
            limits=tuple(by_group[Group.LIMIT]),
            rules=tuple(by_group[Group.RULE]),
            more=tuple(
                more
                for code, _ in clauses
                if not isinstance(code, NationalCode) and (more := TERM_WORDS[code].more)
            ),
        )

    def _window(self, window: Window) -> str:
        """Say which collected data are meant."""
        first = self.day(window.first) if window.first else ""
        last = self.day(window.last) if window.last else ""
        wording = DATA_BETWEEN if first and last else DATA_FROM if first else DATA_UNTIL
        return wording.format(first=first, last=last)

    def activity(self, scope: Scope) -> str:
        """Say what is done with the data, and until when if that is said."""
        project = scope.name.partition(":")[2]
        words = ACTIVITY_WORDS.get(scope.name) or ONE_PROJECT.format(value=project)
        return words if scope.ends is None else UNTIL.format(what=words, day=self.day(scope.ends))

    def _sentence(self, code: Code, values: Sequence[str]) -> str:
        if isinstance(code, NationalCode):
            return self._national(code, values)
        wording, value = TERM_WORDS[code], self._value(TERMS[code].values, values)
        if wording.note and values:
            return f"{wording.plain} {wording.note.format(value=value)}"
        return wording.plain.format(value=value)

    def _national(self, code: NationalCode, values: Sequence[str]) -> str:
        """Say a national code as the policy words it; one it does not know by its name."""
        term = self.vocabulary.get(code.value)
        if term is None:
            return ": ".join([code.value, *([self.every(values)] if values else [])])
        label = term.label(self.language)
        return f"{label} ({self._value(term.values, values)})" if values else label

    def _value(self, kind: ValueKind, values: Sequence[str]) -> str:
        name = _NAMES.get(kind)
        return self.one_of([name(self, text) if name else text for text in values])


def _disease(speaker: Speaker, term: str) -> str:
    return speaker.diseases.label(term)


def _place(speaker: Speaker, code: str) -> str:
    return speaker.place(code)


def _months(_: Speaker, text: str) -> str:
    months = int(text)
    if months % _YEAR_MONTHS:
        return "1 month" if months == 1 else f"{months} months"
    years = months // _YEAR_MONTHS
    return "1 year" if years == 1 else f"{years} years"


def _date(speaker: Speaker, text: str) -> str:
    return speaker.day(date.fromisoformat(text))


_NAMES: Final[Mapping[ValueKind, Callable[[Speaker, str], str]]] = MappingProxyType(
    {
        ValueKind.DISEASES: _disease,
        ValueKind.REGIONS: _place,
        ValueKind.MONTHS: _months,
        ValueKind.DATE: _date,
    }
)
