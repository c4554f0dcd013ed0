# SPDX-License-Identifier: Apache-2.0
"""A minor's own will beside her guardians': what she said, from which age, and what it does.

Four rules. Her no stands from when she said it, or from the age at which it counts, until she says
yes herself, or decides for herself; a guardian's consent does not lift it. Her yes is about one
consent, or one that waits for signatures, and about no other. From the age at which it is needed a
guardian's consent without it does not count. Ages that are not known count as reached. A desk may
record, with a document, that somebody cannot say what she wants: that stands in for a yes and never
against a no.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Final

from consent_registry.domain.bars import Bar
from consent_registry.domain.history import ConsentEvent, Kind, Standing, State, first_records
from consent_registry.domain.mandates import Mandate, birthday, decided_then
from consent_registry.domain.person_events import PersonKind, PersonRecord, known
from shared.canonical import JSON
from shared.clock import from_rfc3339, to_rfc3339
from shared.ids import DatasetId

_ALWAYS: Final = datetime.max.replace(tzinfo=UTC)


class Will(Enum):
    """What a minor said; the last is what a desk says of her."""

    ASSENT = "assent"
    DISSENT = "dissent"
    UNABLE = "unable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of hers, or about her.

    `about` is the consent event, or the pending decision, that an assent is to; `datasets` None
    means all. A word that cannot be read is a no to everything.
    """

    will: Will
    said_at: datetime
    recorded_at: datetime
    about: str | None = None
    datasets: tuple[str, ...] | None = None

    def covers(self, dataset: DatasetId) -> bool:
        """Say whether it is about a dataset."""
        return self.datasets is None or dataset in self.datasets


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """The instants from which her yes is needed and her no counts; None: it counts as reached."""

    needed_from: datetime | None = None
    counts_from: datetime | None = None


def words(
    records: Iterable[PersonRecord], effective_at: datetime, known_at: datetime | None = None
) -> list[Word]:
    """Give every word in effect by an instant and recorded by another, in order."""
    return [
        _word(one)
        for one in known(records, effective_at, known_at)
        if one.kind is PersonKind.ASSENT
    ]


def _word(one: PersonRecord) -> Word:
    body = one.body
    datasets = body.get("datasets")
    return Word(
        will=Will(body.get("will", Will.DISSENT.value)),
        said_at=one.effective_from,
        recorded_at=one.recorded_at,
        about=one.about,
        datasets=None if datasets is None else tuple(datasets),
    )


def ages_of(born: date, needed_from: int | None, counts_from: int | None) -> Ages:
    """Reckon the instants from a date of birth, which is not kept; an age of None is never."""
    return Ages(
        needed_from=None if needed_from is None else birthday(born, needed_from),
        counts_from=None if counts_from is None else birthday(born, counts_from),
    )


def ages_body(ages: Ages) -> dict[str, JSON]:
    """Write ages as the body of an event, which is sealed."""
    return {
        "needed_from": None if ages.needed_from is None else to_rfc3339(ages.needed_from),
        "counts_from": None if ages.counts_from is None else to_rfc3339(ages.counts_from),
    }


def ages(records: Iterable[PersonRecord], known_at: datetime | None = None) -> Ages:
    """Read the ages last recorded; what was never recorded or cannot be read is not known."""
    told = [one for one in known(records, _ALWAYS, known_at) if one.kind is PersonKind.AGES]
    if not told:
        return Ages()
    body = max(told, key=lambda one: (one.recorded_at, one.number)).body
    return Ages(
        needed_from=_instant(body, "needed_from"), counts_from=_instant(body, "counts_from")
    )


def _instant(body: Any, key: str) -> datetime | None:
    text = body.get(key)
    return None if text is None else from_rfc3339(text)


def dissents(told: Sequence[Word], dataset: DatasetId) -> list[Word]:
    """Give the noes to a dataset that no later yes of hers has lifted.

    Of a yes and a no that stand at one instant, or cross in time, the no stands.
    """
    yes = [one for one in told if one.will is Will.ASSENT and one.covers(dataset)]
    return [
        no
        for no in told
        if no.will is Will.DISSENT and no.covers(dataset) and not any(_after(y, no) for y in yes)
    ]


