# SPDX-License-Identifier: Apache-2.0
"""What a guardian sees of the people she decides for: what her mandate is about, while it lasts.

Somebody without a mandate is told the same of everybody, whether there is such a participant or
not. What a minor said of herself is not shown: only that her own agreement is missing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from consent_registry.domain.errors import (
    FormNotOpen,
    GuardianMustSign,
    MandateOver,
    MandateUnknown,
    NotAMember,
    StudyUnknown,
)
from consent_registry.domain.identifiers import is_name
from consent_registry.domain.mandates import Mandate, MandateKind, mandates
from consent_registry.domain.register import Dataset
from consent_registry.domain.studies import Study
from consent_registry.domain.terms import Terms
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.answering import (
    Asked,
    FilledForm,
    Preview,
    form_asked,
    preview_of,
    study_form,
)
from consent_registry.usecases.mandated import mandates_of, now_for, records_of
from consent_registry.usecases.outlook import Outlook, outlooks_in
from consent_registry.usecases.proposals import Pending, terms_of_proposal
from consent_registry.usecases.reaching import (
    decided_by,
    deciding,
    for_study,
    place_of,
    reached,
    unsigned,
    waiting_decisions,
)
from consent_registry.usecases.reading import Choice, Choices, Step, choices_in, steps_in
from consent_registry.usecases.receipts import Receipt, StudyStep, receipt_in
from consent_registry.usecases.study_consents import NewStudyConsent, StudyChoice
from consent_registry.usecases.study_consents import choices_in as study_choices_in
from consent_registry.usecases.tools import Tools
from shared.errors import ValidationFailed
from shared.ids import DatasetId
from shared.principal import Principal

LOOKING: Final = "consents.read"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """Somebody this login decides, or decided, for; `acting` are its mandates in force.

    `ended_at` is when the last one ended, None while one is in force; `grown` says that the person
    has come of age by then.
    """

    pseudonym: str
    acting: tuple[Mandate, ...]
    ended_at: datetime | None
    grown: bool

    @property
    def everything(self) -> bool:
        """Say whether this login decides about all data of that person, whatever comes later."""
        return any(one.datasets is None for one in self.acting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A proposal that waits for a signature; `terms` None when it cannot be read any more.

    `place` is the dataset or study it is about, `datasets` what it would decide of hers. `mine`
    says that the caller has still to sign.
    """

    decision_id: str
    place: Dataset | Study
    datasets: tuple[DatasetId, ...]
    terms: Terms | None
    proposed_at: datetime
    missing: frozenset[str]
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """What holds of somebody in what this login decides about, and what waits there.

    `studies` are those that her datasets there are in, `asking` those of them that ask by one form.
    `said` are her choices for studies, shown to who decides about everything.
    """

    ward: Ward
    choices: Choices
    outlooks: Mapping[DatasetId, Outlook]
    studies: Mapping[DatasetId, Study]
    asking: frozenset[str]
    said: tuple[StudyChoice, ...]
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceAsked:
    """What a dataset or a study asks, and those of her datasets here that a yes decides about.

    `stays` are those of a study with a choice of their own, which a yes to it leaves as it is.
    """

    asked: Asked
    decides: tuple[Choice, ...]
    stays: tuple[Choice, ...] = ()


def wards(*, tools: Tools, principal: Principal) -> Sequence[Ward]:
    """Give everybody this login decides for, and for whom it once did."""
    principal.require(access.SELF)
    with tools.reads() as uow:
        pids = uow.person_events.wards(principal.issuer, principal.subject)
        found = [one for pid in pids if (one := _ward(uow, tools, principal, pid)) is not None]
    return sorted(found, key=lambda one: (one.ended_at is not None, one.pseudonym))


