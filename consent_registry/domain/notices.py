# SPDX-License-Identifier: Apache-2.0
"""Notices to people: which there are, what stands against each, and how often one is tried.

A notice says that something happened and where to read it after signing in. It names no study, no
dataset and nothing about health, and is the same for everybody who gets one of its kind.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Final

from consent_registry.domain.lives import Preferences


class NoticeKind(Enum):
    """What a person is told.

    CODE: the code that confirms where she is reached. WITHDRAWAL: what she withdrew is recorded.
    ANSWERED: the rights desk has done something about a request of hers. ERASED: it is done.
    """

    CODE = "confirm"
    WITHDRAWAL = "withdrawal_recorded"
    ANSWERED = "request_moved"
    ERASED = "erasure_done"


DUTIES: Final = frozenset({NoticeKind.ANSWERED, NoticeKind.ERASED})
"""Told whoever wants no contact: she asked, and is to be answered (GDPR Article 12(3) and (4))."""


class Outcome(Enum):
    """What became of a notice at one step.

    BEGUN: an attempt is under way. INTERRUPTED: nobody knows how the last one ended, and it is
    tried again: she may be told twice, never silently not at all. LATER: it failed for now.
    """

    BEGUN = "begun"
    INTERRUPTED = "interrupted"
    LATER = "later"
    SENT = "sent"
    REFUSED = "refused"
    GAVE_UP = "gave_up"
    NO_CONTACT_POINT = "no_contact_point"
    WITHHELD = "withheld"

    @property
    def ends(self) -> bool:
        """Whether nothing more happens to the notice."""
        return self not in {Outcome.BEGUN, Outcome.INTERRUPTED, Outcome.LATER}


LEASE: Final = timedelta(minutes=10)
"""An attempt that has not ended by then was interrupted."""
WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 120, 480))
MOST_ATTEMPTS: Final = len(WAITS) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice to one person, known by her id; the same kind about the same thing is one notice.

    `about` is an identifier of ours, `day` a date that the text says. `attempts` counts those
    begun, `under_way` says that the last one has not ended.
    """

    notice_id: str
    pid: str
    kind: NoticeKind
    about: str
    day: date | None = None
    attempts: int = 0
    under_way: bool = False


def after_failure(notice: Notice, now: datetime) -> tuple[Outcome, datetime | None]:
    """Say what a failed attempt means: tried again then, or given up."""
    if notice.attempts >= MOST_ATTEMPTS:
        return Outcome.GAVE_UP, None
    return Outcome.LATER, now + WAITS[max(notice.attempts, 1) - 1]


def withheld(kind: NoticeKind, said: Preferences, *, dead: bool, stopped: bool) -> bool:
    """Say whether a notice must not go: to the dead never, against her wish only what is due.

    `stopped` says that she withdrew from all contact (law.md C-3).
    """
    return dead or ((said.no_contact or stopped) and kind not in DUTIES)
