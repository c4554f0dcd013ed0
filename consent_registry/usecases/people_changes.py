# SPDX-License-Identifier: Apache-2.0
"""The one way events about people enter the register.

In one transaction: the events, the projections of everybody they reach, the narrowing of live
cohorts, the changes for the feed, and the entry for the audit log.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, TypeVar

from consent_registry.domain.errors import ParticipantUnknown, TryAgain
from consent_registry.domain.person_events import (
    MERGES,
    SEALED_TIMES,
    PersonKind,
    PersonRecord,
    personal_part,
)
from consent_registry.domain.records import Channel
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cases import ring_memberships
from consent_registry.usecases.facts import PEOPLE_PER_ENTRY, fact
from consent_registry.usecases.settling import again, settle
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import begin
from shared.canonical import JSON
from shared.events import Subject
from shared.ids import DatasetId
from shared.principal import Principal

_TICK: Final = timedelta(microseconds=1)
_ENTRIES: Final[Mapping[PersonKind, str]] = {
    PersonKind.MERGE_PROPOSED: "placet.person.merge.v1",
    PersonKind.MERGE_CONFIRMED: "placet.person.merge.v1",
    PersonKind.MERGE_UNDONE: "placet.person.merge.v1",
    PersonKind.MANDATE_RECORDED: "placet.person.mandate.v1",
    PersonKind.MANDATE_ENDED: "placet.person.mandate.v1",
    PersonKind.DECISION_PROPOSED: "placet.person.decision.v1",
    PersonKind.DECISION_SIGNED: "placet.person.decision.v1",
    PersonKind.DECISION_COMPLETED: "placet.person.decision.v1",
    PersonKind.DECISION_REFUSED: "placet.person.decision.v1",
    PersonKind.ASSENT: "placet.person.assent.v1",
    PersonKind.AGES: "placet.person.mandate.v1",
    PersonKind.DIED: "placet.person.life.v1",
    PersonKind.DEATH_CORRECTED: "placet.person.life.v1",
    PersonKind.WISH: "placet.person.preference.v1",
    PersonKind.PREFERENCES: "placet.person.preference.v1",
    PersonKind.EVIDENCE: "placet.person.evidence.v1",
    PersonKind.STUDY_GIVEN: "placet.consent.given.v1",
    PersonKind.STUDY_REFUSED: "placet.consent.changed.v1",
    PersonKind.STUDY_WITHDRAWN: "placet.consent.withdrawn.v1",
}
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDraft:
    """One event to be recorded; `effective_from` None means when it is recorded.

    A `matter` of None begins a new one. `about` names the other person of a merge.
    """

    pids: tuple[str, ...]
    kind: PersonKind
    body: Mapping[str, JSON] = field(default_factory=dict)
    matter: str | None = None
    about: str | None = None
    effective_from: datetime | None = None
    effective_to: datetime | None = None
    study: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Where and by whom people's events are recorded; `extra` goes into the open part."""

    uow: UnitOfWork
    tools: Tools
    principal: Principal
    channel: Channel
    recorded_at: datetime
    extra: Mapping[str, JSON] = field(default_factory=dict)

    def add(self, draft: PersonDraft) -> str:
        """Record a draft of each person it is about, and settle; gives its matter."""
        matter = draft.matter or self.tools.ids.new()
        self.add_all([replace(draft, matter=matter)])
        return matter

    def add_all(self, drafts: Sequence[PersonDraft]) -> None:
        """Record drafts, and settle everybody whom they are about at once."""
        pids = frozenset(pid for draft in drafts for pid in draft.pids)
        numbers = Counter({pid: len(of) for pid, of in self.uow.person_events.of(pids).items()})
        records: list[PersonRecord] = []
        for draft in drafts:
            numbers.update(draft.pids)
            records += [self._record(draft, pid, numbers[pid]) for pid in draft.pids]
        hashes = self.uow.person_events.append(records)
        settle(
            self.uow,
            self.tools,
            pids,
            self.principal,
            at=self.recorded_at,
            everybody=any(draft.kind in MERGES for draft in drafts),
        )
        self._put_on_record(records, hashes)

    def _record(self, draft: PersonDraft, pid: str, number: int) -> PersonRecord:
        sealed_at = draft.effective_from if draft.kind in SEALED_TIMES else None
        return PersonRecord(
            event_id=self.tools.ids.new(),
            pid=pid,
            number=number,
            kind=draft.kind,
            matter=draft.matter or self.tools.ids.new(),
            about=self._other(draft, pid),
            effective_from=draft.effective_from or self.recorded_at,
            effective_to=draft.effective_to,
            recorded_at=self.recorded_at,
            channel=self.channel,
            personal=personal_part(draft.body, self.principal, sealed_at),
            study=draft.study,
        )

    def later(self, at: datetime) -> "Recording":
        """Go on recording after what was recorded at an instant."""
        return replace(self, recorded_at=max(self.recorded_at, at) + _TICK)

    @staticmethod
    def _other(draft: PersonDraft, pid: str) -> str | None:
        others = [one for one in draft.pids if one != pid]
        return others[0] if others else draft.about

    def _put_on_record(self, records: Sequence[PersonRecord], hashes: Sequence[bytes]) -> None:
        """Put on record what happened, up to 64 events of a kind in each entry."""
        name = self.tools.opt_outs
        numbers = self.uow.person_events.enrol((one.pid for one in records), name, self.recorded_at)
        for kind in dict.fromkeys(one.kind for one in records):
            alike = iter([(r, h) for r, h in zip(records, hashes, strict=True) if r.kind is kind])
            while group := tuple(islice(alike, PEOPLE_PER_ENTRY)):
                digest = hashlib.sha256(b"".join(sorted(chained for _, chained in group)))
                made = fact(
                    _ENTRIES[kind],
                    self.recorded_at,
                    actor=self.principal,
                    dataset=name,
                    reason=kind.value,
                    extra={**self.extra, "events": digest.hexdigest()},
                )
                people = [numbers[pid] for pid in sorted({one.pid for one, _ in group})]
                subjects = tuple(Subject(dataset=name, ordinal=ordinal) for ordinal in people)
                self.uow.record(replace(made, subjects=subjects))


