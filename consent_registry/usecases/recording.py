# SPDX-License-Identifier: Apache-2.0
"""The one way consent events enter the register, for a single person and for an import alike.

In one transaction: the events, their projection, the narrowing of live cohorts, the changes for the
feed, the entries for the audit log, and the dataset's next revision. The caller holds the dataset
and commits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from pyroaring import BitMap

from consent_registry.domain.history import (
    ConsentEvent,
    Kind,
    Segment,
    Standing,
    State,
    standing_in,
    timeline,
)
from consent_registry.domain.narrowing import cause, permits
from consent_registry.domain.records import Channel, EventRecord, Source, personal_part
from consent_registry.domain.register import (
    ChangeKind,
    Dataset,
    LiveCohort,
    Member,
    Narrowed,
    RegisterChange,
)
from consent_registry.domain.terms import Terms
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.facts import consent_facts
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.ids import EventId, Ordinal, Revision
from shared.messages import DomainMessage
from shared.principal import Principal
from shared.tracing import current_trace_id

TOPIC: Final = "consent.changes.v1"
NARROWED_TYPE: Final = "placet.consent.narrowed.v1"
_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Where, when and by whom events are recorded; `extra` goes into the open part of the entries.

    `now` is the dataset's time: what takes effect at once takes effect then. `recorded_at` comes
    after everything recorded in the dataset before, even where the clock was set back.
    """

    dataset: Dataset
    now: datetime
    recorded_at: datetime
    actor: Principal | None
    added: Sequence[Member] = ()
    extra: Mapping[str, JSON] = field(default_factory=dict)

    @property
    def revision(self) -> Revision:
        """The revision that this recording makes."""
        return Revision(self.dataset.revision + 1)


def begin(
    tools: Tools,
    dataset: Dataset,
    actor: Principal | None,
    *,
    added: Sequence[Member] = (),
    extra: Mapping[str, JSON] | None = None,
) -> Writing:
    """Begin recording in a held dataset."""
    now = dataset.now(tools.clock.now())
    return Writing(
        dataset=dataset,
        now=now,
        recorded_at=max(now, dataset.recorded_at + _TICK),
        actor=actor,
        added=added,
        extra=extra or {},
    )


def record(
    uow: UnitOfWork,
    tools: Tools,
    writing: Writing,
    drafts: Sequence[Draft],
    before: Mapping[Ordinal, Sequence[EventRecord]] | None = None,
) -> Sequence[EventRecord]:
    """Record events of different members of a held dataset; gives them as recorded.

    `before` are those members' events so far, where the caller has read them already.
    """
    new = {member.ordinal for member in writing.added}
    if before is None:
        known = [draft.member.ordinal for draft in drafts if draft.member.ordinal not in new]
        before = uow.events.of_members(writing.dataset.dataset, known)
    personal = _Personal(writing.actor)
    records: list[EventRecord] = []
    timelines: dict[Ordinal, Sequence[Segment]] = {}
    standings: dict[Ordinal, Standing] = {}
    for draft in drafts:
        past = before.get(draft.member.ordinal, ())
        made = _record_of(draft, tools, writing, personal.of(draft.terms), first=not past)
        events = [*(item.event() for item in past), _event_of(made, draft)]
        records.append(made)
        segments = timelines[draft.member.ordinal] = timeline(events)
        standings[draft.member.ordinal] = standing_in(segments, writing.now)
    hashes = uow.events.append(records)
    uow.events.project(writing.dataset.dataset, timelines, writing.now)
    gone = narrow(uow, tools, writing, standings)
    for change in _changes(writing, standings, gone, new):
        uow.announce(change)
    for made_fact in consent_facts(records, hashes, writing.actor, writing.extra):
        uow.record(made_fact)
    keep_revision(uow, writing)
    return records


def keep_revision(uow: UnitOfWork, writing: Writing) -> None:
    """Store the dataset at the new revision, with the members added."""
    dataset, added = writing.dataset, len(writing.added)
    uow.datasets.keep(
        replace(
            dataset,
            revision=writing.revision,
            recorded_at=writing.recorded_at,
            members=dataset.members + added,
            table_version=dataset.table_version + bool(added),
        )
    )


