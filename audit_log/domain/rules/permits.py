# SPDX-License-Identifier: Apache-2.0
"""What permit entries say of a permit, kept so that its state at any instant can be told."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final, TypeAlias

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


Told: TypeAlias = tuple[datetime, Turn, datetime | None]
"""A turn: when, which, and the end that its entry names, the first instant of not holding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitHistory:
    """A permit as its entries tell it; `turns` are in the order of their own times.

    Nodes, countries (as pseudonyms) and regions are those in which it may be used, `most_bytes` how
    much may be read under it in all; what no entry names is not limited.
    """

    dataset: str | None = None
    holder: str | None = None
    cohort: str | None = None
    nodes: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    most_bytes: int | None = None
    turns: tuple[Told, ...] = ()

    def turn_at(self, at: datetime) -> Turn | None:
        """Say how the permit stood at an instant; None before its first turn.

        An end is for good, whatever is said to come after it. Until when a permit holds is what
        its newest entry before that instant says: a renewal makes nothing good that was before it.
        """
        state: Turn | None = None
        for when, turn, _ in self.turns:
            if when > at:
                break
            if state is not Turn.ENDED:
                state = turn
        if state in {Turn.LIVE, Turn.HELD}:
            until = self.until_at(at)
            if until is not None and at >= until:
                return Turn.EXPIRED
        return state

    def until_at(self, at: datetime) -> datetime | None:
        """Give the end that was said last at an instant, None when none was."""
        said = [until for when, _, until in self.turns if when <= at and until is not None]
        return said[-1] if said else None


def told(history: PermitHistory | None, seen: Seen) -> PermitHistory:
    """Take in a permit entry, whenever it arrives."""
    before = history or PermitHistory()
    turn = TURNS[seen.type]
    until = _until(seen) if turn is Turn.LIVE else None
    after = replace(
        before, turns=tuple(sorted({*before.turns, (seen.at, turn, until)}, key=_order))
    )
    if turn is not Turn.LIVE:
        return after
    return replace(
        after,
        dataset=seen.dataset or before.dataset,
        holder=seen.holder or before.holder,
        cohort=seen.text("cohort") or before.cohort,
        nodes=seen.texts("nodes") or before.nodes,
        countries=seen.countries or before.countries,
        regions=seen.texts("regions") or before.regions,
        most_bytes=_later(seen.number("most_bytes"), before.most_bytes),
    )


def shortened(before: PermitHistory | None, seen: Seen) -> bool:
    """Tell whether an entry names an earlier end than was known for its own time."""
    said, known = _until(seen), None if before is None else before.until_at(seen.at)
    return said is not None and known is not None and said < known


def _later(said: int | None, before: int | None) -> int | None:
    return before if said is None else said


def _order(one: Told) -> tuple[datetime, str, float]:
    """Put turns in order; of two ends said at one instant the earlier counts, being last."""
    when, turn, until = one
    return (when, turn.value, float("-inf") if until is None else -until.timestamp())


def _until(seen: Seen) -> datetime | None:
    text = seen.text("expires_at")
    if text is None:
        return None
    try:
        return from_rfc3339(text)
    except ValueError:
        return None