def _after(one: Word, other: Word) -> bool:
    return one.said_at > other.said_at and one.recorded_at > other.recorded_at


def assented(
    told: Sequence[Word], dataset: DatasetId, consent: str, decisions: Iterable[str]
) -> bool:
    """Say whether she said yes to a consent, or cannot say; `decisions` are what it came from."""
    if dissents(told, dataset):
        return False
    meant = {consent, *decisions}
    return any(
        (one.will is Will.ASSENT and one.about in meant)
        or (one.will is Will.UNABLE and one.covers(dataset))
        for one in told
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hers:
    """One person's events, mandates, and consents in one dataset, under every name of hers."""

    records: Sequence[PersonRecord]
    held: Sequence[Mandate]
    events: Sequence[ConsentEvent]
    dataset: DatasetId

    def guarded(self, grant: ConsentEvent) -> bool:
        """Say whether a guardian decided when a consent was expressed."""
        return bool(decided_then(self.held, self.dataset, grant.expressed_at))

    def grants(self, effective_at: datetime, known_at: datetime | None) -> list[ConsentEvent]:
        """Give the consents in effect by an instant and recorded by another."""
        return [
            one
            for one in self.events
            if one.kind.grants
            and one.effective_from <= effective_at
            and (known_at is None or one.recorded_at <= known_at)
        ]


def assent_bars(
    hers: Hers, standing: Standing, effective_at: datetime, known_at: datetime | None = None
) -> set[Bar]:
    """Say what a minor's will bars in a dataset at an instant, as known at another."""
    told = words(hers.records, effective_at, known_at)
    reached = ages(hers.records, known_at)
    grants = hers.grants(effective_at, known_at)
    given = standing.event_id if standing.state is State.GIVEN else None
    grant = next((one for one in grants if one.event_id == given), None)
    found: set[Bar] = set()
    if reached.counts_from is None or reached.counts_from <= effective_at:
        found |= _barred_by_no(hers, told, grants, grant)
    needed = reached.needed_from is None or reached.needed_from <= effective_at
    if grant is not None and needed and hers.guarded(grant):
        whole = _whole(grant, grants)
        origins = {grant.event_id, *origins_of(hers.records, whole.event_id)}
        if not assented(told, hers.dataset, whole.event_id, origins):
            found.add(Bar.ASSENT_MISSING)
    return found


def _whole(grant: ConsentEvent, grants: Sequence[ConsentEvent]) -> ConsentEvent:
    """Give the consent that this one is what is left of: her yes to all of it is one to less.

    A correction may say more than she said yes to, and is asked about for itself.
    """
    if grant.kind is Kind.CORRECTED or grant.corrects is None:
        return grant
    before = next((one for one in grants if one.event_id == grant.corrects), None)
    return grant if before is None else _whole(before, grants)


def _barred_by_no(
    hers: Hers,
    told: Sequence[Word],
    grants: Sequence[ConsentEvent],
    grant: ConsentEvent | None,
) -> set[Bar]:
    own = [one for one in grants if one.corrects is None and not hers.guarded(one)]
    noes = dissents(told, hers.dataset)
    left = [no for no in noes if not any(_follows(one, no) for one in own)]
    if not left:
        return set()
    # A correction is recorded later than what she meant, and answers no word of hers.
    named = first_records(grants).get(grant.event_id) if grant is not None else None
    first = next((one for one in grants if one.event_id == named), None)
    overruled = first is not None and all(_follows(first, no) for no in left)
    return {Bar.DISSENT_OVERRULED if overruled else Bar.DISSENT}


def _follows(grant: ConsentEvent, no: Word) -> bool:
    return grant.expressed_at > no.said_at and grant.recorded_at > no.recorded_at


def origins_of(records: Sequence[PersonRecord], consent: str) -> list[str]:
    """Give the decisions in her place that became this consent."""
    return [
        one.matter
        for one in records
        if one.kind is PersonKind.DECISION_COMPLETED and one.about == consent
    ]
