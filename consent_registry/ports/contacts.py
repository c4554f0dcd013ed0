# SPDX-License-Identifier: Apache-2.0
"""Contact points, the notices that wait for them, and what carries a text to one."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from consent_registry.domain.contacts import ContactPoint, Paper
from consent_registry.domain.notices import Notice, NoticeKind, Outcome


class ContactPoints(Protocol):
    """Contact points by person, in a database, under a role and a key of their own.

    Each call is a transaction of its own. Raises ContactsAway while the database is.
    """

    def get(self, pid: str) -> ContactPoint | None:
        """Give a person's contact point, confirmed or not."""
        ...

    def put(self, pid: str, point: ContactPoint, code: str, until: datetime) -> None:
        """Keep a point that waits for this code; a confirmed one stays in use until then."""
        ...

    def confirm(self, pid: str, code: str, at: datetime) -> bool:
        """Confirm with the right code in time; each wrong one counts, and too many end it."""
        ...

    def confirm_by_letter(self, pid: str, letter: Paper, at: datetime) -> bool:
        """Confirm what a desk entered, and keep the letter; False when nothing of the kind waits.

        Raises SecondPersonNeeded for who entered it.
        """
        ...

    def forget(self, pid: str) -> bool:
        """Destroy what is kept of a person; False when there was nothing."""
        ...


class Notices(Protocol):
    """The notices, within the unit of work's transaction."""

    def add(self, notice: Notice, at: datetime) -> bool:
        """Queue a notice; False when that of its kind about this is there."""
        ...

    def due(self, at: datetime) -> Notice | None:
        """Hold the notice that waits longest; None when none is due, or others hold them."""
        ...

    def step(self, notice: Notice, outcome: Outcome, at: datetime, again: datetime | None) -> None:
        """Note what became of a held notice, and when it is due again; None: never."""
        ...

    def settled(self, pid: str, kind: NoticeKind, about: str) -> bool | None:
        """Say whether a notice has ended; None when it was never queued."""
        ...

    def steps(self, pids: Iterable[str]) -> Sequence[tuple[NoticeKind, Outcome, datetime]]:
        """Give what became of the notices to somebody with these names, newest first."""
        ...

    def last_sent(self, pids: Iterable[str], kinds: Iterable[NoticeKind]) -> datetime | None:
        """Say when somebody with these names was last sent one of these kinds."""
        ...

    def alike(self, notice: Notice, pids: Iterable[str], queued_by: datetime) -> Sequence[Notice]:
        """Hold the others of its kind to these names, queued by then, that wait and nobody holds.

        None of which an attempt is under way.
        """
        ...


class CourierAway(Exception):
    """The text was not taken now; sending again later may work."""


class CourierRefused(Exception):
    """The text will never be taken to this address."""


class Courier(Protocol):
    """Carries a text to an address."""

    def send(self, notice_id: str, to: str, subject: str, body: str) -> None:
        """Send; returns when the text was taken on. Raises CourierAway or CourierRefused.

        `notice_id` names the message, so that one sent twice can be told.
        """
        ...


class Texts(Protocol):
    """What notices say."""

    def say(
        self,
        kind: NoticeKind,
        language: str,
        *,
        page: str,
        day: date | None = None,
        code: str = "",
        on_paper: bool = False,
    ) -> tuple[str, str]:
        """Give subject and body, in English where the language is not there.

        `on_paper` adds how to hear more for somebody who has no sign-in.
        """
        ...

    @property
    def languages(self) -> Sequence[str]:
        """The languages there are."""
        ...
