# SPDX-License-Identifier: Apache-2.0
"""Saved searches: asked again on schedule, each run saying what is new and what is gone.

The log only grows, so what is new stands above the size of the last run. What is gone are search
rows that an erasure or the end of their retention took away: they can be counted, not named.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from audit_log.domain.cases import Officer

MAX_NEW: Final = 200
"""How many new entries a run lists; it counts them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """A search kept under a name. `sealed` is its filter, under a key of its own, kept wrapped.

    It runs every `hours`; `next_at` is None when it was ended. `size` and `count` are those of the
    last run, 0 before the first. `about` are the keyed pseudonyms of its owner and of
    whom its filter names: an erasure finds it by them and ends it. None where that was not noted
    yet.
    """

    id: str
    name: str
    owner: Officer
    kid: int
    kek: str
    wrapped: bytes = field(repr=False)
    sealed: bytes = field(repr=False)
    hours: int
    next_at: datetime | None
    size: int
    count: int
    about: tuple[bytes, ...] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRun:
    """One run: `count` entries matched below `size`, `new` of them since the run before.

    `indexes` are the newest of the new ones; `gone` counts entries that matched then and do not
    any more. `unresolved` counts cohorts of which nobody could say whether they hold the person
    looked for.
    """

    query: str
    number: int
    ran_at: datetime
    before: int
    size: int
    count: int
    new: int
    gone: int
    indexes: tuple[int, ...]
    unresolved: int = 0
