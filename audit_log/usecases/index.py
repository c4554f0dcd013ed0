# SPDX-License-Identifier: Apache-2.0
"""The search rows of a batch: what officers find entries by, with no personal value in them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from audit_log.domain.batch import PersonRow, SearchRow, Term, TermKind, term
from audit_log.domain.received import Sound
from audit_log.domain.retention import month_of, retention_of, year_of
from audit_log.domain.search import DECISION_CODES
from audit_log.ports import Pseudonyms


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


class Indexer:
    """Makes the search rows of one batch."""

    def __init__(self, book: TermBook, pseudonyms: Pseudonyms, at: datetime) -> None:
        self._book = book
        self._pseudonyms = pseudonyms
        self._month = month_of(at)
        self._actors: dict[tuple[str, str], int] = {}

    def search_row(self, index: int, sound: Sound) -> SearchRow:
        """Make the row of one entry."""
        entry, book = sound.entry, self._book
        return SearchRow(
            idx=index,
            retention=retention_of(entry.type),
            month=self._month,
            etime=entry.occurred_at,
            ty=book.required(TermKind.TYPE, entry.type),
            src=book.required(TermKind.SOURCE, entry.src),
            decision=DECISION_CODES.get(entry.decision or ""),
            reason=book.number(TermKind.REASON, entry.reason),
            dataset=book.number(TermKind.DATASET, entry.dataset),
            purposes=book.number(TermKind.PURPOSES, " ".join(entry.purposes)),
            actor=self._actor(sound),
            permit=self._named(sound, "permit", "permit_id"),
            visa=self._named(sound, "visa", "jti"),
            project=None,
        )

    def person_rows(self, index: int, sound: Sound) -> Sequence[PersonRow]:
        """Make the rows that find an entry by the people it is about."""
        return [
            PersonRow(self._book.required(TermKind.DATASET, one.dataset), one.ordinal, index)
            for one in sound.subjects
        ]

    def _actor(self, sound: Sound) -> int | None:
        if sound.actor is None:
            return None
        name = (sound.actor.issuer, sound.actor.subject)
        if name not in self._actors:
            year = year_of(self._month)
            self._actors[name] = self._pseudonyms.search(year, "actor", *name)
        return self._actors[name]

    def _named(self, sound: Sound, kind: str, key: str) -> int | None:
        """Give the pseudonym of what the sealed permit part names under `key`."""
        name = sound.permit.get(key)
        if not isinstance(name, str):
            return None
        return self._pseudonyms.search(year_of(self._month), kind, name)