def guarded(pseudonym: str, *, tools: Tools, principal: Principal) -> Guarded:
    """Say what holds of somebody this login decides for.

    Raises MandateUnknown when it never did, and MandateOver when it does no longer.
    """

    def read(uow: UnitOfWork, pid: str, ward: Ward) -> Guarded:
        now = tools.clock.now()
        shown = [one for one in choices_in(uow, tools, pid, None, None) if _about(ward, one)]
        choices = Choices(pseudonym=pseudonym, effective_at=now, known_at=now, choices=tuple(shown))
        studies = uow.studies.of([one.dataset.dataset for one in shown])
        named = {one.study for one in studies.values()}
        return Guarded(
            ward=ward,
            choices=choices,
            outlooks=outlooks_in(uow, pid, now),
            studies=studies,
            asking=frozenset(one for one in named if study_form(uow, one) is not None),
            said=study_choices_in(uow, tools, pid, None, None) if ward.everything else (),
            waiting=waiting_in(uow, tools, pid, ward.acting),
        )

    return _reading(pseudonym, read, tools, principal)


def guarded_history(pseudonym: str, *, tools: Tools, principal: Principal) -> Sequence[Step]:
    """Give the events in what this login decides about, newest first."""
    return _reading(
        pseudonym,
        lambda uow, pid, ward: [one for one in steps_in(uow, pid) if _about(ward, one)],
        tools,
        principal,
    )


def guarded_receipt(
    pseudonym: str, event_id: str, *, tools: Tools, principal: Principal
) -> Receipt:
    """Give the receipt of one of these events, or of a choice for a study that she is shown.

    Raises ReceiptUnknown.
    """
    said = guarded(pseudonym, tools=tools, principal=principal).said
    for_studies = [StudyStep(record=done, study=one.study) for one in said for done in one.events]
    steps = guarded_history(pseudonym, tools=tools, principal=principal)
    return receipt_in([*steps, *for_studies], event_id, tools)


def guarded_form(
    pseudonym: str, dataset: DatasetId, *, tools: Tools, principal: Principal
) -> PlaceAsked:
    """Give the form that a dataset asks. Raises NotAMember and FormNotOpen."""

    def read(uow: UnitOfWork, pid: str, ward: Ward) -> PlaceAsked:
        if not any(one.covers(dataset) for one in ward.acting):
            raise NotAMember
        asked, choices = form_asked(uow, pid, dataset), choices_in(uow, tools, pid, None, None)
        decides = [one for one in choices if one.dataset.dataset == dataset]
        return PlaceAsked(asked=asked, decides=tuple(decides))

    return _reading(pseudonym, read, tools, principal)


def guarded_study(pseudonym: str, study: str, *, tools: Tools, principal: Principal) -> PlaceAsked:
    """Give the form that a study asks, and what a yes to it would decide.

    Raises StudyUnknown for one that none of her datasets here is in, FormNotOpen, and
    GuardianMustSign where in some of it nobody decides in her place.
    """

    def read(uow: UnitOfWork, pid: str, ward: Ward) -> PlaceAsked:
        described, form = uow.studies.get(study), study_form(uow, study)
        placed = uow.studies.datasets(study)
        hers = [
            one
            for one in choices_in(uow, tools, pid, None, None)
            if _about(ward, one) and one.dataset.dataset in placed
        ]
        if described is None or not hers:
            raise StudyUnknown
        if form is None:
            raise FormNotOpen
        held = mandates_of(uow, pid)
        nothing = NewStudyConsent(pseudonym=pseudonym, study=study, alternatives=())
        proposal = for_study(uow, nothing)
        if not deciding(uow, proposal, held, now_for(tools, held)):
            raise GuardianMustSign
        decides = decided_by(uow, pid, proposal)
        return PlaceAsked(
            asked=Asked(place=described, form=form),
            decides=tuple(one for one in hers if one.dataset.dataset in decides),
            stays=tuple(one for one in hers if one.dataset.dataset not in decides),
        )

    return _reading(pseudonym, read, tools, principal)


def preview_in_place(
    pseudonym: str, wanted: FilledForm, *, tools: Tools, principal: Principal
) -> Preview:
    """Say what answers would grant; records nothing."""
    return _reading(
        pseudonym, lambda uow, _pid, _ward: preview_of(uow, wanted, tools), tools, principal
    )


