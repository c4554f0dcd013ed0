# SPDX-License-Identifier: Apache-2.0
"""What is done with data under a consent: the activity scopes of a grant, apart from its purposes.

People are asked at least three permissions when they join (Genome EDIC, data-subject onboarding):
counting how often a change in the genome occurs, looking up single people, and secondary use under
a permit; and consent to one project can be asked when the project begins. Each is a scope of its
own, and each may end at its own time (law.md C-1). A grant that names none is for secondary use and
nothing else: silence never grants. Consent to secondary use covers every project; consent to a
project covers that project alone.
"""

import re
from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from consent_registry.domain.windows import day_of

AGGREGATE: Final = "af_aggregate"
QUERY: Final = "subject_query"
SECONDARY_USE: Final = "edic_secondary_use"
ACTIVITIES: Final = (AGGREGATE, QUERY, SECONDARY_USE)
MAX_ACTIVITIES: Final = 16
_PROJECT: Final = "project:"
_SCOPE: Final = re.compile(r"project:[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)


class UnknownActivity(ValueError):
    """A text names no activity."""


class Scope(NamedTuple):
    """An activity, or one project, and the first day (UTC) on which it is no longer allowed."""

    name: str
    ends: date | None = None

    def written(self) -> str:
        """Write it as a grant keeps it."""
        return self.name if self.ends is None else f"{self.name}={self.ends.isoformat()}"

    def reaches(self, name: str) -> bool:
        """Say whether this is another scope's name, or covers it."""
        covers = self.name == SECONDARY_USE and name.startswith(_PROJECT)
        return self.name == name or covers

    def outlasts(self, ends: date | None) -> bool:
        """Say whether this ends no earlier than something else."""
        return self.ends is None or (ends is not None and self.ends >= ends)


def is_activity(name: str) -> bool:
    """Say whether this is the name of an activity, or of one project."""
    return name in ACTIVITIES or _SCOPE.fullmatch(name) is not None


@lru_cache(maxsize=4_096)
def read_scope(text: str) -> Scope:
    """Read `af_aggregate`, `project:<id>`, or either with its end: `af_aggregate=2030-01-31`.

    Raises ValueError: UnknownActivity for what is none, anything else for the end.
    """
    name, mark, end = text.partition("=")
    if not is_activity(name):
        raise UnknownActivity
    return Scope(name, day_of(end) if mark else None)


def is_scope(text: str) -> bool:
    """Say whether this names an activity, or one project, with or without its end."""
    try:
        read_scope(text)
    except ValueError:
        return False
    return True


def canonical_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """Write scopes in their one form: sorted, each once, and secondary use alone as nothing."""
    ordered = tuple(sorted(set(scopes)))
    return () if ordered == (SECONDARY_USE,) else ordered


def scopes_of(written: tuple[str, ...]) -> tuple[Scope, ...]:
    """Give the scopes of a grant as written; never none."""
    return tuple(read_scope(text) for text in written or (SECONDARY_USE,))


def covers(written: tuple[str, ...], activity: str, project: str | None, today: date) -> bool:
    """Say whether a grant with these scopes reaches an activity, of a project if it names one."""
    held = {one.name for one in scopes_of(written) if one.ends is None or one.ends > today}
    if activity in held:
        return True
    return activity == SECONDARY_USE and project is not None and f"{_PROJECT}{project}" in held


def on_day(written: tuple[str, ...], day: date) -> tuple[str, ...] | None:
    """Write the scopes that have not ended by a day; None when all of them have."""
    held = [one.written() for one in scopes_of(written) if one.ends is None or one.ends > day]
    return canonical_scopes(held) if held else None


def without(written: tuple[str, ...], closed: Collection[str]) -> tuple[str, ...] | None:
    """Write the scopes of a grant less those of these names; None when none is left.

    Of consent to secondary use no project can be taken out: see `reached`.
    """
    held = scopes_of(written)
    kept = [one.written() for one in held if one.name not in closed]
    if len(kept) == len(held):
        return written
    return canonical_scopes(kept) if kept else None


def reached(written: tuple[str, ...], names: Iterable[str]) -> bool:
    """Say whether a grant with these scopes reaches any of these names, by itself or a wider."""
    held = scopes_of(written)
    return any(one.reaches(name) for name in names for one in held)


def widest(scopes: Iterable[Scope]) -> frozenset[Scope]:
    """Leave out what another scope covers anyway, and for as long."""
    found = frozenset(scopes)
    return frozenset(
        one
        for one in found
        if not any(
            other != one and other.reaches(one.name) and other.outlasts(one.ends) for other in found
        )
    )


def in_both(ones: frozenset[Scope], others: frozenset[Scope]) -> frozenset[Scope]:
    """Give the scopes that lie within one of each, for as long as both last."""
    found: set[Scope] = set()
    for one in ones:
        for other in others:
            ends = other.ends if one.outlasts(other.ends) else one.ends
            if one.reaches(other.name):
                found.add(Scope(other.name, ends))
            elif other.reaches(one.name):
                found.add(Scope(one.name, ends))
    return widest(found)
