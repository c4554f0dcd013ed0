# SPDX-License-Identifier: Apache-2.0
"""What permit entries say of a permit, kept so that its state at any instant can be told."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import reduce
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an entry of a permit lets.

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

    def then(self, later: "Terms") -> "Terms":
        """Give what holds after a later entry: of what that does not name, what held before."""
        return Terms(
            dataset=later.dataset or self.dataset,
            holder=later.holder or self.holder,
            cohort=later.cohort or self.cohort,
            nodes=later.nodes or self.nodes,
            countries=later.countries or self.countries,
            regions=later.regions or self.regions,
            most_bytes=self.most_bytes if later.most_bytes is None else later.most_bytes,
        )


Told: TypeAlias = tuple[datetime, Turn, datetime | None, Terms]
"""A turn: when, which, the end that its entry names (the first instant of not holding), terms."""
NO_TERMS: Final = Terms()


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitHistory:
    """A permit as its entries tell it; `turns` are in the order of their own times.

    `before` are the terms that earlier releases remembered without a time.
    """

    before: Terms = NO_TERMS
    turns: tuple[Told, ...] = ()

    def terms_at(self, at: datetime) -> Terms:
        """Say what the permit let at an instant; before its first entry, what that says."""
        live = [(when, terms) for when, turn, _, terms in self.turns if turn is Turn.LIVE]
        said = [terms for when, terms in live if when <= at]
        return reduce(Terms.then, said or [terms for _, terms in live[:1]], self.before)

    def turn_at(self, at: datetime) -> Turn | None:
        """Say how the permit stood at an instant; None before its first turn.

        An end is for good, whatever is said to come after it. Until when a permit holds is what
        its newest entry before that instant says: a renewal makes nothing good that was before it.
        """
        state: Turn | None = None
        for when, turn, *_ in self.turns:
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
        said = [until for when, _, until, _ in self.turns if when <= at and until is not None]
        return said[-1] if said else None


def told(history: PermitHistory | None, seen: Seen) -> PermitHistory:
    """Take in a permit entry, whenever it arrives."""
    before = history or PermitHistory()
    turn = TURNS[seen.type]
    opens = turn is Turn.LIVE
    said = (seen.at, turn, _until(seen) if opens else None, _terms(seen) if opens else NO_TERMS)
    return replace(before, turns=tuple(sorted({*before.turns, said}, key=_order)))


def _terms(seen: Seen) -> Terms:
    return Terms(
        dataset=seen.dataset,
        holder=seen.holder,
        cohort=seen.text("cohort"),
        nodes=seen.texts("nodes"),
        countries=seen.countries,
        regions=seen.texts("regions"),
        most_bytes=seen.number("most_bytes"),
    )


def _order(one: Told) -> tuple[datetime, str, float, str]:
    """Put turns in order; of two ends said at one instant the earlier counts, being last."""
    when, turn, until, terms = one
    last = float("-inf") if until is None else -until.timestamp()
    return (when, turn.value, last, repr(terms))


def _until(seen: Seen) -> datetime | None:
    text = seen.text("expires_at")
    if text is None:
        return None
    try:
        return from_rfc3339(text)
    except ValueError:
        return None
