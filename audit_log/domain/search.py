# SPDX-License-Identifier: Apache-2.0
"""What an officer asks, and the page of answers: pure values.

A search is always made as of a published tree size, so that the same question gives the same
answer later; pages follow each other by index, newest first.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit_log.domain.cohorts import CohortAnswer
from shared.entries import Entry
from shared.events import Subject

MAX_PAGE: Final = 200
MAX_QUICK_COUNT: Final = 10_000
"""A page says how many entries match up to here; above, that there are more."""
PARTS: Final = (
    *("actor", "dataset", "person", "permit", "visa", "purpose", "src", "type", "decision"),
    *("since", "until"),
)
DECISION_CODES: Final = {"permit": 1, "deny": 2, "error": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account to look for, as its issuer names it."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the entries must have in common; every given part must hold.

    `permit` is a permit's id and `visa` a visa's `jti`, both sealed in the entries; `purpose` is
    one code among those an entry names, `src` the producer that said it: which service of which
    node.
    `since` (included) and `until` (excluded) are times at which things happened, as their producers
    say. An empty filter asks for everything.
    """

    actor: Account | None = None
    dataset: str | None = None
    person: Subject | None = None
    permit: str | None = None
    visa: str | None = None
    purpose: str | None = None
    src: str | None = None
    type: str | None = None
    decision: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def named(self) -> tuple[str, ...]:
        """Name the parts that are given: what may be said openly about a search."""
        return tuple(name for name in PARTS if getattr(self, name) is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What a filter names and search rows hide, as each year's rows have it.

    A part that is not asked for is empty. `cohorts` are what was answered about the person asked
    for: entries about those that hold her are about her, too.
    """

    actor: tuple[int, ...] = ()
    permit: tuple[int, ...] = ()
    visa: tuple[int, ...] = ()
    cohorts: tuple[CohortAnswer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One entry with its index."""

    index: int
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """The published tree that an answer rests on: its size and its signed note."""

    size: int
    checkpoint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Entries that no search finds any more, for their search rows outlived their term.

    They are a class's entries of one month, between the indexes `first` and `last`; `rows` were
    dropped, `held` are still found.
    """

    retention: int
    month: int
    first: int
    last: int
    rows: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of answers; `next` continues after the last of them, None when there are no more."""

    entries: tuple[Found, ...]
    next: int | None
    as_of: AsOf
