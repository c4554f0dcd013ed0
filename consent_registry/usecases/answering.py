# SPDX-License-Identifier: Apache-2.0
"""Give or change a consent by answering a form: at a desk, or by the person herself.

The grants are what the form's rules make of the answers, and nothing else can be entered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from consent_registry.domain.answers import Answers, RawAnswer, derive, read_answers
from consent_registry.domain.errors import FormNotOpen, FormUnknown, NotAMember
from consent_registry.domain.form import FormState, StoredForm
from consent_registry.domain.records import Channel, answers_of
from consent_registry.domain.register import Dataset
from consent_registry.domain.studies import Study
from consent_registry.domain.terms import Terms
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.consents import DESK, Recorded, Statement, record_statement
from consent_registry.usecases.forms import newest_open
from consent_registry.usecases.settling import again, hold
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId
from shared.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """Answers to the form of this SHA-256; what is left out is left open."""

    form: str
    language: str
    answers: Sequence[RawAnswer]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnswers(FilledForm):
    """Answers to a form, for one dataset."""

    dataset: DatasetId
    effective_from: datetime | None = None
    effective_to: datetime | None = None
    approval_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The form that a dataset, or a whole study, asks its people.

    `last` are her newest answers to any form of the dataset.
    """

    place: Dataset | Study
    form: StoredForm
    last: Answers | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What answers would grant, before they are given."""

    answers: Answers
    terms: Terms


def record_answers(
    pseudonym: str, wanted: NewAnswers, *, tools: Tools, principal: Principal
) -> Recorded:
    """Record answers for a participant named by a desk or by herself.

    Raises ValidationFailed for answers that do not fit the form, and as `record_consent` does.
    """

    def step(uow: UnitOfWork) -> Recorded:
        pid = access.participant(uow, principal, pseudonym, DESK)
        done = _record(uow, pid, wanted, Channel.API, tools=tools, principal=principal)
        uow.commit()
        return done

    return again(tools, step)


def record_own_answers(wanted: NewAnswers, *, tools: Tools, principal: Principal) -> Recorded:
    """Record answers of the participant this login is linked to, from the pages.

    The same answers once more, right after each other, are recorded once.
    """

    def step(uow: UnitOfWork) -> Recorded:
        pid = access.oneself(uow, principal)
        # Holding comes first: of two requests the second sees what the first did.
        hold(uow, [wanted.dataset], [pid])
        repeated = repeated_answers(
            uow, pid, preview_of(uow, wanted, tools).answers, wanted.dataset
        )
        if repeated is not None:
            return repeated
        done = _record(uow, pid, wanted, Channel.PAGE, tools=tools, principal=principal)
        uow.commit()
        return done

    return again(tools, step)


def own_form(dataset: DatasetId, *, tools: Tools, principal: Principal) -> Asked:
    """Give the form that a dataset of hers asks now. Raises NotAMember and FormNotOpen."""
    with tools.reads() as uow:
        pid = access.oneself(uow, principal)
        return form_asked(uow, pid, dataset)


def form_asked(uow: UnitOfWork, pid: str, dataset: DatasetId) -> Asked:
    """Give the form that a dataset asks a person whom the caller may see."""
    member = next((m for m in uow.people.memberships(pid) if m.dataset == dataset), None)
    held = uow.datasets.get(member.dataset) if member is not None else None
    if member is None or held is None:
        raise NotAMember
    form = newest_open(uow, held.form) if held.form else None
    if form is None:
        raise FormNotOpen
    records = uow.events.of_members(dataset, [member.ordinal]).get(member.ordinal, ())
    answers = [found for one in records if (found := answers_of(one.personal)) is not None]
    return Asked(place=held, form=form, last=answers[-1] if answers else None)


def study_form(uow: UnitOfWork, study: str) -> StoredForm | None:
    """Give the form under which every dataset of a study takes a consent.

    None where they ask by no form, or not all by the same.
    """
    placed = (uow.datasets.get(name) for name in uow.studies.datasets(study))
    demanded = {one.form for one in placed if one is not None and one.form}
    found = [newest_open(uow, one) for one in sorted(demanded)]
    return found[0] if found and all(one == found[0] for one in found) else None


def preview_own(wanted: FilledForm, *, tools: Tools, principal: Principal) -> Preview:
    """Say what answers would grant; records nothing."""
    with tools.reads() as uow:
        access.oneself(uow, principal)
        return preview_of(uow, wanted, tools)


def repeated_answers(
    uow: UnitOfWork, pid: str, answers: Answers, dataset: DatasetId
) -> Recorded | None:
    """Give what was recorded of the same answers, when nothing was recorded since."""
    ordinals = [one.ordinal for one in uow.people.memberships(pid) if one.dataset == dataset]
    for records in uow.events.of_members(dataset, ordinals).values():
        last = records[-1]
        if last.channel is Channel.PAGE and answers_of(last.personal) == answers:
            return Recorded.of(last)
    return None


def preview_of(uow: UnitOfWork, wanted: FilledForm, tools: Tools) -> Preview:
    """Read answers to a form that is, or was, open, and derive what they grant."""
    found = uow.forms.get(wanted.form)
    if found is None:
        raise FormUnknown
    if found.state is FormState.DRAFT:
        raise FormNotOpen
    answers = read_answers(found.form, wanted.language, wanted.answers)
    return Preview(answers=answers, terms=derive(found.form, answers, tools.diseases))


def _record(
    uow: UnitOfWork,
    pid: str,
    wanted: NewAnswers,
    channel: Channel,
    *,
    tools: Tools,
    principal: Principal,
) -> Recorded:
    statement = statement_of_answers(uow, wanted, pid, channel, tools)
    return record_statement(uow, statement, tools=tools, principal=principal)


def statement_of_answers(
    uow: UnitOfWork, wanted: NewAnswers, pid: str, channel: Channel, tools: Tools
) -> Statement:
    """Make the statement of a person that her answers are."""
    found = preview_of(uow, wanted, tools)
    return Statement(
        pid=pid,
        dataset=wanted.dataset,
        terms=found.terms,
        channel=channel,
        form_version=wanted.form,
        effective_from=wanted.effective_from,
        effective_to=wanted.effective_to,
        approval_id=wanted.approval_id,
        answers=found.answers,
    )
