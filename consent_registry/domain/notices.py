# SPDX-License-Identifier: Apache-2.0
"""Notices to people: which there are, what stands against each, and how often one is tried.

A notice says that something happened and where to read it after signing in. It names no study, no
dataset and nothing about health, and is the same for everybody who gets one of its kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Final

from consent_registry.domain.lives import Preferences, Topic
from shared.periods import Calendar


class NoticeKind(Enum):
    """What a person is told.

    CODE: the code that confirms where she is reached. PAPER_CODE: the same for an address that a
    desk entered. WITHDRAWAL: what she withdrew is recorded.
    OPTED_OUT, OPTED_IN: so is her opt-out, or its reversal, and where to read what the law may
    allow in spite of it (EHDS Article 71(4)). ANSWERED: the rights desk has done something about a
    request of hers. ERASED: it is done. PERMIT: something new uses her data. ENDING: a consent of
    hers ends soon. MANDATE: soon nobody decides in her place any more. FORM: she is asked again.
    """

    CODE = "confirm"
    PAPER_CODE = "confirm_paper"
    WITHDRAWAL = "withdrawal_recorded"
    OPTED_OUT = "opt_out_recorded"
    OPTED_IN = "opt_out_reversed"
    ANSWERED = "request_moved"
    ERASED = "erasure_done"
    PERMIT = "permit_begun"
    ENDING = "consent_ends"
    MANDATE = "mandate_ends"
    FORM = "form_asks_again"


DUTIES: Final = frozenset({NoticeKind.ANSWERED, NoticeKind.ERASED})
"""Told whoever wants no contact: she asked, and is to be answered (GDPR Article 12(3) and (4))."""
NEWS: Final = frozenset({NoticeKind.PERMIT, NoticeKind.ENDING, NoticeKind.MANDATE, NoticeKind.FORM})
"""Told without anything that she did; she is written to about any of it once a day."""
_ASKED_FOR: Final[Mapping[NoticeKind, Topic]] = MappingProxyType({NoticeKind.PERMIT: Topic.UPDATES})
_TELL_BY: Final = 1
"""Working days within which she hears of a permit that uses her data (law.md R50)."""


class Outcome(Enum):
    """What became of a notice at one step.

    BEGUN: an attempt is under way. INTERRUPTED: nobody knows how the last one ended, and it is
    tried again: she may be told twice, never silently not at all. LATER: it failed for now.
    PUT_OFF: she was written to just before. TOGETHER: another of its kind was sent and says it too.
    MOOT: what it says is no longer so.
    """

    BEGUN = "begun"
    INTERRUPTED = "interrupted"
    LATER = "later"
    PUT_OFF = "put_off"
    TOGETHER = "told_together"
    SENT = "sent"
    REFUSED = "refused"
    GAVE_UP = "gave_up"
    NO_CONTACT_POINT = "no_contact_point"
    WITHHELD = "withheld"
    MOOT = "moot"

    @property
    def ends(self) -> bool:
        """Whether nothing more happens to the notice."""
        return self not in _GOES_ON


_GOES_ON: Final = frozenset({Outcome.BEGUN, Outcome.INTERRUPTED, Outcome.LATER, Outcome.PUT_OFF})


LEASE: Final = timedelta(minutes=10)
"""An attempt that has not ended by then was interrupted."""
WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 120, 480))
MOST_ATTEMPTS: Final = len(WAITS) + 1
_A_DAY: Final = timedelta(days=1)
_AN_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice to one person, known by her id; the same kind about the same thing is one notice.

    `about` is an identifier of ours, `day` a date that the text says. `queued_at` is known of what
    is kept. `attempts` counts those begun, `under_way` says that the last one has not ended.
    """

    notice_id: str
    pid: str
    kind: NoticeKind
    about: str
    day: date | None = None
    queued_at: datetime | None = None
    attempts: int = 0
    under_way: bool = False


def after_failure(notice: Notice, now: datetime) -> tuple[Outcome, datetime | None]:
    """Say what a failed attempt means: tried again then, or given up."""
    if notice.attempts >= MOST_ATTEMPTS:
        return Outcome.GAVE_UP, None
    return Outcome.LATER, now + WAITS[max(notice.attempts, 1) - 1]


def withheld(kind: NoticeKind, said: Preferences, *, dead: bool, stopped: bool) -> bool:
    """Say whether a notice must not go: to the dead never, against her wish only what is due.

    What only some want to hear of goes to who asked for it. `stopped` says that she withdrew from
    all contact (law.md C-3).
    """
    topic = _ASKED_FOR.get(kind)
    if topic is not None and not said.may_contact(topic):
        return True
    return dead or ((said.no_contact or stopped) and kind not in DUTIES)


def paced_with(kind: NoticeKind) -> frozenset[NoticeKind]:
    """Give the kinds of which one in a pace is enough; none where each has to be told by itself."""
    if kind in NEWS:
        return NEWS
    opting = frozenset({NoticeKind.OPTED_OUT, NoticeKind.OPTED_IN})
    return frozenset({kind}) if kind in opting else frozenset()


def not_before(notice: Notice, last_sent: datetime | None, calendar: Calendar) -> datetime | None:
    """Say before when a notice must not go, because she was written to; None: it may at once.

    A permit is told by the end of the next working day of the calendar, whatever else was sent.
    """
    if last_sent is None:
        return None
    free = last_sent + (_A_DAY if notice.kind in NEWS else _AN_HOUR)
    if notice.kind is NoticeKind.PERMIT and notice.queued_at is not None:
        queued_on = notice.queued_at.astimezone(UTC).date()
        last_day = calendar.working_days_after(queued_on, _TELL_BY)
        return min(free, datetime.combine(last_day, time(), tzinfo=UTC))
    return free
