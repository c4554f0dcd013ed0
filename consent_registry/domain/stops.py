# SPDX-License-Identifier: Apache-2.0
"""What takes a person out beside consents and opt-out: a restriction, an objection, an erasure.

A restriction (GDPR Article 18) leaves nothing but storage, under whatever law the data are used; it
is lifted again. An upheld objection (Article 21) acts as the rules of the dataset's law say. An
erasure (Article 17) never ends, nor does a stop of which nobody can read what it was. None of them
is a consent state, and none changes one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from consent_registry.domain.regimes import Moment, No, Rules


class StopKind(Enum):
    """Why somebody is out."""

    RESTRICTION = "restriction"
    OBJECTION = "objection"
    ERASURE = "erasure"
    UNREADABLE = "unreadable"  # what is stored says neither which stop it is nor whether it ended

    @property
    def cause(self) -> str:
        """The word for it in feeds, decisions and reasons."""
        return _CAUSES[self]


_CAUSES = {
    StopKind.RESTRICTION: "restricted",
    StopKind.OBJECTION: "objected",
    StopKind.ERASURE: "erased",
    StopKind.UNREADABLE: "unreadable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StopEvent:
    """A stop that begins or ends; `number` orders them, `request_id` names what asked for it."""

    number: int
    pid: str
    kind: StopKind
    begins: bool
    recorded_at: datetime
    request_id: str | None = None


def standing_stops(events: Iterable[StopEvent], known_at: datetime | None = None) -> set[StopKind]:
    """Say what stops one person, from what was recorded by `known_at` (None: all of it).

    Under several names, each name's own events say what stops it, and each stops all of her. An
    erasure counts whenever one asks: what she allowed before can no longer be read.
    """
    stops: set[tuple[str, StopKind]] = set()
    for event in sorted(events, key=lambda one: one.number):
        late = known_at is not None and event.recorded_at > known_at
        if late and event.kind is not StopKind.ERASURE:
            continue
        if event.begins or event.kind is StopKind.UNREADABLE:
            stops.add((event.pid, event.kind))
        elif event.kind is not StopKind.ERASURE:
            stops.discard((event.pid, event.kind))
    return {kind for _, kind in stops}


def acts(kind: StopKind, rules: Rules, moment: Moment) -> bool:
    """Say whether a stop takes people out of permits of this moment under these rules."""
    return kind is not StopKind.OBJECTION or rules.says(No.OBJECTION, moment)
