# SPDX-License-Identifier: Apache-2.0
"""Who leaves a frozen cohort, when, and why. Nothing here widens one.

A cohort is frozen for one permit. Later a no that acts on running permits under the dataset's law,
an end, or a change under which the purpose is no longer allowed takes a person out; a new consent
does not bring her back in.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from consent_registry.domain.bars import NO_BARS, Bars, BarSegment, bars_in, reason_of
from consent_registry.domain.history import Segment, Standing, State, standing_in
from consent_registry.domain.matching import Inquiry, match
from consent_registry.domain.regimes import Moment, No
from consent_registry.domain.verdict import Result
from shared.ids import Ordinal

CHANGED = "changed"
OPTED_OUT = "opted_out"
POLICY_CHANGED = "policy_changed"
HIERARCHY_CHANGED = "hierarchy_changed"


def permits(
    standing: Standing,
    inquiry: Inquiry,
    moment: Moment = Moment.RUNNING,
    *,
    opted_out: bool = False,
    objecting: bool = False,
    bars: Bars = NO_BARS,
    stopped: bool = False,
) -> bool:
    """Say whether one person is in for a purpose at a moment of a permit's life.

    The same rules that `consent_registry.domain.cohort` applies to sets; a property test holds the
    two together. Unreadable terms do not permit where terms are needed. `stopped` says that she is
    restricted or erased, which excludes under every law, as does what Article 54 prohibits or
    Article 53(2) reserves to others.
    """
    rules, asked = inquiry.rules, inquiry.purpose
    if stopped or asked.prohibited_uses or asked.reserved or rules.excludes(standing.state, moment):
        return False
    if any(rules.barred(bar, moment) for bar in bars):
        return False
    if (opted_out and rules.says(No.OPT_OUT, moment)) or (
        objecting and rules.says(No.OBJECTION, moment)
    ):
        return False
    if standing.state is not State.GIVEN:
        return True
    if standing.terms is None:
        return not rules.needs_terms()
    return not rules.matches_terms or match(standing.terms, inquiry).result is Result.PERMIT


def cause(standing: Standing, bars: Bars = NO_BARS) -> str:
    """Name why a person is out: the state, `changed` for other terms, or what bars her."""
    if bars and standing.state in {State.GIVEN, State.NOT_ASKED}:
        return min(reason_of(bar) for bar in bars)
    return CHANGED if standing.state is State.GIVEN else standing.state.value


def lapses_at(
    segments: Sequence[Segment],
    now: datetime,
    inquiry: Inquiry,
    barred: Sequence[BarSegment] = (),
) -> datetime | None:
    """Say when a person who is in now will no longer be, as far as is known today; or None."""
    begins = [*(one.starts_at for one in segments), *(one.starts_at for one in barred)]
    turns = sorted({at for at in begins if at > now})
    return next(
        (
            at
            for at in turns
            if not permits(standing_in(segments, at), inquiry, bars=bars_in(barred, at))
        ),
        None,
    )


def lapses(
    people: Iterable[tuple[Ordinal, Sequence[Segment]]],
    now: datetime,
    inquiry: Inquiry,
    barred: Mapping[Ordinal, Sequence[BarSegment]] | None = None,
) -> list[tuple[datetime, Ordinal]]:
    """List when members of a cohort will leave it by themselves, earliest first."""
    bars = barred or {}
    found = (
        (at, ordinal)
        for ordinal, segments in people
        if (at := lapses_at(segments, now, inquiry, bars.get(ordinal, ()))) is not None
    )
    return sorted(found)