def change_people(
    pids: Callable[[UnitOfWork], Sequence[str]],
    step: Callable[[Recording], _T],
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
    datasets: Sequence[DatasetId] = (),
) -> _T:
    """Take a step that records events of people, with everything held that it may reach.

    `pids` finds the people, and refuses whoever may not act for them; `datasets` are held as well.
    """

    def held(uow: UnitOfWork) -> _T:
        people = pids(uow)
        recording = hold_people(
            uow, people, tools=tools, principal=principal, channel=channel, datasets=datasets
        )
        done = step(recording)
        uow.commit()
        return done

    return again(tools, held)


def hold_people(
    uow: UnitOfWork,
    people: Sequence[str],
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel,
    datasets: Sequence[DatasetId],
) -> Recording:
    """Hold people with everything that a change of theirs may reach, and `datasets` as well.

    Raises TryAgain when somebody joined something in the moment between looking and holding.
    """
    before = ring_memberships(uow, people)
    names = sorted({*datasets, *(member.dataset for member in before)})
    found = uow.datasets.hold(names)
    for pid in sorted(uow.person_events.ring(people)):
        _hold(uow, pid, named=pid in people)
    if ring_memberships(uow, people) != before:
        raise TryAgain
    return Recording(
        uow=uow,
        tools=tools,
        principal=principal,
        channel=channel,
        recorded_at=recorded_at_of(uow, tools, people, found.keys()),
    )


def _hold(uow: UnitOfWork, pid: str, *, named: bool) -> None:
    """Hold a person; only of somebody named does it matter that she was erased."""
    try:
        uow.opt_outs.hold_person(pid)
    except ParticipantUnknown:
        if named:
            raise


def recorded_at_of(
    uow: UnitOfWork, tools: Tools, pids: Sequence[str], datasets: Iterable[DatasetId]
) -> datetime:
    """Give an instant after everything recorded before of these people and their datasets."""
    held = [one for name in datasets if (one := uow.datasets.get(name)) is not None]
    times = [begin(tools, one, None).recorded_at for one in held]
    ring = uow.person_events.ring(pids)
    records = (one for found in uow.person_events.of(ring).values() for one in found)
    times += [one.recorded_at + _TICK for one in records]
    return max([tools.clock.now(), *times])
