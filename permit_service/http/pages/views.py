# SPDX-License-Identifier: Apache-2.0
"""What the templates show: texts and numbers made from values of the domain. Formats only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from permit_service.domain.application import Application, ApplicationState, Verdict
from permit_service.domain.cohort import CohortView, Shown, shown
from permit_service.domain.permit import Permit, PermitState, PermitStatus
from permit_service.domain.words import duty_in_words, purpose_in_words, reason_in_words
from permit_service.usecases.read import Case
from shared.jose import parse_jws, read_object

Row = tuple[str, ...]

STATE_WORDS: Final[Mapping[ApplicationState, tuple[str, str]]] = {
    ApplicationState.SUBMITTED: ("Waiting for a decision", "wait"),
    ApplicationState.GRANTING: ("Granted, permit on its way", "wait"),
    ApplicationState.GRANTED: ("Granted", "good"),
    ApplicationState.REFUSED: ("Refused", "bad"),
    ApplicationState.LAPSED: ("Granted, but the time had passed", "bad"),
}
STATUS_WORDS: Final[Mapping[PermitStatus, tuple[str, str]]] = {
    PermitStatus.LIVE: ("In force", "good"),
    PermitStatus.REVOKED: ("Revoked", "bad"),
    PermitStatus.EXPIRED: ("Ended", "wait"),
}
VERDICT_WORDS: Final[Mapping[Verdict, str]] = {
    Verdict.GRANT: "Granted",
    Verdict.REFUSE: "Refused",
}
FAULT_WORDS: Final[Mapping[str, str]] = {
    "cohorts_unavailable": "the consent registry does not answer",
    "cohort_refused": "the consent registry refused, perhaps it does not know the dataset",
    "freeze_overtaken": "consents kept changing while the list of people was taken",
    "freeze_void": "taking the list of people took too long",
}
_WAITING: Final = frozenset({ApplicationState.SUBMITTED, ApplicationState.GRANTING})
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A word with its tone; the word alone carries the meaning."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of a list of applications."""

    application_id: str
    title: str
    dataset: str
    purpose: str
    age: str
    due_on: str
    state: Tag
    waiting: bool
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One decision as people read it."""

    verdict: str
    reasons: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitView:
    """A permit as people read it; `duties` as its annex has them."""

    permit_id: str
    status: Tag
    facts: Sequence[Row]
    duties: Sequence[Row]
    document: str
    jws: str
    not_before: datetime
    expires_at: datetime
    can_be_revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """One application as people read it."""

    application_id: str
    title: str
    state: Tag
    facts: Sequence[Row]
    purpose: Sequence[str]
    submitted_at: datetime
    signatures: Sequence[Signed]
    undecided: bool
    late: bool
    refused_by: str
    waits_because: str
    permit: PermitView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsView:
    """The counts of one evaluation, ready for tables; fewer than `least` are not told.

    `duties` are what a permit would owe.
    """

    counts: Sequence[Row]
    reasons: Sequence[Row]
    awaiting: Sequence[Row]
    duties: Sequence[Row]
    least: int


def listed(found: Sequence[tuple[Application, date | None]], now: datetime) -> tuple[Listed, ...]:
    """Format a list of applications, each with the last day for a decision in time."""
    return tuple(
        Listed(
            application_id=one.application_id,
            title=one.title,
            dataset=one.dataset,
            purpose=purpose_in_words(one.purpose)[0],
            age=age(now - one.submitted_at),
            due_on="" if due_on is None else due_on.isoformat(),
            state=state_tag(one.state),
            waiting=one.state in _WAITING,
            late=_late(due_on, now),
        )
        for one, due_on in found
    )


def case_view(case: Case, now: datetime, *, for_authority: bool) -> CaseView:
    """Format one application; how many people are left in a cohort is for the authority only."""
    one, grant = case.application, case.grant
    return CaseView(
        application_id=one.application_id,
        title=one.title,
        state=state_tag(one.state),
        facts=(
            ("Dataset", one.dataset),
            ("Applicant's account", one.applicant.subject),
            ("Organisation", one.organisation or "not given"),
            ("Asked for", f"{one.months} months"),
            ("Application", one.application_id),
            *([("To be decided by", case.due_on.isoformat())] if case.due_on else []),
        ),
        purpose=purpose_in_words(one.purpose),
        submitted_at=one.submitted_at,
        signatures=[
            Signed(
                verdict=VERDICT_WORDS[signature.verdict],
                reasons=signature.reasons,
                decided_at=signature.decided_at,
            )
            for signature in one.signatures
        ],
        undecided=one.state is ApplicationState.SUBMITTED,
        late=_late(case.due_on, now),
        refused_by=one.overdue.law if one.overdue else "",
        waits_because=FAULT_WORDS.get(grant.fault or "", grant.fault or "") if grant else "",
        permit=_permit_view(case.permit, now, counted=for_authority) if case.permit else None,
    )


def _late(due_on: date | None, now: datetime) -> bool:
    return due_on is not None and now.astimezone(UTC).date() > due_on


def counts_view(view: CohortView) -> CountsView:
    """Format the numbers of an evaluation as consent_registry lets them be shown."""
    small = view.counts.small_cell
    reasons, clauses = shown(view.reasons, small), shown(view.awaiting_by_clause, small)
    words = {
        "in": "In: their consent allows this",
        "out": "Out",
        "awaiting": "Awaiting a ruling, out until then",
    }
    people = [(words[name], cell.text()) for name, cell in view.counts.shown().items()]
    return CountsView(
        counts=[("People in the dataset", f"{view.counts.members:,}"), *people],
        reasons=_by_size({reason_in_words(code): cell for code, cell in reasons.items()}),
        awaiting=_by_size(clauses),
        duties=[duty_in_words(one) for one in view.duties],
        least=2 * small,
    )


def age(waited: timedelta) -> str:
    """Say how long something waits, in whole days or hours."""
    if waited >= 2 * _DAY:
        return f"{waited // _DAY} days"
    if waited >= _DAY:
        return "1 day"
    if waited >= 2 * _HOUR:
        return f"{waited // _HOUR} hours"
    return "1 hour" if waited >= _HOUR else "less than 1 hour"


def state_tag(state: ApplicationState) -> Tag:
    """Say a state in words."""
    text, tone = STATE_WORDS[state]
    return Tag(text=text, tone=tone)


def _permit_view(permit: Permit, now: datetime, *, counted: bool) -> PermitView | None:
    """Format a permit, its text word for word as signed; None for one that never came to life."""
    if permit.revision is None:
        return None
    text, tone = STATUS_WORDS[permit.status(now)]
    people = Shown(permit.members_now, permit.cohort.counts.small_cell).text()
    annex = permit.cohort.annex()
    return PermitView(
        permit_id=permit.permit_id,
        status=Tag(text=text, tone=tone),
        facts=(
            ("Permit", permit.permit_id),
            ("Dataset", permit.dataset),
            ("Cohort", f"{permit.cohort.cohort_id}, revision {permit.cohort.revision}"),
            *([("People in it now", people)] if counted else []),
        ),
        duties=[] if annex is None else [duty_in_words(one) for one in annex.duties],
        document=str(read_object(parse_jws(permit.jws).payload)["document"]),
        jws=permit.jws,
        not_before=permit.not_before,
        expires_at=permit.expires_at,
        can_be_revoked=permit.state is PermitState.LIVE,
    )


def _by_size(cells: Mapping[str, Shown]) -> list[Row]:
    ordered = sorted(cells.items(), key=lambda item: (-(item[1].value or 0), item[0]))
    return [(name, cell.text()) for name, cell in ordered]
