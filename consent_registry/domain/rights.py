# SPDX-License-Identifier: Apache-2.0
"""Requests under GDPR Articles 15 to 21: their states, their clock, and why one may be refused.

The clock is Article 12(3): one month from receipt, extended once by two further months with a
reason, told within the first. While the person is asked who she is (Article 12(6)) it stands still,
and goes on for as many days more. Months end as `periods` says. A request is what happened to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Final

from shared.periods import Calendar, months_from

FIRST_MONTHS: Final = 1
EXTENDED_MONTHS: Final = 3


class Right(Enum):
    """What somebody asks for."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"

    @property
    def stops_at_once(self) -> bool:
        """Say whether her data rest once she asks (Article 18(1), for an objection its (d))."""
        return self in {Right.RESTRICTION, Right.OBJECTION}

    @property
    def needs_words(self) -> bool:
        """Say whether the person has to write what is wrong, or what her situation is."""
        return self in {Right.RECTIFICATION, Right.OBJECTION}


ARTICLES: Final[Mapping[Right, int]] = MappingProxyType(
    {
        Right.ACCESS: 15,
        Right.RECTIFICATION: 16,
        Right.ERASURE: 17,
        Right.RESTRICTION: 18,
        Right.PORTABILITY: 20,
        Right.OBJECTION: 21,
    }
)
_ALWAYS: Final = ("gdpr_11_2", "gdpr_12_5_b")
REFUSALS: Final[Mapping[Right, frozenset[str]]] = MappingProxyType(
    {
        Right.ACCESS: frozenset({*_ALWAYS, "gdpr_15_4", "gdpr_89_2"}),
        Right.RECTIFICATION: frozenset({*_ALWAYS, "gdpr_16_accurate", "gdpr_89_2"}),
        Right.ERASURE: frozenset(
            {*_ALWAYS, "gdpr_17_1_no_ground", *(f"gdpr_17_3_{x}" for x in "abcde")}
        ),
        Right.RESTRICTION: frozenset({*_ALWAYS, "gdpr_18_1_no_ground", "gdpr_89_2"}),
        Right.PORTABILITY: frozenset({*_ALWAYS, "gdpr_20_1_not_given", "gdpr_20_4"}),
        Right.OBJECTION: frozenset({*_ALWAYS, "gdpr_21_1_overriding", "gdpr_21_6_public_interest"}),
    }
)
"""The grounds on which each may be refused, as codes of their articles."""
EXTENSIONS: Final = frozenset({"complexity", "number_of_requests"})
"""Why the answer may take two months more (Article 12(3))."""


class StepKind(Enum):
    """What can happen to a request."""

    RECEIVED = "received"
    TAKEN = "taken"
    IDENTITY_ASKED = "identity_asked"
    IDENTIFIED = "identified"
    EXTENDED = "extended"
    END_TOLD = "end_told"
    FULFILLED = "fulfilled"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    LIFTED = "lifted"


class RequestState(Enum):
    """Where a request stands."""

    OPEN = "open"
    IDENTITY = "identity"
    FULFILLED = "fulfilled"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    LIFTED = "lifted"