def narrow(
    uow: UnitOfWork, tools: Tools, writing: Writing, standings: Mapping[Ordinal, Standing]
) -> Sequence[Narrowed]:
    """Take those out of live cohorts whose standing no longer permits the cohort's purpose."""
    touched = BitMap(standings)
    gone: list[Narrowed] = []
    now_in: list[dict[str, JSON]] = []
    for cohort in uow.cohorts.live(writing.dataset.dataset):
        left = _leaving(tools, writing, cohort, touched, standings)
        if left:
            gone += left
            count = len(cohort.members) - len(left)
            now_in.append({"permit_id": cohort.permit_id, "members_now": count})
    if gone:
        uow.cohorts.narrow(gone)
        uow.publish(_message(tools, writing, now_in))
    return gone


def _leaving(
    tools: Tools,
    writing: Writing,
    cohort: LiveCohort,
    touched: BitMap,
    standings: Mapping[Ordinal, Standing],
) -> list[Narrowed]:
    inquiry = tools.inquiry(cohort.frozen.purpose, writing.now)
    affected = ((Ordinal(o), standings[Ordinal(o)]) for o in cohort.members & touched)
    return [
        Narrowed(
            cohort_id=cohort.frozen.cohort_id,
            ordinal=ordinal,
            revision=writing.revision,
            cause=cause(standing),
        )
        for ordinal, standing in affected
        if not permits(standing, inquiry)
    ]


def narrowed_items(
    standings: Mapping[Ordinal, Standing], gone: Iterable[Narrowed]
) -> tuple[Mapping[str, JSON], ...]:
    """Give the feed items of everybody who is not GIVEN or left a cohort; `cohorts` names which.

    A reader that does not look at `cohorts` takes the person out of all of them, which is narrower.
    """
    left: dict[Ordinal, list[str]] = {}
    for one in gone:
        left.setdefault(one.ordinal, []).append(one.cohort_id)
    return tuple(
        {"ordinal": ordinal, "cause": cause(standing), "cohorts": left.get(ordinal, [])}
        for ordinal, standing in standings.items()
        if standing.state is not State.GIVEN or ordinal in left
    )


def _changes(
    writing: Writing,
    standings: Mapping[Ordinal, Standing],
    gone: Sequence[Narrowed],
    new: set[Ordinal],
) -> Iterable[RegisterChange]:
    added: tuple[Mapping[str, JSON], ...] = tuple(
        {"ordinal": member.ordinal, "local_id": member.local_id} for member in writing.added
    )
    narrowed = narrowed_items({o: s for o, s in standings.items() if o not in new}, gone)
    out = {item["ordinal"] for item in narrowed}
    given: tuple[Mapping[str, JSON], ...] = tuple(
        {"ordinal": ordinal}
        for ordinal, standing in standings.items()
        if standing.state is State.GIVEN and ordinal not in out
    )
    by_kind = {
        ChangeKind.MEMBER_NARROWED: narrowed,
        ChangeKind.MEMBER_ADDED: added,
        ChangeKind.MEMBER_GIVEN: given,
    }
    for kind, items in by_kind.items():
        if items:
            yield RegisterChange(
                dataset=writing.dataset.dataset,
                revision=writing.revision,
                kind=kind,
                items=items,
            )


class _Personal:
    """The personal parts of one recording: people of an import share most of their terms."""

    def __init__(self, actor: Principal | None) -> None:
        self._actor = actor
        self._made: dict[Terms | None, bytes] = {}

    def of(self, terms: Terms | None) -> bytes:
        if terms not in self._made:
            self._made[terms] = personal_part(terms, self._actor)
        return self._made[terms]


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
        source=draft.source,
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
    )


def _message(tools: Tools, writing: Writing, cohorts: list[dict[str, JSON]]) -> DomainMessage:
    return DomainMessage(
        id=tools.ids.new(),
        type=NARROWED_TYPE,
        key=writing.dataset.dataset,
        topic=TOPIC,
        occurred_at=writing.recorded_at,
        payload={
            "dataset": writing.dataset.dataset,
            "revision": writing.revision,
            "cohorts": cohorts,
        },
        trace_id=current_trace_id(),
    )