def proposals_for(
    pseudonym: str,
    effective_at: datetime | None = None,
    known_at: datetime | None = None,
    *,
    tools: Tools,
    principal: Principal,
) -> Sequence[Waiting]:
    """Give what waits, or waited at an instant as known at another, for signatures.

    To a desk, to herself, or to whoever decides there. What is proposed counts from when it is
    recorded, so that the earlier of the two instants decides.
    """
    times = (effective_at, known_at)
    with tools.reads() as uow:
        if LOOKING in principal.scopes or _is_own(uow, principal, pseudonym):
            pid = access.participant(uow, principal, pseudonym, LOOKING)
            return _waited(uow, tools, pid, None, times)
    return _reading(
        pseudonym,
        lambda uow, pid, ward: _waited(uow, tools, pid, ward.acting, times),
        tools,
        principal,
    )


def _waited(
    uow: UnitOfWork,
    tools: Tools,
    pid: str,
    acting: Iterable[Mandate] | None,
    times: tuple[datetime | None, datetime | None],
) -> tuple[Waiting, ...]:
    upto = min((one for one in times if one is not None), default=None)
    return waiting_in(uow, tools, pid, acting, upto)


def own_proposals(*, tools: Tools, principal: Principal) -> Sequence[Waiting]:
    """Give what waits for signatures in the place of whoever this login is linked to."""
    with tools.reads() as uow:
        pid = access.oneself(uow, principal)
        return waiting_in(uow, tools, pid, None)


def waiting_in(
    uow: UnitOfWork,
    tools: Tools,
    pid: str,
    acting: Iterable[Mandate] | None,
    at: datetime | None = None,
) -> tuple[Waiting, ...]:
    """Give a person's pending decisions; `acting` are the caller's mandates, None all there are.

    As they waited at the instant `at`, where one is named.
    """
    records = records_of(uow, pid, at)
    held = mandates(records)
    then = at or now_for(tools, held)
    mine = None if acting is None else list(acting)
    found: list[Waiting] = []
    for one in waiting_decisions(uow, records, at):
        place = place_of(uow, one.proposal)
        there = reached(uow, one.proposal, held, then)
        covering = (
            None if mine is None else {m.mandate_id for m in mine if any(map(m.covers, there))}
        )
        if place is None or (covering is not None and not covering):
            continue
        found.append(
            Waiting(
                decision_id=one.decision_id,
                place=place,
                datasets=decided_by(uow, pid, one.proposal),
                terms=_terms(uow, one, tools),
                proposed_at=one.proposed_at,
                missing=unsigned(deciding(uow, one.proposal, held, then), one.signed),
                mine=covering is not None and not covering <= one.signed,
            )
        )
    return tuple(found)


def _terms(uow: UnitOfWork, one: Pending, tools: Tools) -> Terms | None:
    try:
        return terms_of_proposal(uow, one.proposal, tools)
    except ValidationFailed:
        return None


def _reading(
    pseudonym: str,
    read: Callable[[UnitOfWork, str, Ward], _T],
    tools: Tools,
    principal: Principal,
) -> _T:
    principal.require(access.SELF)
    with tools.reads() as uow:
        pid = uow.people.pid(pseudonym) if is_name(pseudonym) else None
        ward = _ward(uow, tools, principal, pid) if pid is not None else None
        if pid is None or ward is None:
            raise MandateUnknown
        if not ward.acting:
            raise MandateOver
        return read(uow, pid, ward)


def _ward(uow: UnitOfWork, tools: Tools, principal: Principal, pid: str) -> Ward | None:
    """Say what this login is to a person; None when it never was her guardian."""
    held = mandates_of(uow, pid)
    mine = [
        one
        for one in held
        if one.kind is MandateKind.GUARDIAN and one.held_by(principal.issuer, principal.subject)
    ]
    if not mine:
        return None
    now = now_for(tools, held)
    acting = tuple(one for one in mine if one.in_force(now))
    ends = [one.ends for one in mine if one.ends is not None]
    return Ward(
        pseudonym=uow.people.pseudonym(pid),
        acting=acting,
        ended_at=None if acting else max(ends, default=now),
        grown=any(one.majority_at is not None and one.majority_at <= now for one in mine),
    )


def _about(ward: Ward, shown: Choice | Step) -> bool:
    return any(one.covers(shown.dataset.dataset) for one in ward.acting)


def _is_own(uow: UnitOfWork, principal: Principal, pseudonym: str) -> bool:
    own = uow.people.linked(principal.issuer, principal.subject)
    return own is not None and is_name(pseudonym) and own == uow.people.pid(pseudonym)