_CLOSING: Final = {
    StepKind.FULFILLED: RequestState.FULFILLED,
    StepKind.REFUSED: RequestState.REFUSED,
    StepKind.TAKEN_BACK: RequestState.TAKEN_BACK,
    StepKind.LIFTED: RequestState.LIFTED,
}
_WHEN: Final[Mapping[StepKind, frozenset[RequestState]]] = MappingProxyType(
    {
        StepKind.TAKEN: frozenset({RequestState.OPEN, RequestState.IDENTITY}),
        StepKind.IDENTITY_ASKED: frozenset({RequestState.OPEN}),
        StepKind.IDENTIFIED: frozenset({RequestState.IDENTITY}),
        StepKind.EXTENDED: frozenset({RequestState.OPEN}),
        StepKind.END_TOLD: frozenset(
            {RequestState.OPEN, RequestState.IDENTITY, RequestState.FULFILLED}
        ),
        StepKind.FULFILLED: frozenset({RequestState.OPEN}),
        StepKind.REFUSED: frozenset({RequestState.OPEN, RequestState.IDENTITY}),
        StepKind.TAKEN_BACK: frozenset({RequestState.OPEN, RequestState.IDENTITY}),
        StepKind.LIFTED: frozenset({RequestState.FULFILLED}),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened: `code` is a ground or reason, `by` the desk's login, if any.

    `policy_sha256` is the digest of the policy in force then; releases before 0040 did not keep it.
    """

    kind: StepKind
    at: datetime
    code: str = ""
    by: tuple[str, str] | None = None
    policy_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsRequest:
    """A request with everything that happened to it, in order; the first step is its receipt.

    `calendar` is that of the policy in force when it was received.
    """

    request_id: str
    pid: str
    right: Right
    received_at: datetime
    country: str
    calendar: Calendar
    steps: Sequence[Step]

    @property
    def state(self) -> RequestState:
        """Where it stands."""
        state = RequestState.OPEN
        for step in self.steps:
            if step.kind is StepKind.IDENTITY_ASKED:
                state = RequestState.IDENTITY
            elif step.kind is StepKind.IDENTIFIED:
                state = RequestState.OPEN
            state = _CLOSING.get(step.kind, state)
        return state

    @property
    def is_open(self) -> bool:
        """Say whether it waits for an answer."""
        return self.state in {RequestState.OPEN, RequestState.IDENTITY}

    @property
    def owner(self) -> tuple[str, str] | None:
        """The desk's login that has taken it on last."""
        return next((s.by for s in reversed(self.steps) if s.kind is StepKind.TAKEN), None)

    @property
    def extended(self) -> bool:
        """Say whether the two further months are used."""
        return any(step.kind is StepKind.EXTENDED for step in self.steps)

    @property
    def paused_days(self) -> int:
        """The days for which she was being asked who she is, up to the last answer."""
        total, asked = 0, None
        for step in self.steps:
            if step.kind is StepKind.IDENTITY_ASKED:
                asked = _day(step.at)
            elif step.kind is StepKind.IDENTIFIED and asked is not None:
                total += (_day(step.at) - asked).days
                asked = None
        return total

    @property
    def due_on(self) -> date | None:
        """The last day for an answer; None while the clock stands still."""
        if self.state is RequestState.IDENTITY:
            return None
        return self._due(EXTENDED_MONTHS if self.extended else FIRST_MONTHS)

    @property
    def extend_by(self) -> date:
        """The last day on which she can be told that it takes longer."""
        return self._due(FIRST_MONTHS)

    def _due(self, months: int) -> date:
        begun = _day(self.received_at) + timedelta(days=self.paused_days)
        return self.calendar.rolled(months_from(begun, months))

    def is_overdue(self, now: datetime) -> bool:
        """Say whether the last day has passed without an answer."""
        due = self.due_on
        return self.is_open and due is not None and _day(now) > due

    def holds_data(self) -> bool:
        """Say whether her data rest because of this request.

        A restriction lasts until it is lifted, an objection's until it is decided.
        """
        if self.right is Right.RESTRICTION:
            return self.is_open or self.state is RequestState.FULFILLED
        return self.right is Right.OBJECTION and self.is_open

    def end_told(self, now: datetime) -> bool:
        """Say whether she was told on an earlier day that her data will rest no longer.

        She is informed before a restriction is lifted (Article 18(3)).
        """
        told = (step.at for step in self.steps if step.kind is StepKind.END_TOLD)
        return any(_day(at) < _day(now) for at in told)

    def ends_rest(self, kind: StepKind) -> bool:
        """Say whether a step of the desk would let data be used again that rest now."""
        return kind in {StepKind.LIFTED, StepKind.REFUSED} and self.holds_data()

    def may(self, kind: StepKind, now: datetime) -> bool:
        """Say whether this can happen now."""
        if self.state not in _WHEN.get(kind, frozenset()):
            return False
        if kind is StepKind.IDENTITY_ASKED:
            return self._may_ask_who()
        if kind is StepKind.END_TOLD:
            return self.holds_data()
        if kind is StepKind.EXTENDED:
            return not self.extended and _day(now) <= self.extend_by
        if kind is StepKind.LIFTED:
            return self.right.stops_at_once
        return True

    def may_by_desk(self, kind: StepKind, now: datetime) -> bool:
        """Say whether the desk can do this now: what she objects to, she alone lets go on."""
        if kind is StepKind.LIFTED and self.right is Right.OBJECTION:
            return False
        return self.may(kind, now)

    def _may_ask_who(self) -> bool:
        """Say whether there can be a doubt who she is: not where she signed in, and not twice.

        Article 12(6) asks for a reasonable doubt; the clock must not be stopped at will.
        """
        first, *later = self.steps
        asked = any(step.kind is StepKind.IDENTITY_ASKED for step in later)
        return first.by is not None and not asked


def in_order_of_need(requests: Sequence[RightsRequest], now: datetime) -> list[RightsRequest]:
    """Put overdue requests first, then by the day they are due; what stands still comes last."""

    def need(request: RightsRequest) -> tuple[bool, date, datetime]:
        due = request.due_on or date.max
        return not request.is_overdue(now), due, request.received_at

    return sorted(requests, key=need)


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
