# SPDX-License-Identifier: Apache-2.0
"""What holds of a member once everything known of her as a person is counted in.

Her choices, by `consent_registry.domain.history`, are joined with those of whoever is confirmed to
be the same person; what a guardian allowed ends with the guardian's authority; and beside the
standing stand the bars. Evaluated as of any instant, as known at any other, and projected from
events alone. Somebody of whom nothing is known but her consents has no case.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from consent_registry.domain.assent import Hers, ages, assent_bars
from consent_registry.domain.bars import NO_BARS, Bar, Bars, BarSegment, Cause
from consent_registry.domain.history import (
    ConsentEvent,
    Segment,
    Standing,
    State,
    same_consents,
    standing_at,
)
from consent_registry.domain.lives import after_death, doubts, evidence, life
from consent_registry.domain.mandates import lapses_at, mandates
from consent_registry.domain.person_events import PersonRecord
from consent_registry.domain.register import Member
from consent_registry.domain.studies import NOWHERE, Reach
from consent_registry.domain.study_choices import deciding, said_of_studies, standing_of
from consent_registry.domain.ties import MergeState, groups, merges
from shared.ids import DatasetId

_EXPRESS = frozenset({State.REFUSED, State.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What holds of one member at one instant."""

    standing: Standing
    bars: Bars = NO_BARS


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """What holds of one member over all time as known now."""

    segments: tuple[Segment, ...]
    bars: tuple[BarSegment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """A withdrawal from everything: its closing event, and the datasets it was recorded in."""

    event: ConsentEvent
    recorded_in: frozenset[DatasetId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything known of people who are, may be, or were held to be one.

    `consents` are the events of each membership; `everywhere` are withdrawals from everything, by
    person: they reach what turns out to be hers later. `reach` says which of these datasets their
    choices for studies reach.
    """

    members: tuple[Member, ...]
    records: Mapping[str, Sequence[PersonRecord]]
    consents: Mapping[tuple[str, DatasetId], Sequence[ConsentEvent]]
    everywhere: Mapping[str, Sequence[Everything]] = field(default_factory=dict)
    reach: Reach = NOWHERE

    @property
    def pids(self) -> frozenset[str]:
        """Everybody in it."""
        return frozenset(self.records) | {member.pid for member in self.members}

    def every_record(self) -> Iterable[PersonRecord]:
        """Give the events of everybody."""
        return (one for records in self.records.values() for one in records)


def parts(case: Case) -> Mapping[str, Case]:
    """Give for each person of a case her own: of everybody ever joined to her, and nobody else.

    What holds of her is the same in both; a case of thousands is read at once and asked in parts.
    """
    always = datetime.max.replace(tzinfo=UTC)
    together = groups(case.pids, merges(case.every_record(), always))
    members: dict[frozenset[str], list[Member]] = {group: [] for group in together.values()}
    for member in case.members:
        members[together[member.pid]].append(member)
    found: dict[str, Case] = {}
    for group, theirs in members.items():
        one = Case(
            members=tuple(theirs),
            records={pid: case.records[pid] for pid in sorted(group) if pid in case.records},
            consents={(m.pid, m.dataset): case.consents[m.pid, m.dataset] for m in theirs},
            everywhere={pid: case.everywhere[pid] for pid in group if pid in case.everywhere},
            reach=case.reach.within({member.dataset for member in theirs}),
        )
        found |= dict.fromkeys(group, one)
    return found


def held_at(
    case: Case, member: Member, effective_at: datetime, known_at: datetime | None = None
) -> Held:
    """Say what holds of one member."""
    found = merges(case.every_record(), effective_at, known_at)
    confirmed = [one for one in found if one.state is MergeState.CONFIRMED]
    standing_ones = [one for one in found if one.state is not MergeState.UNDONE]
    one_person = groups(case.pids, confirmed)
    maybe_one = groups(case.pids, standing_ones)
    herself = one_person[member.pid]
    times = (effective_at, known_at)
    own = _standing(case, herself, member.dataset, times)
    bars: set[Cause] = {*_will(case, herself, member.dataset, own, times)}
    others = {one_person[pid] for pid in maybe_one[member.pid]} - {herself}
    for other in others:
        bars |= _of_another(case, other, member.dataset, own, times)
    for pid in maybe_one[member.pid]:
        bar = after_death(life(case.records.get(pid, ()), effective_at, known_at))
        if bar is not None:
            bars.add(bar)
    if own.event_id is not None and own.state is State.GIVEN:
        papers = evidence(_records(case, herself), effective_at, known_at)
        events = _events(case, herself, member.dataset, times) if papers else []
        bars |= doubts(papers, same_consents([own.event_id], events))
    return Held(standing=own, bars=frozenset(bars))


def tied(
    case: Case, pid: str, effective_at: datetime, known_at: datetime | None = None
) -> frozenset[str]:
    """Give everybody who is, or may be, the same person, herself included."""
    found = merges(case.every_record(), effective_at, known_at)
    standing_ones = [one for one in found if one.state is not MergeState.UNDONE]
    return groups({*case.pids, pid}, standing_ones)[pid]


_Times = tuple[datetime, datetime | None]


def _records(case: Case, pids: Iterable[str]) -> list[PersonRecord]:
    return [one for pid in pids for one in case.records.get(pid, ())]


def _standing(case: Case, pids: frozenset[str], dataset: DatasetId, times: _Times) -> Standing:
    """Say what one person's events add up to in one dataset, under whichever name they stand."""
    events = _events(case, pids, dataset, times)
    found = standing_at(events, *times)
    if found.state is not State.GIVEN:
        return found
    grant = next(one for one in events if one.event_id == found.event_id)
    effective_at, known_at = times
    authority = mandates(_records(case, pids), known_at)
    lapsed_at = lapses_at(authority, dataset, grant.expressed_at)
    if lapsed_at is not None and lapsed_at <= effective_at:
        return Standing(state=State.PENDING_RECONSENT, event_id=found.event_id)
    return found


def _events(
    case: Case, pids: frozenset[str], dataset: DatasetId, times: _Times
) -> list[ConsentEvent]:
    """Give what decides about a dataset: choices for it, for its study, and for everything."""
    own = [one for pid in sorted(pids) for one in case.consents.get((pid, dataset), ())]
    everywhere = [
        one.event
        for pid in sorted(pids)
        for one in case.everywhere.get(pid, ())
        if dataset not in one.recorded_in
    ]
    return deciding(
        own, everywhere, _records(case, pids), dataset=dataset, reach=case.reach, times=times
    )


def _will(
    case: Case, pids: frozenset[str], dataset: DatasetId, standing: Standing, times: _Times
) -> set[Bar]:
    """Say what one person's own will, while others decide for her, bars in one dataset."""
    records = _records(case, pids)
    hers = Hers(
        records=records,
        held=mandates(records, times[1]),
        events=_events(case, pids, dataset, times),
        dataset=dataset,
    )
    return assent_bars(hers, standing, *times)


def _of_another(
    case: Case, other: frozenset[str], dataset: DatasetId, own: Standing, times: _Times
) -> set[Cause]:
    """Say what somebody who may be the same person holds against her here.

    Her state in this dataset, and an express no of hers in any, or to any study: that may have been
    meant for all.
    """
    records = _records(case, other)
    states = (
        standing_of(records, study, *times).state
        for study in sorted({one.study for one in said_of_studies(records)})
    )
    theirs_here = _standing(case, other, dataset, times)
    found: set[Cause] = {*_will(case, other, dataset, theirs_here, times)}
    found |= {state for state in states if state in _EXPRESS}
    for name in {name for pid, name in case.consents if pid in other}:
        theirs = _standing(case, other, name, times)
        if name == dataset and theirs.state is not State.GIVEN:
            found.add(theirs.state)
        if theirs.state in _EXPRESS:
            found.add(theirs.state)
        if (
            name == dataset
            and theirs.state is State.GIVEN
            and own.state is State.GIVEN
            and (theirs.terms != own.terms or theirs.terms is None)
        ):
            found.add(Bar.UNSETTLED)
    return found


def project(case: Case, member: Member) -> Projection:
    """Project one member: the same however the events came in."""
    segments: list[Segment] = []
    open_bars: dict[Cause, datetime] = {}
    bars: list[BarSegment] = []
    for instant in _instants(case):
        held = held_at(case, member, instant)
        _extend(segments, held.standing, instant)
        for cause in [one for one in open_bars if one not in held.bars]:
            began = open_bars.pop(cause)
            bars.append(BarSegment(cause=cause, starts_at=began, ends_at=instant))
        for cause in held.bars:
            open_bars.setdefault(cause, instant)
    bars += [BarSegment(cause=cause, starts_at=began) for cause, began in open_bars.items()]
    ordered = sorted(bars, key=lambda one: (one.starts_at, one.cause.value))
    return Projection(segments=tuple(segments), bars=tuple(ordered))


def _extend(segments: list[Segment], standing: Standing, instant: datetime) -> None:
    """Add a standing to a timeline that has no NOT_ASKED before its first event."""
    if not segments and standing.state is State.NOT_ASKED:
        return
    if standing.event_id is None:  # asked under another name only, and two people again
        standing = standing._replace(event_id=segments[-1].standing.event_id)
    if segments and segments[-1].standing == standing:
        return
    if segments:
        last = segments.pop()
        segments.append(Segment(starts_at=last.starts_at, ends_at=instant, standing=last.standing))
    segments.append(Segment(starts_at=instant, ends_at=None, standing=standing))


def _instants(case: Case) -> list[datetime]:
    """Give every instant at which something may change for anybody of the case."""
    found: set[datetime] = set()
    for events in case.consents.values():
        for event in events:
            found.update(event.instants())
    for one in case.every_record():
        found.add(one.effective_from)
        if one.effective_to is not None:
            found.add(one.effective_to)
    for placements in case.reach.placements.values():
        found |= {one.since for one in placements}
    for records in case.records.values():
        found |= {one.ends for one in mandates(records) if one.ends is not None}
        reached = ages(records)
        found |= {at for at in (reached.needed_from, reached.counts_from) if at is not None}
    return sorted(found)
