# SPDX-License-Identifier: Apache-2.0
"""An officer's case: why sealed parts are to be opened, who asks, and who else agrees.

Nobody opens alone: whoever approves is never the one who asked. What was agreed on is opened anew
at each look and never kept, so that an erasure reaches it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

MAX_REVEALED: Final = 200
"""How many entries one request to open may name."""
APPROVED_FOR: Final = timedelta(days=30)
"""How long a second officer's word opens anything: what she judged by may have changed since."""
PRODUCERS: Final = "producers"
"""The reason of a case that lets a producer, its reference, be added, moved or read on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An account of an officer."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case; `reason` is a code, `reference` the number under which others know it, if any."""

    id: str
    reason: str
    reference: str | None
    owner: Officer
    opened_at: datetime
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether anything may still happen in it."""
        return self.closed_at is None


class RevealState(StrEnum):
    """How far a request to open has come."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """A request to open groups of sealed parts of named entries, within a case."""

    id: str
    case: str
    indexes: tuple[int, ...]
    groups: tuple[str, ...]
    asked_by: Officer
    asked_at: datetime
    state: RevealState
    decided_by: Officer | None
    decided_at: datetime | None

    @property
    def opens_until(self) -> datetime | None:
        """Until when the request opens something, None when it was not approved."""
        if self.state is not RevealState.APPROVED or self.decided_at is None:
            return None
        return self.decided_at + APPROVED_FOR

    def opens_at(self, at: datetime) -> bool:
        """Tell whether a second officer's word stands at this time."""
        until = self.opens_until
        return until is not None and at < until


def covers(
    reveals: Collection[Reveal],
    indexes: Collection[int],
    groups: Collection[str],
    at: datetime,
) -> bool:
    """Tell whether each of these groups of each of these entries may be opened at this time."""
    agreed = {
        (index, group)
        for one in reveals
        if one.opens_at(at)
        for index in one.indexes
        for group in one.groups
    }
    return all((index, group) in agreed for index in indexes for group in groups)
