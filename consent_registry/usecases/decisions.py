# SPDX-License-Identifier: Apache-2.0
"""Was this member's data open to this permit at that time? Asked afterwards, by those who check.

Many questions at once, each at its own instant and as known at another. The clause rules are those
that decide cohorts. Reads only; says nothing about a person beyond the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from consent_registry.domain.bars import Bars, reason_of
from consent_registry.domain.cases import Case, Held, held_at, tied
from consent_registry.domain.history import ConsentEvent, Standing, State, standing_at
from consent_registry.domain.identifiers import is_name
from consent_registry.domain.matching import Inquiry, match
from consent_registry.domain.records import EventRecord
from consent_registry.domain.regimes import Moment, No, Rules
from consent_registry.domain.register import Dataset, FrozenCohort, Member, Narrowed
from consent_registry.domain.rulings import Answers
from consent_registry.domain.stops import StopEvent, StopKind, acts, standing_stops
from consent_registry.domain.verdict import Reason, Result
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cases import load_case
from consent_registry.usecases.ruled import answers_then
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, ValidationFailed
from shared.ids import DatasetId, Ordinal, PermitId
from shared.principal import Principal

SCOPE: Final = "decisions.read"
MAX_QUESTIONS: Final = 500
_REASONS: Final = {
    State.NOT_ASKED: "never_asked",
    State.REFUSED: "refused",
    State.WITHDRAWN: "withdrawn",
    State.EXPIRED: "expired",
    State.INVALID: "invalid",
    State.PENDING_RECONSENT: "pending_reconsent",
}


@dataclass(frozen=True, slots=True)
class _Known:
    """What was recorded of the people asked about, by dataset and ordinal."""

    events: Mapping[DatasetId, Mapping[Ordinal, Sequence[EventRecord]]]
    stops: Mapping[DatasetId, Mapping[Ordinal, Sequence[StopEvent]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonQuestion:
    """One member, one instant, what was known then, and for what: a permit, or nothing named.

    `purposes` are DUO identifiers under which the data was asked for.
    """

    dataset: DatasetId
    ordinal: Ordinal
    effective_at: datetime
    known_at: datetime
    permit_id: PermitId | None
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAnswer:
    """`answer` is in, out, awaiting (a ruling) or unknown; `reason` says why it is not in."""

    answer: str
    reason: str | None = None


def decide_people(
    questions: Sequence[PersonQuestion], *, tools: Tools, principal: Principal
) -> Sequence[PersonAnswer]:
    """Answer each question, in order; raise ValidationFailed for more than 500."""
    principal.require(SCOPE)
    if len(questions) > MAX_QUESTIONS:
        fault = FieldFault("/questions", f"at most {MAX_QUESTIONS}")
        raise ValidationFailed("too many questions", faults=[fault])
    with tools.reads() as uow:
        known = _histories(uow, questions)
        cases = _cases(uow, questions)
        permits = {one.permit_id for one in questions if one.permit_id is not None}
        # Whoever asks repeats what a producer said: no such text keeps the others unanswered.
        cohorts = {
            permit: uow.cohorts.under(permit) if is_name(permit) else None for permit in permits
        }
        datasets = {dataset: uow.datasets.get(dataset) for dataset in known.events}
        return [
            _answer(one, _Case.of(one, uow, known, datasets, cohorts, cases=cases), tools)
            for one in questions
        ]


def _histories(uow: UnitOfWork, questions: Sequence[PersonQuestion]) -> _Known:
    wanted: dict[DatasetId, dict[Ordinal, None]] = {}
    for one in questions:
        wanted.setdefault(one.dataset, {})[one.ordinal] = None
    people = {dataset: list(ordinals) for dataset, ordinals in wanted.items()}
    return _Known(
        events={name: uow.events.of_members(name, those) for name, those in people.items()},
        stops={name: uow.stops.of_members(name, those) for name, those in people.items()},
    )


_Cases = Mapping[tuple[DatasetId, Ordinal], tuple[Case, Member]]


def _cases(uow: UnitOfWork, questions: Sequence[PersonQuestion]) -> _Cases:
    """Load the cases of those of whom more is known than their consents."""
    wanted: dict[DatasetId, set[Ordinal]] = {}
    for one in questions:
        wanted.setdefault(one.dataset, set()).add(one.ordinal)
    found: dict[tuple[DatasetId, Ordinal], tuple[Case, Member]] = {}
    for dataset, ordinals in wanted.items():
        for pid in uow.person_events.known_members(dataset, sorted(ordinals)).values():
            case = load_case(uow, [pid])
            found |= {(m.dataset, m.ordinal): (case, m) for m in case.members}
    return found


def _held(question: PersonQuestion, events: Sequence[ConsentEvent], cases: _Cases) -> Held:
    found = cases.get((question.dataset, question.ordinal))
    if found is None:
        standing = standing_at(events, question.effective_at, question.known_at)
        return Held(standing=standing)
    case, member = found
    return held_at(case, member, question.effective_at, question.known_at)


def _stops(
    question: PersonQuestion, uow: UnitOfWork, known: _Known, cases: _Cases
) -> Sequence[StopEvent]:
    """Give what stopped her, under whichever name was, or might have been, hers then."""
    own = known.stops[question.dataset].get(question.ordinal, ())
    found = cases.get((question.dataset, question.ordinal))
    if found is None:
        return own
    case, member = found
    names = tied(case, member.pid, question.effective_at, question.known_at)
    return [*own, *(one for pid in sorted(names - {member.pid}) for one in uow.stops.of(pid))]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What the register holds about one question; `left` is when and why she left the cohort."""

    dataset: Dataset | None
    standing: Standing
    bars: Bars
    cohort: FrozenCohort | None
    left: Sequence[Narrowed]
    ruled: Answers
    stops: Sequence[StopEvent]
    opted_out: bool

    @classmethod
    def of(
        cls,
        question: PersonQuestion,
        uow: UnitOfWork,
        known: _Known,
        datasets: Mapping[DatasetId, Dataset | None],
        cohorts: Mapping[PermitId, FrozenCohort | None],
        *,
        cases: _Cases,
    ) -> "_Case":
        events = [one.event() for one in known.events[question.dataset].get(question.ordinal, ())]
        cohort = None if question.permit_id is None else cohorts[question.permit_id]
        if cohort is not None and cohort.dataset != question.dataset:
            cohort = None
        held = _held(question, events, cases)
        return cls(
            dataset=datasets[question.dataset],
            standing=held.standing,
            bars=held.bars,
            cohort=cohort,
            stops=_stops(question, uow, known, cases),
            left=[] if cohort is None else uow.cohorts.left(cohort.cohort_id, question.ordinal),
            ruled={} if cohort is None else answers_then(uow, cohort),
            opted_out=question.permit_id is None and _opted_out(question, uow),
        )


