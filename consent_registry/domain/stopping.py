# SPDX-License-Identifier: Apache-2.0
"""A no to some kinds of data, or to some activities, as the narrower consent that is left.

It is expressed last of all that is known and takes effect now, so that it stands over every older
paper that comes in later. It ends when what it narrows ends, or when something else was to begin:
like any no it closes what was recorded before it, future-dated consents included.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from consent_registry.domain import activities, data_categories
from consent_registry.domain.data_categories import ANY, CATEGORIES, Categories
from consent_registry.domain.history import ConsentEvent, Segment, Standing, State, standing_in
from consent_registry.domain.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What is not to go on: kinds of data, and activities by their names. Each for itself."""

    data_categories: Categories = ANY
    activities: tuple[str, ...] = ()

    def out_of(self, terms: Terms) -> Terms:
        """Take it out of every alternative; one for this alone goes."""
        kept = []
        for one in terms:
            data = data_categories.without(one.data_categories, self.data_categories)
            scopes = activities.without(one.activities, self.activities)
            if data is not None and scopes is not None:
                kept.append(replace(one, data_categories=data, activities=scopes))
        return tuple(kept)

    def goes_on(self, terms: Terms) -> bool:
        """Say whether terms reach an activity of these all the same: a project, by all of them."""
        return any(activities.reached(one.activities, self.activities) for one in terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left of the consent that stands, `of` an event; without terms nothing is."""

    of: Standing
    terms: Terms
    expressed_at: datetime
    ends_at: datetime | None


def left_without(
    closed: Closed,
    segments: Sequence[Segment],
    own: Iterable[ConsentEvent],
    now: datetime,
) -> Left | None:
    """Give what is left now of somebody's consent without what is closed.

    None where nothing that is allowed covers any of it. `segments` are what stands for her in the
    dataset, `own` her choices for it.
    """
    standing = standing_in(segments, now)
    if standing.state is not State.GIVEN or not standing.terms:
        return None
    left = closed.out_of(standing.terms)
    if left == standing.terms:
        return None
    return Left(
        of=standing,
        terms=left,
        expressed_at=max([now, *(one.expressed_at for one in own)]),
        ends_at=_ends_at(segments, standing, now) if left else None,
    )


def closed_between(before: Terms, after: Terms) -> Closed:
    """Say which kinds of data and which activities terms name that others do not name any more."""
    kinds, left = (
        {name for one in terms for name in one.data_categories or CATEGORIES}
        for terms in (before, after)
    )
    done, goes_on = (
        {scope.name for one in terms for scope in activities.scopes_of(one.activities)}
        for terms in (before, after)
    )
    return Closed(
        data_categories=data_categories.read_categories(kinds - left),
        activities=tuple(sorted(done - goes_on)),
    )


def _ends_at(segments: Sequence[Segment], standing: Standing, now: datetime) -> datetime | None:
    """Give the instant from which something else stands; its activities end by themselves."""
    for one in segments:
        other = one.standing
        goes_on = other.state is State.GIVEN and other.event_id == standing.event_id
        if one.starts_at > now and not goes_on:
            return one.starts_at
    return None
