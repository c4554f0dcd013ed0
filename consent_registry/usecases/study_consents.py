# SPDX-License-Identifier: Apache-2.0
"""Choices for a whole study: said once, recorded once, and settled in each dataset they reach.

What a choice reaches is said by `domain.studies` and `domain.study_choices`. A dataset for which
the person has made a choice of her own goes on by that; the answer names those datasets, so that
nobody takes a yes to the study for one to them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from consent_registry.domain.errors import GuardianMustSign, StudyUnknown
from consent_registry.domain.history import Kind, Standing
from consent_registry.domain.mandates import MandateKind
from consent_registry.domain.person_events import PersonKind, PersonRecord
from consent_registry.domain.records import Channel
from consent_registry.domain.studies import Said, Study
from consent_registry.domain.study_choices import (
    KINDS,
    said_of_studies,
    said_on,
    standing_of,
    terms_of,
)
from consent_registry.domain.terms import RawAlternative, Terms, canonical_text
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.cases import memberships
from consent_registry.usecases.consents import (
    DESK,
    Statement,
    check_times,
    form_of,
    read_alternatives,
)
from consent_registry.usecases.mandated import mandates_of, records_of
from consent_registry.usecases.people_changes import PersonDraft, Recording, change_people
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.errors import FieldFault, ValidationFailed
from shared.ids import DatasetId
from shared.principal import Principal

LOOKING: Final = "consents.read"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStudyConsent:
    """A whole statement for one study; no alternative means no to everything in it.

    A yes begins now or later and is never dated back; a no may be.
    """

    pseudonym: str
    study: str
    alternatives: Sequence[RawAlternative]
    effective_from: datetime | None = None
    effective_to: datetime | None = None
    form_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRecorded:
    """What was recorded; `datasets` are those of the study that she is in.

    `own_choice` are those among them for which she has made a choice of her own, which stays.
    """

    study: str
    recorded_at: datetime
    kind: Kind
    event_id: str
    datasets: tuple[DatasetId, ...]
    own_choice: tuple[DatasetId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyChoice:
    """What a person's choices for one study add up to, and those choices, oldest first.

    `study` is None for one whose description is not here.
    """

    name: str
    study: Study | None
    standing: Standing
    events: tuple[PersonRecord, ...]


def record_study_consent(
    wanted: NewStudyConsent,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> StudyRecorded:
    """Record a choice for a study; who is out by it leaves every cohort under a permit at once.

    Raises StudyUnknown; ValidationFailed with a pointer to every fault, also where a dataset of the
    study does not take a consent under the form named; and GuardianMustSign where somebody else
    decides for her about any data.
    """
    terms = read_alternatives(wanted.alternatives, wanted.form_version, tools)
    with tools.reads() as uow:
        placed = uow.studies.datasets(wanted.study)

    def step(recording: Recording) -> StudyRecorded:
        pid = _person(recording.uow, wanted, principal)
        if terms:
            _require_nobody_else_decides(recording, pid)
        return record_held_study(recording, pid, wanted, terms)

    return change_people(
        lambda uow: (_person(uow, wanted, principal),),
        step,
        tools=tools,
        principal=principal,
        channel=channel,
        datasets=placed,
    )


def study_choices_of(
    pseudonym: str,
    effective_at: datetime | None,
    known_at: datetime | None,
    *,
    tools: Tools,
    principal: Principal,
) -> tuple[StudyChoice, ...]:
    """Say what a participant's choices for studies add up to at an instant, as known at another."""
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, LOOKING)
        return choices_in(uow, tools, pid, effective_at, known_at)


def own_study_choices(*, tools: Tools, principal: Principal) -> tuple[StudyChoice, ...]:
    """Say it of the participant this login is linked to, now. Raises NotLinked."""
    with tools.reads() as uow:
        return choices_in(uow, tools, access.oneself(uow, principal), None, None)


def withdraw_from_studies(
    recording: Recording, pid: str, studies: Sequence[str], effective_from: datetime | None
) -> None:
    """Record that a held person withdraws from these studies; the caller commits."""
    for study in studies:
        draft = PersonDraft(
            pids=(pid,),
            kind=PersonKind.STUDY_WITHDRAWN,
            study=study,
            effective_from=effective_from,
        )
        recording.add(draft)
        recording = recording.later(recording.recorded_at)


def studies_spoken_of(uow: UnitOfWork, pid: str) -> list[str]:
    """Name the studies that a person has made a choice for, under every name that is hers."""
    return sorted({one.study for one in records_of(uow, pid) if one.kind in KINDS})


def _person(uow: UnitOfWork, wanted: NewStudyConsent, principal: Principal) -> str:
    return access.participant(uow, principal, wanted.pseudonym, DESK)


