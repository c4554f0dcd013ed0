# SPDX-License-Identifier: Apache-2.0
"""Erasing a participant (GDPR Article 17): its parts, its grounds, and when it is complete.

An erasure is asked for by one person of the desk and confirmed by another. It is done in parts,
each of which confirms by itself and can be repeated; nothing says "complete" before every part has.
What stays is that consents existed and ended (Articles 7(1), 17(3)(b) and (e)): random numbers,
times and kinds, with nothing behind the numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Final


class Part(Enum):
    """What has to confirm, in this order.

    IMPORTS: no file that came before is waiting, so that none brings the person back. REGISTRY:
    keys, link, names, evidence and projections are gone. OUTBOX: what was said before has left.
    LOG: the audit log has destroyed its keys. CONTACTS: she was told, and where she is reached is
    destroyed. LATE: it has again, after the last copy has expired.
    """

    IMPORTS = "imports"
    REGISTRY = "registry"
    OUTBOX = "outbox"
    LOG = "log"
    CONTACTS = "contacts"
    LATE = "late"


ORDER: Final = tuple(Part)
GROUNDS: Final = frozenset(f"gdpr_17_1_{letter}" for letter in "abcdef")
"""The grounds of Article 17(1), as codes."""


class Phase(Enum):
    """How far an erasure is. Only COMPLETE says that nothing is left anywhere."""

    ASKED = "asked"
    RUNNING = "running"
    SETTLING = "settling"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A login, at the issuer that knows it."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far the outbox and the chain of entries were when the registry's part was done."""

    outbox_id: int
    epoch: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """What the audit log says of one key that it was asked to destroy.

    `erasure_id` is the log's own name for it, None when there was no key. `waits` says that a legal
    hold there forbids it for now. `complete_by` is when no copy is left of what the log and its
    topics held; None while that cannot be said.
    """

    erasure_id: str | None = None
    waits: bool = False
    complete_by: datetime | None = None

    @property
    def settled(self) -> bool:
        """Say whether the key is gone and the end of every copy is known."""
        return self.erasure_id is None or (not self.waits and self.complete_by is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One erasure. `complete_on` is stated once everything but the waiting has confirmed.

    `in_log` names what the audit log was asked for and has not settled when it was last asked.
    """

    erasure_id: str
    pid: str
    ground: str
    asked_at: datetime
    asked_by: Account
    request_id: str | None = None
    confirmed_at: datetime | None = None
    confirmed_by: Account | None = None
    mark: Mark | None = None
    in_log: tuple[str, ...] = ()
    complete_on: date | None = None
    done: Mapping[Part, datetime]

    @property
    def phase(self) -> Phase:
        """How far it is."""
        if self.confirmed_at is None:
            return Phase.ASKED
        if Part.LATE in self.done:
            return Phase.COMPLETE
        return Phase.RUNNING if self.complete_on is None else Phase.SETTLING

    @property
    def next_part(self) -> Part | None:
        """The first part that has not confirmed; None before the second person, and at the end."""
        if self.confirmed_at is None:
            return None
        return next((part for part in ORDER if part not in self.done), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long copies live that nobody can reach into: topics and backups, in whole days."""

    topic_days: int
    backup_days: int

    def complete_on(self, confirmed_at: datetime) -> date:
        """Give the first day on which no copy is left of what was there at an instant.

        The last copy may have been made at that instant, and a day counts whole.
        """
        longest = timedelta(days=max(self.topic_days, self.backup_days))
        return _day_after(confirmed_at + longest)

    def settled_on(self, confirmed_at: datetime, answers: Sequence[Forgetting]) -> date:
        """Give the same day, or a later one where the audit log keeps copies for longer."""
        theirs = [_day_after(one.complete_by) for one in answers if one.complete_by is not None]
        return max([self.complete_on(confirmed_at), *theirs])


def _day_after(at: datetime) -> date:
    return at.astimezone(UTC).date() + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHold:
    """Why a person's data must stay for now (Article 17(3)(b) and (e)): its ground and its end."""

    hold_id: str
    pid: str
    ground: str
    set_at: datetime
    until: datetime
    set_by: Account
    lifted_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Say whether it stands at an instant."""
        return at < self.until and (self.lifted_at is None or at < self.lifted_at)


HOLD_GROUNDS: Final = frozenset({"gdpr_17_3_b", "gdpr_17_3_c", "gdpr_17_3_d", "gdpr_17_3_e"})
"""Legal duty, public health, research that erasure would seriously impair, legal claims."""
