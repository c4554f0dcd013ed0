# SPDX-License-Identifier: Apache-2.0
"""The opt-out of EHDS Article 71: its events, what they add up to, and the root over all of them.

One register for each node, its people numbered as members of a pseudo-dataset. Events are only
appended, take effect when recorded, and carry no reason. Their number orders them, not the clock.
The root is MTH of RFC 6962 section 2.1 over salted leaves, so that a permit which names number and
root commits to the whole register and tells nothing of anybody.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from consent_registry.domain.policy import Breadth
from consent_registry.domain.records import Channel
from shared.clock import to_rfc3339
from shared.ids import DatasetId, Ordinal, Revision

_EVENT: Final = b"placet/opt-out-event/v1\n"
_LEAF, _NODE = b"\x00", b"\x01"
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
SALT_BYTES: Final = 32
_HOLDER: Final = f"{Breadth.HOLDER.value}:"


class OptOutKind(Enum):
    """What a person did. Reversing is as simple as opting out."""

    REGISTERED = "registered"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an opt-out is about; `holder` is the controller's name where it is about one holder."""

    breadth: Breadth = Breadth.EVERYTHING
    holder: str = ""

    @property
    def text(self) -> str:
        """The form it is stored and sent in: `all`, `genomic` or `holder:<controller>`."""
        return f"{_HOLDER}{self.holder}" if self.breadth is Breadth.HOLDER else self.breadth.value

    def covers(self, controller: str) -> bool:
        """Say whether a dataset of this controller is meant; every dataset here is genomic."""
        return self.breadth is not Breadth.HOLDER or self.holder == controller


def about_of(text: str) -> About:
    """Read what `About.text` wrote. Raises ValueError for anything else."""
    if text.startswith(_HOLDER) and len(text) > len(_HOLDER):
        return About(breadth=Breadth.HOLDER, holder=text.removeprefix(_HOLDER))
    breadth = Breadth(text)
    if breadth is Breadth.HOLDER:
        raise ValueError("a holder is named")
    return About(breadth=breadth)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutEvent:
    """One event of the register. `ordinal` is the person's number in the pseudo-dataset."""

    number: Revision
    optout_id: str
    pid: str
    ordinal: Ordinal
    kind: OptOutKind
    about: About
    recorded_at: datetime
    channel: Channel
    salt: bytes

    def leaf(self) -> bytes:
        """Give its leaf hash; the salt keeps it from being found by trying."""
        fields = (
            self.optout_id,
            str(self.ordinal),
            self.kind.value,
            self.about.text,
            to_rfc3339(self.recorded_at),
            self.channel.value,
        )
        body = _EVENT + self.salt + "\n".join(fields).encode()
        return hashlib.sha256(_LEAF + hashlib.sha256(body).digest()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutRegister:
    """Where the register stands: its events, its people, and the hashes that make up the root.

    `edge` has one hash for each one-bit of `number`, the largest subtree first.
    """

    name: DatasetId
    number: Revision
    people: int
    recorded_at: datetime
    edge: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        """The root over all events so far; that of no events is SHA-256 of nothing."""
        return _joined(self.edge)


def register_name(country: str) -> DatasetId:
    """Name the pseudo-dataset whose members are the people of a country's register."""
    return DatasetId(f"GDI-{country}-PERSON-1")


def appended(number: int, edge: Sequence[bytes], leaf: bytes) -> tuple[bytes, ...]:
    """Give the edge after one more leaf: neighbours of one size are joined."""
    grown = [*edge, leaf]
    while number & 1:
        right, left = grown.pop(), grown.pop()
        grown.append(_node(left, right))
        number >>= 1
    return tuple(grown)


def root_of(events: Iterable[OptOutEvent]) -> bytes:
    """Rebuild the root from the events themselves, in their order."""
    edge: tuple[bytes, ...] = ()
    for number, event in enumerate(events):
        edge = appended(number, edge, event.leaf())
    return _joined(edge)


def standing_out(events: Iterable[OptOutEvent], known_at: datetime | None = None) -> set[About]:
    """Say about what one person is opted out, from what was recorded by `known_at`."""
    about: set[About] = set()
    for event in sorted(events, key=lambda one: one.number):
        if known_at is not None and event.recorded_at > known_at:
            continue
        if event.kind is OptOutKind.REGISTERED:
            about.add(event.about)
        else:
            about.discard(event.about)
    return about


def opted_out(
    events: Iterable[OptOutEvent], controller: str, known_at: datetime | None = None
) -> bool:
    """Say whether one person is opted out of the datasets of a controller.

    What was recorded at the very instant asked about counts: at a tie the person wins.
    """
    return any(about.covers(controller) for about in standing_out(events, known_at))


def _joined(edge: Sequence[bytes]) -> bytes:
    if not edge:
        return EMPTY_ROOT
    root = edge[-1]
    for left in reversed(edge[:-1]):
        root = _node(left, root)
    return root


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