def _opted_out(question: PersonQuestion, uow: UnitOfWork) -> bool:
    """Say whether she was opted out; under a permit, the cohort and who left it say so."""
    known = min(question.effective_at, question.known_at)
    return bool(uow.opt_outs.out(question.dataset, [question.ordinal], known))


def _answer(question: PersonQuestion, case: _Case, tools: Tools) -> PersonAnswer:
    if case.dataset is None:
        return PersonAnswer(answer="unknown", reason="dataset_unknown")
    rules = tools.rules(case.dataset, question.effective_at)
    stopped = _stopped(question, case, rules)
    if stopped is not None:
        return stopped
    if rules.excludes(case.standing.state, Moment.RUNNING):
        return PersonAnswer(answer="out", reason=_REASONS[case.standing.state])
    barred = [reason_of(bar) for bar in case.bars if rules.barred(bar, Moment.RUNNING)]
    if barred:
        return PersonAnswer(answer="out", reason=min(barred))
    if question.permit_id is None:
        return _without_permit(case, rules)
    return _under_permit(question, case, case.dataset, tools)


def _stopped(question: PersonQuestion, case: _Case, rules: Rules) -> PersonAnswer | None:
    """Say that she is out for another cause than her consents; None when nothing stops her.

    Of a time before her erasure nothing can be said any more: what she allowed is unreadable.
    """
    then = min(question.effective_at, question.known_at)
    stops = standing_stops(case.stops, then)
    told = any(one.kind is StopKind.ERASURE and one.recorded_at <= then for one in case.stops)
    if StopKind.ERASURE in stops and not told:
        return PersonAnswer(answer="unknown", reason=StopKind.ERASURE.cause)
    for kind in StopKind:
        if kind in stops and acts(kind, rules, Moment.RUNNING):
            return PersonAnswer(answer="out", reason=kind.cause)
    return None


def _without_permit(case: _Case, rules: Rules) -> PersonAnswer:
    """Answer for whatever might be begun then: what acts on new permits alone acts here too."""
    if case.opted_out and rules.says(No.OPT_OUT, Moment.NEW):
        return PersonAnswer(answer="out", reason=Reason.OPTED_OUT.value)
    return PersonAnswer(answer="in")


def _under_permit(
    question: PersonQuestion, case: _Case, dataset: Dataset, tools: Tools
) -> PersonAnswer:
    if case.cohort is None:
        return PersonAnswer(answer="unknown", reason="permit_unknown")
    if question.ordinal not in case.cohort.bitmap:
        return PersonAnswer(answer="out", reason="not_in_cohort")
    then = min(question.effective_at, question.known_at)
    for one in case.left:
        if one.left_at <= then:
            return PersonAnswer(answer="out", reason=one.cause)
    if not set(question.purposes) <= set(case.cohort.purpose.duo()):
        return PersonAnswer(answer="out", reason="purpose_not_in_permit")
    inquiry = tools.inquiry(case.cohort.purpose, question.effective_at, dataset)
    return _matched(case.standing, replace(inquiry, ruled=case.ruled))


def _matched(standing: Standing, inquiry: Inquiry) -> PersonAnswer:
    """Ask her terms, as far as the dataset's law lets them exclude."""
    rules = inquiry.rules
    if standing.state is not State.GIVEN:
        return PersonAnswer(answer="in")
    if standing.terms is None and rules.needs_terms():
        return PersonAnswer(answer="out", reason="unreadable")
    if standing.terms is None or not rules.matches_terms:
        return PersonAnswer(answer="in")
    found = match(standing.terms, inquiry)
    if found.result is Result.PERMIT:
        return PersonAnswer(answer="in")
    if found.result is Result.MANUAL:
        return PersonAnswer(answer="awaiting", reason="awaiting_ruling")
    reason = found.reasons[0].value if found.reasons else "purpose_not_permitted"
    return PersonAnswer(answer="out", reason=reason)
