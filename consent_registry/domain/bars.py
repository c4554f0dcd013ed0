# SPDX-License-Identifier: Apache-2.0
"""What takes a person out beside her own choices, and on which permits each of these acts.

A bar is an axis of its own: it only ever excludes, and a consent neither sets nor lifts it. A
`State` as a bar is the state of somebody who may turn out to be the same person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Final

from consent_registry.domain.history import State


class Bar(Enum):
    """The bars that are no consent state.

    UNSETTLED: two people who may be one allow different things. DEAD_*: she has died, and what she
    wanted to happen then. EVIDENCE_*: what is wrong with the paper that her consent rests on.
    ASSENT_MISSING: a guardian decided, and the minor has not said yes. DISSENT: she said no;
    DISSENT_OVERRULED: and a guardian consented afterwards.
    """

    UNSETTLED = "identity_unsettled"
    DEAD_STOP = "dead_stop"
    DEAD_UNSAID = "dead_unsaid"
    DEAD_CONTINUE = "dead_continue"
    EVIDENCE_UNCHECKED = "evidence_unchecked"
    EVIDENCE_DISPUTED = "evidence_disputed"
    EVIDENCE_LOST = "evidence_lost"
    EVIDENCE_REJECTED = "evidence_rejected"
    ASSENT_MISSING = "assent_missing"
    DISSENT = "dissent"
    DISSENT_OVERRULED = "dissent_overruled"


Cause = State | Bar
Bars = frozenset[Cause]
NO_BARS: Final[Bars] = frozenset()
_BY_TEXT: Final[Mapping[str, Cause]] = MappingProxyType(
    {cause.value: cause for cause in (*State, *Bar)}
)


_DEAD: Final = frozenset({Bar.DEAD_STOP, Bar.DEAD_UNSAID, Bar.DEAD_CONTINUE})
_WILL: Final = frozenset({Bar.ASSENT_MISSING, Bar.DISSENT, Bar.DISSENT_OVERRULED})


def reason_of(cause: Cause) -> str:
    """Give the code that may leave the registry.

    It tells neither a wish, nor what is wrong with a paper, nor whether a minor was silent or said
    no.
    """
    if isinstance(cause, State):
        return cause.value
    if cause is Bar.UNSETTLED:
        return Bar.UNSETTLED.value
    if cause in _WILL:
        return Bar.ASSENT_MISSING.value
    return "deceased" if cause in _DEAD else "evidence_doubtful"


def cause_of(text: str) -> Cause:
    """Read what a cause's `value` wrote. Raises KeyError for anything else."""
    return _BY_TEXT[text]


@dataclass(frozen=True, slots=True, kw_only=True)
class BarSegment:
    """A bar with the time it holds: from `starts_at` up to and without `ends_at`."""

    cause: Cause
    starts_at: datetime
    ends_at: datetime | None = None


def bars_in(segments: Iterable[BarSegment], at: datetime) -> Bars:
    """Say which bars hold at an instant."""
    return frozenset(
        one.cause
        for one in segments
        if one.starts_at <= at and (one.ends_at is None or at < one.ends_at)
    )
