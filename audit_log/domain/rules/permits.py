# SPDX-License-Identifier: Apache-2.0
"""What permit entries say of a permit, kept so that its state at any instant can be told."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final

from audit_log.domain.rules.seen import Seen
from shared.clock import from_rfc3339


class Turn(Enum):
    """How an entry changes a permit."""

    LIVE = "live"
    HELD = "held"
    ENDED = "ended"
    EXPIRED = "expired"


TURNS: Final = {
    "placet.permit.issued.v1": Turn.LIVE,
    "placet.permit.renewed.v1": Turn.LIVE,
    "placet.permit.released.v1": Turn.LIVE,
    "placet.permit.held.v1": Turn.HELD,
    "placet.permit.revoked.v1": Turn.ENDED,
    "placet.permit.expired.v1": Turn.EXPIRED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitHistory:
    """A permit as its entries tell it; `turns` are in the order of their own times.

    `until` is the first instant at which it no longer holds, None when no entry says so.
    """

    dataset: str | None = None
    holder: str | None = None
    until: datetime | None = None
    turns: tuple[tuple[datetime, Turn], ...] = ()

    def turn_at(self, at: datetime) -> Turn | None:
        """Say how the permit stood at an instant; None before its first turn.

        An end is for good, whatever is said to come after it.
        """
        state: Turn | None = None
        for when, turn in self.turns:
            if when > at:
                break
            if state is not Turn.ENDED:
                state = turn
        if state in {Turn.LIVE, Turn.HELD} and self.until is not None and at >= self.until:
            return Turn.EXPIRED
        return state


def told(history: PermitHistory | None, seen: Seen) -> PermitHistory:
    """Take in a permit entry, whenever it arrives."""
    before = history or PermitHistory()
    turn = TURNS[seen.type]
    turns = sorted({*before.turns, (seen.at, turn)}, key=lambda one: (one[0], one[1].value))
    after = replace(before, turns=tuple(turns))
    if turn is not Turn.LIVE:
        return after
    return replace(
        after,
        dataset=seen.dataset or before.dataset,
        holder=seen.holder or before.holder,
        until=_until(seen) or before.until,
    )


def _until(seen: Seen) -> datetime | None:
    text = seen.text("expires_at")
    if text is None:
        return None
    try:
        return from_rfc3339(text)
    except ValueError:
        return None
