# SPDX-License-Identifier: Apache-2.0
"""Consent events and what they add up to at any instant, as known at any instant.

Events are the only truth and are never changed. An event says when it takes effect, when the
person expressed it, and when the registry recorded it; the third is never earlier than another
event's of the same person recorded before it. What a person allows is computed here and nowhere
else, by four rules (consent.md section 2.5):

1. Among grants in effect, the one expressed last stands; a later one replaces, it never adds.
2. A closing event (withdrawal, refusal, ...) closes from its effect on every grant that was
   recorded before it, future-dated ones included, and every grant that took effect, or was
   expressed, no later than it. So at a tie the narrower wins, and an old paper imported today
   brings nobody back.
3. An ended grant is EXPIRED; an older one does not come back behind it. So is one of which every
   activity has ended; while some of them last, those are what is left of it.
4. Two different grants that cannot be told apart in time permit nothing.
5. A grant that was entered in error never counted. Only it is closed, with whatever corrects it,
   from its own beginning; what stood before it does not come back as a yes, and a no stands again.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time
from enum import Enum
from typing import Final, NamedTuple

from consent_registry.domain.terms import Terms, ends_of, terms_on
from shared.ids import EventId, Revision

BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


class Kind(Enum):
    """What happened. Three of them grant; every other kind closes.

    CORRECTED says rightly what an earlier grant was recorded to say, from the same instants on
    (GDPR Article 16): it is expressed when that one was, and recorded later, so that it counts.
    """

    GIVEN = "given"
    CHANGED = "changed"
    CORRECTED = "corrected"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    INVALIDATED = "invalidated"
    RECONSENT_REQUESTED = "reconsent_requested"
    AUTHORITY_LAPSED = "authority_lapsed"

    @property
    def grants(self) -> bool:
        """Say whether the event allows something."""
        return self is Kind.GIVEN or self is Kind.CHANGED or self is Kind.CORRECTED


class State(Enum):
    """What the events add up to. Only GIVEN includes anybody; EXPIRED is computed, never stored."""

    NOT_ASKED = "not_asked"
    REFUSED = "refused"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    PENDING_RECONSENT = "pending_reconsent"
    INVALID = "invalid"


_CLOSED_AS: Final = {
    Kind.REFUSED: State.REFUSED,
    Kind.WITHDRAWN: State.WITHDRAWN,
    Kind.INVALIDATED: State.INVALID,
    Kind.RECONSENT_REQUESTED: State.PENDING_RECONSENT,
    Kind.AUTHORITY_LAPSED: State.PENDING_RECONSENT,
}


class ConsentEvent(NamedTuple):
    """One event of one participant in one dataset.

    `terms` is None for closing events, and for a grant whose stored terms are unreadable, which
    then permits nothing. `effective_to` is the first instant at which a grant no longer holds.
    `voids` are the grants that an INVALIDATED event is about; one that names none closes as any
    other closing does. `corrects` is the earlier record that a CORRECTED one says rightly, or
    whose consent goes on with less in this one: what stands against that stands against this.
    """

    event_id: EventId
    kind: Kind
    expressed_at: datetime
    effective_from: datetime
    recorded_at: datetime
    revision: Revision
    terms: Terms | None = None
    effective_to: datetime | None = None
    voids: frozenset[EventId] = frozenset()
    corrects: EventId | None = None

    def instants(self) -> Iterator[datetime]:
        """Give every instant at which it changes something, in no order."""
        yield self.effective_from
        if self.effective_to is not None:
            yield self.effective_to
        for day in ends_of(self.terms or ()):
            end = datetime.combine(day, time(), UTC)
            if end > self.effective_from:
                yield end


class Standing(NamedTuple):
    """What holds at one instant: the state, the terms if GIVEN, and the event that decided it."""

    state: State
    terms: Terms | None = None
    event_id: EventId | None = None


class Segment(NamedTuple):
    """A standing with the time it holds: from `starts_at` up to and without `ends_at`."""

    starts_at: datetime
    ends_at: datetime | None
    standing: Standing


def standing_at(
    events: Iterable[ConsentEvent], effective_at: datetime, known_at: datetime | None = None
) -> Standing:
    """Say what held at `effective_at`, from what was recorded by `known_at` (None: all of it)."""
    begun = [
        event
        for event in events
        if event.effective_from <= effective_at
        and (known_at is None or event.recorded_at <= known_at)
    ]
    if any(event.voids for event in begun):
        return _beside_voided(begun, effective_at)
    return _standing(begun, effective_at)


def _standing(begun: Sequence[ConsentEvent], effective_at: datetime) -> Standing:
    grants = [event for event in begun if event.kind.grants]
    closings = [event for event in begun if not event.kind.grants]
    if not grants:
        return _closed(closings) if closings else Standing(state=State.NOT_ASKED)
    grant = max(grants, key=_expressed)
    closed_by = [closing for closing in closings if _closes(closing, grant)]
    if closed_by:
        return _closed(closed_by)
    if grant.effective_to is not None and grant.effective_to <= effective_at:
        return Standing(state=State.EXPIRED, event_id=grant.event_id)
    if _ambiguous(grants, grant):
        return Standing(state=State.INVALID, event_id=grant.event_id)
    return _given(grant, effective_at)


def _given(grant: ConsentEvent, at: datetime) -> Standing:
    """Say what is left of a grant that stands; terms that cannot be read permit nothing."""
    if not grant.terms:
        return Standing(state=State.GIVEN, terms=grant.terms, event_id=grant.event_id)
    left = terms_on(grant.terms, at.astimezone(UTC).date())
    if not left:
        return Standing(state=State.EXPIRED, event_id=grant.event_id)
    return Standing(state=State.GIVEN, terms=left, event_id=grant.event_id)


def _beside_voided(begun: Sequence[ConsentEvent], effective_at: datetime) -> Standing:
    """Say what holds where something was entered in error: what held, unless that is it."""
    voided = same_consents((one for event in begun for one in event.voids), begun)
    others = [event for event in begun if not event.voids]
    newest = max((event for event in others if event.kind.grants), key=_expressed, default=None)
    if newest is None or newest.event_id not in voided:
        return _standing(others, effective_at)
    before = _standing([one for one in others if one.event_id not in voided], effective_at)
    if before.state in _NOES:
        return before
    return Standing(state=State.INVALID, event_id=newest.event_id)


_OWN_NOES: Final = frozenset({State.REFUSED, State.WITHDRAWN})
_NOES: Final = _OWN_NOES | {State.PENDING_RECONSENT}


def _expressed(event: ConsentEvent) -> tuple[datetime, datetime, Revision, EventId]:
    return event.expressed_at, event.recorded_at, event.revision, event.event_id


def _closes(closing: ConsentEvent, grant: ConsentEvent) -> bool:
    return (
        closing.recorded_at >= grant.recorded_at
        or closing.effective_from >= grant.effective_from
        or closing.expressed_at >= grant.expressed_at
    )


def first_records(events: Iterable[ConsentEvent]) -> dict[EventId, EventId]:
    """Give for each record of a consent the one it was before any correction; in one pass."""
    first: dict[EventId, EventId] = {}
    for one in sorted(events, key=lambda event: event.revision):
        corrected = one.corrects or one.event_id
        first[one.event_id] = first.get(corrected, corrected)
    return first


def same_consents(ids: Iterable[EventId], events: Iterable[ConsentEvent]) -> frozenset[EventId]:
    """Give every record of these consents: the first of each, and each correction of it."""
    first, named = first_records(events), frozenset(ids)
    wanted = {first.get(one, one) for one in named}
    return named | {one for one, of in first.items() if of in wanted}


def _closed(closings: Sequence[ConsentEvent]) -> Standing:
    """Give the last closing; one by an authority never stands in the place of a person's own no."""
    own = [event for event in closings if _CLOSED_AS[event.kind] in _OWN_NOES]
    last = max(own or closings, key=lambda event: (event.effective_from, *_expressed(event)))
    return Standing(state=_CLOSED_AS[last.kind], event_id=last.event_id)


