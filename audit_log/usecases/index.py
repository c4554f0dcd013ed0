# SPDX-License-Identifier: Apache-2.0
"""The search rows of a batch: what officers find entries by, with no personal value in them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple, TypeAlias

from audit_log.domain.batch import (
    CohortRow,
    PersonRow,
    SearchRow,
    Term,
    TermKind,
    cohort_text,
    term,
)
from audit_log.domain.received import Sound
from audit_log.domain.retention import month_of, retention_of, year_of
from audit_log.domain.search import DECISION_CODES
from audit_log.ports import Pseudonyms
from shared.cohort_names import NamedCohort


class TermBook:
    """Numbers for texts: those of the log, and those that one batch adds."""

    def __init__(self, known: Mapping[Term, int]) -> None:
        self._known = known
        self.fresh: dict[Term, int] = {}

    def number(self, kind: TermKind, text: str | None) -> int | None:
        """Give the number of a text, a new one if need be; None for no text."""
        if not text:
            return None
        return self.required(kind, text)

    def required(self, kind: TermKind, text: str) -> int:
        """Give the number of a text that is always there."""
        wanted = term(kind, text)
        found = self._known.get(wanted) or self.fresh.get(wanted)
        if found is None:
            found = len(self._known) + len(self.fresh) + 1
            self.fresh[wanted] = found
        return found


_OpenTexts: TypeAlias = tuple[str, str, str | None, str | None, str | None, tuple[str, ...]]


class _OpenNumbers(NamedTuple):
    """What stands in a search row for the open texts of an entry; a batch has few of them."""

    retention: int
    terms: tuple[int, int, int | None, int | None, int | None, int | None]


class Indexed(NamedTuple):
    """The rows of a batch by which entries are found: by what is open, by people, by cohorts."""

    search: list[SearchRow]
    people: list[PersonRow]
    cohorts: list[CohortRow]


class Indexer:
    """Makes the search rows of one batch."""

    def __init__(self, book: TermBook, pseudonyms: Pseudonyms, at: datetime) -> None:
        self._book = book
        self._pseudonyms = pseudonyms
        self._month = month_of(at)
        self._actors: dict[tuple[str, str], int] = {}
        self._named_before: dict[tuple[str, str], int] = {}
        self._open: dict[_OpenTexts, _OpenNumbers] = {}
        self._datasets: dict[str, int] = {}

    def index(self, accepted: Iterable[Sound], first_index: int) -> Indexed:
        """Make the rows that find the accepted entries, the first of which gets `first_index`."""
        rows = Indexed([], [], [])
        for index, sound in enumerate(accepted, start=first_index):
            rows.search.append(self._search_row(index, sound))
            for dataset, ordinal in sound.people:
                rows.people.append(PersonRow(self._dataset(dataset), ordinal, index))
            if sound.cohort is not None and sound.dataset is not None:
                rows.cohorts.append(self._cohort_row(index, sound.dataset, sound.cohort))
        return rows

    def _search_row(self, index: int, sound: Sound) -> SearchRow:
        texts = (
            *(sound.type, sound.src, sound.decision, sound.reason),
            *(sound.dataset, sound.purposes),
        )
        numbers = self._open.get(texts)
        if numbers is None:
            numbers = self._open[texts] = self._numbers(sound)
        return SearchRow(
            index,
            numbers.retention,
            self._month,
            sound.occurred_at,
            *numbers.terms,
            self._actor(sound.actor),
            self._named("permit", sound.permit),
            self._named("visa", sound.visa),
            None,
        )

    def _numbers(self, sound: Sound) -> _OpenNumbers:
        book = self._book
        return _OpenNumbers(
            retention=retention_of(sound.type),
            terms=(
                book.required(TermKind.TYPE, sound.type),
                book.required(TermKind.SOURCE, sound.src),
                DECISION_CODES.get(sound.decision or ""),
                book.number(TermKind.REASON, sound.reason),
                book.number(TermKind.DATASET, sound.dataset),
                book.number(TermKind.PURPOSES, " ".join(sound.purposes)),
            ),
        )

    def _cohort_row(self, index: int, dataset: str, cohort: NamedCohort) -> CohortRow:
        name = cohort_text(cohort.cohort_id, cohort.digest)
        number = self._book.required(TermKind.COHORT, name)
        return CohortRow(self._dataset(dataset), number, index, cohort.revision)

    def _dataset(self, name: str) -> int:
        number = self._datasets.get(name)
        if number is None:
            number = self._datasets[name] = self._book.required(TermKind.DATASET, name)
        return number

    def _actor(self, name: tuple[str, str] | None) -> int | None:
        if name is None:
            return None
        number = self._actors.get(name)
        if number is None:
            number = self._pseudonyms.search(year_of(self._month), "actor", *name)
            self._actors[name] = number
        return number

    def _named(self, kind: str, name: str | None) -> int | None:
        """Give the pseudonym of what the sealed permit part names."""
        if name is None:
            return None
        number = self._named_before.get((kind, name))
        if number is None:
            number = self._pseudonyms.search(year_of(self._month), kind, name)
            self._named_before[kind, name] = number
        return number
