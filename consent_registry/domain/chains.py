# SPDX-License-Identifier: Apache-2.0
"""Whether stored consent events are the ones that were recorded, keys destroyed or not.

The chain covers what is open and the commitments; a part that can still be opened is held against
its commitment too. After an erasure the first check is all that is left, and it still holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from consent_registry.domain.records import NO_PREVIOUS, EventRecord, commitment, event_hash


class ChainFault(Enum):
    """What is wrong with one stored event."""

    PREVIOUS = "previous_mismatch"
    HASH = "hash_mismatch"
    COMMITMENT = "commitment_mismatch"
    UNREADABLE = "part_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A stored event with what chains it. `opened` is salt and part; None when its key is gone.

    `unreadable` says that the key is there and does not open the part.
    """

    record: EventRecord
    committed: bytes
    previous: bytes
    chained: bytes
    opened: tuple[bytes, bytes] | None = None
    unreadable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A fault, at the event that shows it."""

    event_id: str
    fault: ChainFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a check of the chains of a dataset found: events, those without a key, faults."""

    events: int
    erased: int
    broken: tuple[Broken, ...]


def verify(links: Iterable[Link]) -> Verified:
    """Check the chains of one dataset's members, given member by member in the order recorded."""
    events = erased = 0
    broken: list[Broken] = []
    member, last = None, NO_PREVIOUS
    for link in links:
        if link.record.ordinal != member:
            member, last = link.record.ordinal, NO_PREVIOUS
        broken += [Broken(event_id=link.record.event_id, fault=f) for f in _faults(link, last)]
        last = link.chained
        events += 1
        erased += link.opened is None and not link.unreadable
    return Verified(events=events, erased=erased, broken=tuple(broken))


def _faults(link: Link, last: bytes) -> list[ChainFault]:
    found: list[ChainFault] = []
    if link.previous != last:
        found.append(ChainFault.PREVIOUS)
    if event_hash(link.previous, link.record.open_part(), link.committed) != link.chained:
        found.append(ChainFault.HASH)
    if link.unreadable:
        found.append(ChainFault.UNREADABLE)
    if link.opened is not None:
        event_id, (salt, part) = link.record.event_id, link.opened
        if commitment(event_id, salt, part) != link.committed:
            found.append(ChainFault.COMMITMENT)
    return found