def _ambiguous(grants: Sequence[ConsentEvent], chosen: ConsentEvent) -> bool:
    """Say whether another grant with other content stands at exactly the same instants."""
    return any(
        (grant.expressed_at, grant.recorded_at) == (chosen.expressed_at, chosen.recorded_at)
        and (grant.terms, grant.effective_to) != (chosen.terms, chosen.effective_to)
        for grant in grants
    )


def timeline(events: Sequence[ConsentEvent]) -> tuple[Segment, ...]:
    """Give the standings over all time as known now, without the NOT_ASKED before the first.

    Segments touch, do not overlap, differ from their neighbours, and the last has no end. No event
    gives no segment.
    """
    if len(events) == 1 and (alone := _lone(events[0])) is not None:
        return alone
    instants = {instant for event in events for instant in event.instants()}
    segments: list[Segment] = []
    for instant in sorted(instants):
        standing = standing_at(events, instant)
        if standing.state is State.NOT_ASKED or (segments and segments[-1].standing == standing):
            continue
        if segments:
            segments[-1] = _ended(segments[-1], instant)
        segments.append(Segment(starts_at=instant, ends_at=None, standing=standing))
    return tuple(segments)


def _lone(event: ConsentEvent) -> tuple[Segment, ...] | None:
    """Give the timeline of a single event: most people's, and an import makes millions of them.

    None where activities end by themselves.
    """
    if not event.kind.grants:
        if event.voids:
            return ()
        closed = _closed([event])
        return (Segment(starts_at=event.effective_from, ends_at=None, standing=closed),)
    if event.terms is not None and ends_of(event.terms):
        return None
    given = Standing(state=State.GIVEN, terms=event.terms, event_id=event.event_id)
    expired = Standing(state=State.EXPIRED, event_id=event.event_id)
    end = event.effective_to
    if end is None:
        return (Segment(starts_at=event.effective_from, ends_at=None, standing=given),)
    if end <= event.effective_from:
        return (Segment(starts_at=event.effective_from, ends_at=None, standing=expired),)
    return (
        Segment(starts_at=event.effective_from, ends_at=end, standing=given),
        Segment(starts_at=end, ends_at=None, standing=expired),
    )


def standing_in(segments: Sequence[Segment], at: datetime) -> Standing:
    """Say what a timeline holds at an instant."""
    for segment in reversed(segments):
        if segment.starts_at <= at:
            return segment.standing
    return Standing(state=State.NOT_ASKED)


def _ended(segment: Segment, at: datetime) -> Segment:
    return Segment(starts_at=segment.starts_at, ends_at=at, standing=segment.standing)


def is_corrected(events: Iterable[ConsentEvent], expressed_at: datetime) -> bool:
    """Say whether a consent expressed at this instant was put right here.

    A file that still has it wrong must not undo that.
    """
    return any(
        event.kind is Kind.CORRECTED and event.expressed_at == expressed_at for event in events
    )


def has_said_no(events: Iterable[ConsentEvent], expressed_at: datetime) -> bool:
    """Say whether a refusal or withdrawal is no older than a consent expressed at this instant.

    An import must not turn such a no into a yes.
    """
    return any(
        event.kind in {Kind.REFUSED, Kind.WITHDRAWN}
        and max(event.effective_from, event.expressed_at) >= expressed_at
        for event in events
    )
