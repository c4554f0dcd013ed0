# SPDX-License-Identifier: Apache-2.0
"""A no to some kinds of data, as the narrower consent that is left.

It is expressed last of all that is known and takes effect now, so that it stands over every older
paper that comes in later. It ends when what it narrows ends, or when something else was to begin:
like any no it closes what was recorded before it, future-dated consents included.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from consent_registry.domain.data_categories import without
from consent_registry.domain.history import ConsentEvent, Segment, Standing, State, standing_in
from consent_registry.domain.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left of the consent that stands, `of` an event; without terms nothing is."""

    of: Standing
    terms: Terms
    expressed_at: datetime
    ends_at: datetime | None


def left_without(
    closed: Collection[str],
    segments: Sequence[Segment],
    own: Iterable[ConsentEvent],
    now: datetime,
) -> Left | None:
    """Give what is left now of somebody's consent without these kinds of data.

    None where nothing that is allowed covers any of them. `segments` are what stands for her in the
    dataset, `own` her choices for it.
    """
    standing = standing_in(segments, now)
    if standing.state is not State.GIVEN or not standing.terms:
        return None
    left = without_data(standing.terms, closed)
    if left == standing.terms:
        return None
    return Left(
        of=standing,
        terms=left,
        expressed_at=max([now, *(one.expressed_at for one in own)]),
        ends_at=_ends_at(segments, standing, now) if left else None,
    )


def without_data(terms: Terms, closed: Collection[str]) -> Terms:
    """Take some kinds of data out of every alternative; one for these alone goes."""
    kept = ((one, without(one.data_categories, closed)) for one in terms)
    return tuple(replace(one, data_categories=left) for one, left in kept if left is not None)


def _ends_at(segments: Sequence[Segment], standing: Standing, now: datetime) -> datetime | None:
    """Give the instant from which something else stands; its activities end by themselves."""
    for one in segments:
        other = one.standing
        goes_on = other.state is State.GIVEN and other.event_id == standing.event_id
        if one.starts_at > now and not goes_on:
            return one.starts_at
    return None
