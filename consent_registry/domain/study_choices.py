# SPDX-License-Identifier: Apache-2.0
"""What a person says of a whole study, as events of her choices; and the order of the scopes.

Scopes, from the widest: the whole person, a study, a dataset (consent.md section 2.4). A choice for
the dataset itself decides there and no wider yes is asked beside it; where she has made none, that
for its study decides. What a no to some data left of a yes to a study ends where that yes does not
reach any more. A no closes whatever lies within its scope and was recorded before it, by the rules
of `consent_registry.domain.history`. So a no of any scope never widens anything.
"""

from collections.abc import Iterable, Sequence, Set
from datetime import datetime
from types import MappingProxyType
from typing import Final

from consent_registry.domain.history import (
    ConsentEvent,
    Kind,
    Standing,
    same_consents,
    standing_at,
)
from consent_registry.domain.person_events import PersonKind, PersonRecord
from consent_registry.domain.studies import Reach, Said
from consent_registry.domain.terms import Terms, UnreadableTerms, from_json
from shared.clock import from_rfc3339
from shared.ids import DatasetId, EventId, Revision

KINDS: Final = MappingProxyType(
    {
        PersonKind.STUDY_GIVEN: Kind.GIVEN,
        PersonKind.STUDY_REFUSED: Kind.REFUSED,
        PersonKind.STUDY_WITHDRAWN: Kind.WITHDRAWN,
    }
)
_Times = tuple[datetime, datetime | None]


def said_of_studies(records: Iterable[PersonRecord]) -> list[PersonRecord]:
    """Give those of a person's events that are about studies."""
    return [one for one in records if one.kind in KINDS]


def event_of(record: PersonRecord) -> ConsentEvent:
    """Give a choice for a study as histories see it. Unreadable terms become None."""
    kind = KINDS[record.kind]
    return ConsentEvent(
        event_id=EventId(record.event_id),
        kind=kind,
        expressed_at=signed_on(record) or min(record.effective_from, record.recorded_at),
        effective_from=record.effective_from,
        effective_to=record.effective_to,
        recorded_at=record.recorded_at,
        revision=Revision(record.number),
        terms=terms_of(record) if kind.grants else None,
    )


def signed_on(record: PersonRecord) -> datetime | None:
    """Read when the paper was signed that a file spoke of; None for what was said here."""
    said = record.body.get("signed_on")
    return from_rfc3339(said) if isinstance(said, str) else None


def said_otherwise(
    records: Iterable[PersonRecord], study: str, signed_at: datetime, left_at: datetime | None
) -> bool:
    """Say whether a yes signed at an instant may not be taken from a file (ADR 0038).

    Her last word about the study is a no, or she has withdrawn from everything since, at `left_at`;
    or a yes is on record that was signed no earlier, and may be narrower.
    """
    said = [one for one in said_of_studies(records) if one.study == study]
    last = max(said, key=lambda one: (one.recorded_at, one.number), default=None)
    if left_at is not None and (last is None or last.recorded_at <= left_at):
        return True
    if last is not None and not KINDS[last.kind].grants:
        return True
    return any(event_of(one).expressed_at >= signed_at for one in said if KINDS[one.kind].grants)


def terms_of(record: PersonRecord) -> Terms | None:
    """Read what was allowed; None when nothing was, or it cannot be read."""
    stored = record.body.get("terms")
    try:
        return None if stored is None else from_json(stored)
    except UnreadableTerms:
        return None


def said_on(record: PersonRecord) -> Said:
    """Give what a yes was given on, as it was written with it."""
    version, named = record.body.get("version"), record.body.get("datasets")
    if not isinstance(version, int) or not isinstance(named, list):
        return Said(study=record.study, version=None, datasets=None)
    return Said(study=record.study, version=version, datasets=frozenset(map(DatasetId, named)))


def standing_of(
    records: Iterable[PersonRecord],
    study: str,
    effective_at: datetime,
    known_at: datetime | None = None,
) -> Standing:
    """Say what somebody's choices for one study add up to, whichever datasets they reach."""
    events = [event_of(one) for one in said_of_studies(records) if one.study == study]
    return standing_at(events, effective_at, known_at)


def deciding(
    own: Sequence[ConsentEvent],
    everywhere: Sequence[ConsentEvent],
    records: Iterable[PersonRecord],
    *,
    dataset: DatasetId,
    reach: Reach,
    times: _Times,
) -> list[ConsentEvent]:
    """Give the events that decide about one dataset at an instant, as known at another.

    `own` are her choices for the dataset, `everywhere` her withdrawals from everything that reach
    it, `records` all else that is known of her.
    """
    effective_at, known_at = times
    at = effective_at if known_at is None else min(effective_at, known_at)
    said = said_of_studies(records)
    missed = frozenset(
        EventId(one.event_id)
        for one in said
        if KINDS[one.kind].grants and not reach.of_yes(said_on(one), dataset, at)
    )
    chosen = any(_begun(one, times) for one in own)
    found = [*_without_rest_of(missed, own, at), *everywhere]
    for one in said:
        event = event_of(one)
        if event.kind.grants:
            if not chosen and reach.of_yes(said_on(one), dataset, at):
                found.append(event)
        elif reach.of_no(one.study, one.recorded_at, dataset, at):
            found.append(event)
    return found


def _without_rest_of(
    missed: Set[EventId], own: Sequence[ConsentEvent], at: datetime
) -> Sequence[ConsentEvent]:
    """End what is left, after a no to some data, of a yes to a study that reaches here no more."""
    rest = same_consents(missed, own) if missed else missed
    return [
        one._replace(effective_to=min(at, one.effective_to or at))
        if one.kind.grants and one.event_id in rest
        else one
        for one in own
    ]


def _begun(event: ConsentEvent, times: _Times) -> bool:
    effective_at, known_at = times
    return event.effective_from <= effective_at and (
        known_at is None or event.recorded_at <= known_at
    )