def record_held_study(
    recording: Recording, pid: str, wanted: NewStudyConsent, terms: Terms
) -> StudyRecorded:
    """Record a choice for a study of a held person; the caller commits.

    Raises what `record_study_consent` raises, but asks nobody whose place she is in.
    """
    uow = recording.uow
    study = uow.studies.get(wanted.study)
    if study is None:
        raise StudyUnknown
    placed = uow.studies.datasets(wanted.study)
    form = _checked(recording, pid, wanted, terms, placed)
    kind = PersonKind.STUDY_GIVEN if terms else PersonKind.STUDY_REFUSED
    written: JSON = json.loads(canonical_text(terms)) if terms else None
    draft = PersonDraft(
        pids=(pid,),
        kind=kind,
        study=wanted.study,
        body={
            "terms": written,
            "form_version": form,
            "version": study.version,
            "datasets": sorted(placed),
        },
        effective_from=wanted.effective_from,
        effective_to=wanted.effective_to if terms else None,
    )
    matter = recording.add(draft)
    return recorded_as(uow, pid, next(one for one in records_of(uow, pid) if one.matter == matter))


def repeated_choice(
    uow: UnitOfWork, pid: str, wanted: NewStudyConsent, terms: Terms
) -> StudyRecorded | None:
    """Give the yes recorded from a page that says the same, when nothing of the study came since.

    Under the same form, of the study as it is described now and with what is in it.
    """
    study = uow.studies.get(wanted.study)
    said = [one for one in said_of_studies(records_of(uow, pid)) if one.study == wanted.study]
    last = max(said, key=lambda one: (one.recorded_at, one.number), default=None)
    if study is None or last is None or last.channel is not Channel.PAGE:
        return None
    placed = frozenset(uow.studies.datasets(wanted.study))
    now = Said(study=wanted.study, version=study.version, datasets=placed)
    same = (terms_of(last), last.body.get("form_version")) == (terms, wanted.form_version)
    return recorded_as(uow, pid, last) if same and said_on(last) == now else None


def recorded_as(uow: UnitOfWork, pid: str, made: PersonRecord) -> StudyRecorded:
    """Say what was recorded of a choice for a study, and which datasets of it she is in."""
    placed = uow.studies.datasets(made.study)
    hers = [one for one in memberships(uow, pid) if one.dataset in placed]
    chosen = [one.dataset for one in hers if uow.events.of_members(one.dataset, [one.ordinal])]
    return StudyRecorded(
        study=made.study,
        recorded_at=made.recorded_at,
        kind=KINDS[made.kind],
        event_id=made.event_id,
        datasets=tuple(sorted({one.dataset for one in hers})),
        own_choice=tuple(sorted(set(chosen))),
    )


def _require_nobody_else_decides(recording: Recording, pid: str) -> None:
    """Raise GuardianMustSign: of what a guardian decides about, some may join the study later."""
    held, now = mandates_of(recording.uow, pid), recording.recorded_at
    if any(one.kind is MandateKind.GUARDIAN and one.in_force(now) for one in held):
        raise GuardianMustSign


def _checked(
    recording: Recording,
    pid: str,
    wanted: NewStudyConsent,
    terms: Terms,
    placed: Sequence[DatasetId],
) -> str:
    """Give the form to be recorded, once nothing stands against the choice."""
    uow, tools, now = recording.uow, recording.tools, recording.recorded_at
    begins = wanted.effective_from or now
    statement = Statement(
        pid=pid,
        dataset=DatasetId(""),
        terms=terms,
        channel=recording.channel,
        form_version=wanted.form_version,
        effective_from=begins,
        effective_to=wanted.effective_to,
    )
    if terms and begins < now:
        fault = FieldFault("/effective_from", "a yes to a study begins now or later")
        raise ValidationFailed("the times have faults", faults=[fault])
    check_times(statement, now, tools)
    if not terms:
        return wanted.form_version
    form = form_of(uow, tools, [], statement, min(begins, now))
    for name in placed:
        dataset = uow.datasets.get(name)
        if dataset is not None:
            about = replace(statement, dataset=name)
            form = form_of(uow, tools, [dataset], about, min(begins, now))
    return form


def choices_in(
    uow: UnitOfWork,
    tools: Tools,
    pid: str,
    effective_at: datetime | None,
    known_at: datetime | None,
) -> tuple[StudyChoice, ...]:
    """Say it of somebody, inside a unit of work."""
    records = [one for one in records_of(uow, pid) if one.kind in KINDS]
    # Never before what was recorded, also after a clock set back.
    at = effective_at or max([tools.clock.now(), *(one.recorded_at for one in records)])
    return tuple(
        StudyChoice(
            name=name,
            study=uow.studies.get(name),
            standing=standing_of(records, name, at, known_at),
            events=tuple(
                sorted(
                    (one for one in records if one.study == name),
                    key=lambda one: (one.recorded_at, one.number),
                )
            ),
        )
        for name in sorted({one.study for one in records})
    )
