# SPDX-License-Identifier: Apache-2.0
"""What a participant allows, allowed, and was known to allow. Reads only; computes by the rules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from consent_registry.domain import study_choices
from consent_registry.domain.bars import NO_BARS, Bars
from consent_registry.domain.history import Standing
from consent_registry.domain.records import EventRecord, narrowed_by, terms_of
from consent_registry.domain.regimes import Moment, No
from consent_registry.domain.register import Dataset, Member
from consent_registry.domain.terms import Terms
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.cases import held_one, memberships
from consent_registry.usecases.mandated import records_of
from consent_registry.usecases.tools import Tools
from shared.ids import EventId
from shared.principal import Principal

DESK: Final = "consents.read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What holds for one participant in one dataset at one instant, as known at another.

    `stops_new` and `stops_running` say on what a withdrawal acts under the dataset's law: on
    permits still to be given, and on running ones. `bars` are what stands beside her choices, and
    `barring` those of them that exclude her under that law. `by_study` is the study whose choice
    decides here, None where she has made one for the dataset itself.
    """

    dataset: Dataset
    member: Member
    standing: Standing
    since: datetime | None
    until: datetime | None
    stops_new: bool = True
    stops_running: bool = True
    bars: Bars = NO_BARS
    barring: Bars = NO_BARS
    by_study: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The answer to "what does she allow": both instants are echoed."""

    pseudonym: str
    effective_at: datetime
    known_at: datetime
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event of a history, with the terms it spoke of when they can be read.

    `narrowed` are those that it is what is left of, for this dataset or for its study; None where
    it is a statement of its own.
    """

    dataset: Dataset
    record: EventRecord
    terms: Terms | None
    narrowed: Terms | None = None


def consents_of(
    pseudonym: str,
    effective_at: datetime | None,
    known_at: datetime | None,
    *,
    tools: Tools,
    principal: Principal,
) -> Choices:
    """Say what a participant allows at `effective_at`, as known at `known_at`.

    Both default to now; known now is everything that has been recorded.
    """
    now = tools.clock.now()
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, DESK)
        choices = choices_in(uow, tools, pid, effective_at, known_at)
    return Choices(
        pseudonym=pseudonym,
        effective_at=effective_at or now,
        known_at=known_at or now,
        choices=choices,
    )


def own_consents(*, tools: Tools, principal: Principal) -> Choices:
    """Say what the participant this login is linked to allows now. Raises NotLinked."""
    now = tools.clock.now()
    with tools.reads() as uow:
        pid = access.oneself(uow, principal)
        return Choices(
            pseudonym=uow.people.pseudonym(pid),
            effective_at=now,
            known_at=now,
            choices=choices_in(uow, tools, pid, None, None),
        )


def history_of(
    pseudonym: str,
    *,
    tools: Tools,
    principal: Principal,
    effective_at: datetime | None = None,
    known_at: datetime | None = None,
) -> Sequence[Step]:
    """Give a participant's events, newest first: those in effect by, and recorded by, an instant.

    None means every one, what begins later included.
    """
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, DESK)
        steps = steps_in(uow, pid)
    return [
        step
        for step in steps
        if (effective_at is None or step.record.effective_from <= effective_at)
        and (known_at is None or step.record.recorded_at <= known_at)
    ]


def own_history(*, tools: Tools, principal: Principal) -> Sequence[Step]:
    """Give every event of the participant this login is linked to, newest first."""
    with tools.reads() as uow:
        return steps_in(uow, access.oneself(uow, principal))


def choices_in(
    uow: UnitOfWork,
    tools: Tools,
    pid: str,
    effective_at: datetime | None,
    known_at: datetime | None,
) -> tuple[Choice, ...]:
    """Say what a person whom the caller may see allows, dataset by dataset."""
    found: list[Choice] = []
    for dataset, member in _memberships(uow, pid):
        now = dataset.now(tools.clock.now())
        rules = tools.rules(dataset, now)
        choice = _choice(uow, dataset, member, effective_at or now, known_at)
        acts = {moment: rules.says(No.WITHDRAWAL, moment) for moment in Moment}
        barring = {one for one in choice.bars if any(rules.barred(one, m) for m in Moment)}
        found.append(
            replace(
                choice,
                stops_new=acts[Moment.NEW],
                stops_running=acts[Moment.RUNNING],
                barring=frozenset(barring),
            )
        )
    return tuple(found)


def _choice(
    uow: UnitOfWork,
    dataset: Dataset,
    member: Member,
    effective_at: datetime,
    known_at: datetime | None,
) -> Choice:
    records = uow.events.of_members(member.dataset, [member.ordinal]).get(member.ordinal, ())
    events = [record.event() for record in records]
    held = held_one(uow, member, events, effective_at, known_at)
    event_id = held.standing.event_id
    own = next((one for one in events if one.event_id == event_id), None)
    wider = None
    if own is None and event_id is not None:
        wider = next((one for one in records_of(uow, member.pid) if one.event_id == event_id), None)
    deciding = own or wider
    return Choice(
        dataset=dataset,
        member=member,
        standing=held.standing,
        bars=held.bars,
        since=deciding.effective_from if deciding else None,
        until=deciding.effective_to if deciding else None,
        by_study=wider.study if wider else None,
    )


def steps_in(uow: UnitOfWork, pid: str) -> list[Step]:
    """Give every event of a person whom the caller may see, newest first."""
    found = [
        (dataset, record)
        for dataset, member in _memberships(uow, pid)
        for records in uow.events.of_members(member.dataset, [member.ordinal]).values()
        for record in records
    ]
    said = {record.event_id: terms_of(record.personal) for _, record in found}
    for_studies = study_choices.said_of_studies(records_of(uow, pid))
    before = said | {EventId(one.event_id): study_choices.terms_of(one) for one in for_studies}
    steps = [
        Step(
            dataset=dataset,
            record=record,
            terms=said[record.event_id],
            narrowed=before.get(of) if (of := narrowed_by(record.personal)) else None,
        )
        for dataset, record in found
    ]
    return sorted(
        steps, key=lambda step: (step.record.recorded_at, step.record.event_id), reverse=True
    )


def _memberships(uow: UnitOfWork, pid: str) -> Sequence[tuple[Dataset, Member]]:
    found = ((uow.datasets.get(one.dataset), one) for one in memberships(uow, pid))
    return [(dataset, member) for dataset, member in found if dataset is not None]
