# SPDX-License-Identifier: Apache-2.0
"""The one way consent events enter the register, for a single person and for an import alike.

In one transaction: the events, their projection, that of whoever may be the same person, the
narrowing of live cohorts, the changes for the feed, the entries for the audit log, and the
dataset's next revision. The caller holds the dataset, and with `settling.hold` whatever else a
change of these people may reach, and commits.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import NamedTuple

from consent_registry.domain.answers import Answers
from consent_registry.domain.bars import Bars
from consent_registry.domain.cases import held_at, parts
from consent_registry.domain.history import (
    ConsentEvent,
    Kind,
    Segment,
    Standing,
    standing_in,
    timeline,
)
from consent_registry.domain.records import Channel, Correction, EventRecord, Source, personal_part
from consent_registry.domain.register import LiveCohort, Member
from consent_registry.domain.terms import Terms
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cases import load_case
from consent_registry.usecases.facts import consent_facts
from consent_registry.usecases.narrowing import announce_standings, narrow
from consent_registry.usecases.settling import changed_in, settle, store
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import Writing, keep_revision
from shared.ids import EventId, Ordinal
from shared.principal import Principal


class Draft(NamedTuple):
    """One event to be recorded of a member of the held dataset."""

    member: Member
    kind: Kind
    channel: Channel
    expressed_at: datetime
    effective_from: datetime
    effective_to: datetime | None = None
    terms: Terms | None = None
    form_version: str = ""
    source: Source | None = None
    withdrawal_id: str | None = None
    answers: Answers | None = None
    references: tuple[str, ...] = ()
    voids: frozenset[EventId] = frozenset()
    corrects: Correction | None = None
    narrows: EventId | None = None


def record(
    uow: UnitOfWork,
    tools: Tools,
    writing: Writing,
    drafts: Sequence[Draft],
    before: Mapping[Ordinal, Sequence[EventRecord]] | None = None,
    *,
    cohorts: Sequence[LiveCohort] | None = None,
) -> Sequence[EventRecord]:
    """Record events of different members of a held dataset; gives them as recorded.

    `before` are those members' events so far, `cohorts` the dataset's live ones, where the caller
    has read them already.
    """
    if before is None:
        new = {member.ordinal for member in writing.added}
        known = [draft.member.ordinal for draft in drafts if draft.member.ordinal not in new]
        before = uow.events.of_members(writing.dataset.dataset, known)
    # Stored while what follows is computed.
    uow.events.key({draft.member.pid for draft in drafts} & writing.fresh)
    uow.events.taken_in(_lines(drafts))
    personal = _Personal(writing.actor)
    records: list[EventRecord] = []
    timelines: dict[Ordinal, Sequence[Segment]] = {}
    standings: dict[Ordinal, Standing] = {}
    for draft in drafts:
        past = before.get(draft.member.ordinal, ())
        new_one = _record_of(draft, tools, writing, personal.of(draft), first=not past)
        events = [*(item.event() for item in past), _event_of(new_one, draft)]
        records.append(new_one)
        segments = timelines[draft.member.ordinal] = timeline(events)
        standings[draft.member.ordinal] = standing_in(segments, writing.now)
    first = {ordinal for ordinal in timelines if not before.get(ordinal)}
    earlier = [one.member.pid for one in drafts if one.member.pid not in writing.fresh]
    with_more = uow.person_events.known(earlier) if earlier else frozenset()
    hashes = uow.events.append(records, first, writing.fresh) if with_more else None
    bare = first - {one.member.ordinal for one in drafts if one.member.pid in with_more}
    if cohorts is None:
        # Asked before the timelines are being stored: whatever is asked after waits for them.
        cohorts = uow.cohorts.live(writing.dataset.dataset)
    uow.events.project(writing.dataset.dataset, timelines, writing.now, bare)
    bars = _with_cases(uow, writing, with_more, standings)
    gone = narrow(uow, tools, writing, standings, bars, cohorts=cohorts)
    announce_standings(uow, tools, writing, standings, gone, bars=bars)
    if hashes is None:
        # What the database takes longest to store is handed over before there is much to compute.
        hashes = uow.events.append(records, first, writing.fresh)
    for made in consent_facts(writing, records, hashes, narrows=bool(gone)):
        uow.record(made)
    keep_revision(uow, writing)
    if with_more:
        name = writing.dataset.dataset
        settle(uow, tools, with_more, writing.actor, at=writing.recorded_at, without=name)
    return records


def _lines(drafts: Sequence[Draft]) -> Sequence[tuple[str, Source]]:
    """Give whose line each imported draft was."""
    return [(one.member.pid, one.source) for one in drafts if one.source is not None]


def _with_cases(
    uow: UnitOfWork, writing: Writing, known: Set[str], standings: dict[Ordinal, Standing]
) -> dict[Ordinal, Bars]:
    """Count in what else is known of these people; adds whom it reaches here, gives their bars."""
    if not known:
        return {}
    bars: dict[Ordinal, Bars] = {}
    case = load_case(uow, known)
    changed, own = changed_in(uow, case, writing.dataset.dataset), parts(case)
    store(uow, writing, changed)
    for member in case.members:
        touched = member.ordinal in standings or member.ordinal in changed.projections
        if member.dataset == writing.dataset.dataset and touched:
            held = held_at(own[member.pid], member, writing.now)
            standings[member.ordinal] = held.standing
            bars[member.ordinal] = held.bars
    return bars


class _Personal:
    """The personal parts of one recording: people of an import share most of their terms.

    Shared terms are one object, which the drafts keep alive; comparing them would cost more.
    """

    def __init__(self, actor: Principal | None) -> None:
        self._actor = actor
        self._made: dict[int, bytes] = {}

    def of(self, draft: Draft) -> bytes:
        terms = draft.terms
        if draft.answers is not None:
            return personal_part(terms, self._actor, draft.answers)
        if draft.corrects is not None:
            return personal_part(terms, self._actor, corrects=draft.corrects)
        if draft.references or draft.voids or draft.narrows:
            names, voids, less = draft.references, draft.voids, draft.narrows
            return personal_part(terms, self._actor, references=names, voids=voids, narrows=less)
        made = self._made.get(id(terms))
        if made is None:
            made = self._made[id(terms)] = personal_part(terms, self._actor)
        return made


def _record_of(
    draft: Draft, tools: Tools, writing: Writing, personal: bytes, *, first: bool
) -> EventRecord:
    kind = Kind.CHANGED if draft.kind is Kind.GIVEN and not first else draft.kind
    return EventRecord(
        event_id=EventId(tools.ids.new()),
        pid=draft.member.pid,
        dataset=writing.dataset.dataset,
        ordinal=draft.member.ordinal,
        kind=kind,
        expressed_at=draft.expressed_at,
        effective_from=draft.effective_from,
        effective_to=draft.effective_to,
        recorded_at=writing.recorded_at,
        revision=writing.revision,
        channel=draft.channel,
        personal=personal,
        form_version=draft.form_version,
        withdrawal_id=draft.withdrawal_id,
    )


def _event_of(made: EventRecord, draft: Draft) -> ConsentEvent:
    """Give the event as `EventRecord.event` would, without reading back what was just written."""
    return ConsentEvent(
        event_id=made.event_id,
        kind=made.kind,
        expressed_at=made.expressed_at,
        effective_from=made.effective_from,
        effective_to=made.effective_to,
        recorded_at=made.recorded_at,
        revision=made.revision,
        terms=draft.terms if made.kind.grants else None,
        voids=draft.voids,
        corrects=_continued(draft) if made.kind.grants else None,
    )


def _continued(draft: Draft) -> EventId | None:
    return draft.narrows if draft.corrects is None else draft.corrects.event_id
