# SPDX-License-Identifier: Apache-2.0
"""Who leaves a frozen cohort, when, and why. Nothing here widens one.

A cohort is frozen for one permit. Later a withdrawal, a refusal, an end, or a change under which
the purpose is no longer allowed takes a person out; a new consent does not bring her back in.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from consent_registry.domain.history import Segment, Standing, State
from consent_registry.domain.matching import Inquiry, match
from consent_registry.domain.verdict import Result
from shared.ids import Ordinal

CHANGED = "changed"


def permits(standing: Standing, inquiry: Inquiry) -> bool:
    """Say whether a standing includes the person for a purpose. Unreadable terms do not."""
    if standing.state is not State.GIVEN or standing.terms is None:
        return False
    return match(standing.terms, inquiry).result is Result.PERMIT


def cause(standing: Standing) -> str:
    """Name why a standing takes a person out: the state, or `changed` for other terms."""
    return CHANGED if standing.state is State.GIVEN else standing.state.value


def lapses_at(segments: Sequence[Segment], now: datetime, inquiry: Inquiry) -> datetime | None:
    """Say when a person who is in now will no longer be, as far as is known today; or None."""
    later = (segment for segment in segments if segment.starts_at > now)
    return next((s.starts_at for s in later if not permits(s.standing, inquiry)), None)


def lapses(
    people: Iterable[tuple[Ordinal, Sequence[Segment]]], now: datetime, inquiry: Inquiry
) -> list[tuple[datetime, Ordinal]]:
    """List when members of a cohort will leave it by themselves, earliest first."""
    found = (
        (at, ordinal)
        for ordinal, segments in people
        if (at := lapses_at(segments, now, inquiry)) is not None
    )
    return sorted(found)
