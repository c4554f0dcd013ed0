# SPDX-License-Identifier: Apache-2.0
"""Who is one person: merges of participants, pending, confirmed, and undone.

A merge counts from the instant it is recorded and is never dated back. While it is pending each of
the two is treated as the more protected of both; once somebody else has confirmed it they are one;
once undone they are two again, with every event still where it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum

from consent_registry.domain.person_events import MERGES, PersonKind, PersonRecord, known


class MergeState(Enum):
    """Where a merge stands."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """One merge; `proposed_by` is the login that proposed it, None when it cannot be read.

    `why` is what whoever proposed it wrote for whoever confirms it.
    """

    merge_id: str
    pids: frozenset[str]
    state: MergeState
    proposed_at: datetime
    settled_at: datetime | None
    proposed_by: tuple[str, str] | None
    why: str = ""


_STATES = {
    PersonKind.MERGE_PROPOSED: MergeState.PENDING,
    PersonKind.MERGE_CONFIRMED: MergeState.CONFIRMED,
    PersonKind.MERGE_UNDONE: MergeState.UNDONE,
}


def merges(
    records: Iterable[PersonRecord], effective_at: datetime, known_at: datetime | None = None
) -> list[Merge]:
    """Give every merge of these events as it stood, in the order in which they were proposed.

    An undone merge stays undone; the two may be merged again, which is another merge.
    """
    found: dict[str, Merge] = {}
    for one in known((one for one in records if one.kind in MERGES), effective_at, known_at):
        before = found.get(one.matter)
        if before is None:
            found[one.matter] = Merge(
                merge_id=one.matter,
                pids=frozenset({one.pid, one.about or one.pid}),
                state=_STATES[one.kind],
                proposed_at=one.recorded_at,
                settled_at=None,
                proposed_by=one.actor,
                why=one.body.get("why", ""),
            )
        elif before.state is not MergeState.UNDONE and _STATES[one.kind] is not MergeState.PENDING:
            found[one.matter] = replace(before, state=_STATES[one.kind], settled_at=one.recorded_at)
    return list(found.values())


def groups(pids: Iterable[str], joined: Sequence[Merge]) -> Mapping[str, frozenset[str]]:
    """Give for each person everybody she is joined to by these merges, herself included."""
    found = {pid: frozenset({pid}) for pid in pids}
    for merge in joined:
        together = frozenset().union(*(found.get(pid, frozenset({pid})) for pid in merge.pids))
        found |= dict.fromkeys(together, together)
    return found


def one_person(
    records: Iterable[PersonRecord], pid: str, known_at: datetime | None = None
) -> frozenset[str]:
    """Give everybody who is confirmed to be the same person, as known at an instant."""
    always = datetime.max.replace(tzinfo=UTC)
    told = merges(records, always, known_at)
    confirmed = [merge for merge in told if merge.state is MergeState.CONFIRMED]
    return groups([pid], confirmed).get(pid, frozenset({pid}))
