# SPDX-License-Identifier: Apache-2.0
"""How old what is known of a register may be, and how old it is.

The age runs on this host's monotonic clock from the last heartbeat that this node had caught up
with. What the heartbeat had already lost on the road (by its own signed time) is added once, so
that held-back heartbeats cannot make an old picture look young. A heartbeat counts only if it is
newer than the last one, and the register never less than it.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from permit_service.clearinghouse.domain.errors import FeedFault
from shared.ids import Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The publisher's signed word that a register stood at a revision at a time."""

    register: str
    revision: Revision
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A heartbeat as received; `born` is the monotonic instant at which it was true."""

    revision: Revision
    time: datetime
    born: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What the heartbeats of one register have said.

    `newest` is the last one received, `caught_up` the last one whose revision had been applied.
    """

    newest: Beat | None = None
    caught_up: Beat | None = None

    def heard(
        self, beat: Heartbeat, *, applied: Revision, wall: datetime, monotonic: float, most: float
    ) -> "Freshness":
        """Take a heartbeat; one that is not newer than the newest proves nothing and is ignored.

        Raises FeedFault when a newer one goes back in revisions, and for one more than `most`
        seconds in the future of this host's wall clock.
        """
        lost = (wall - beat.time).total_seconds()
        if lost < -most:
            raise FeedFault("a heartbeat is from the future")
        known = self.newest
        if known is not None:
            if beat.time <= known.time:
                return self
            if beat.revision < known.revision:
                raise FeedFault("a heartbeat goes back")
        taken = Beat(revision=beat.revision, time=beat.time, born=monotonic - max(lost, 0.0))
        return replace(self, newest=taken).reached(applied)

    def reached(self, applied: Revision) -> "Freshness":
        """Note that the register has been applied up to a revision."""
        if self.newest is not None and self.newest.revision <= applied:
            return replace(self, caught_up=self.newest)
        return self

    def age(self, monotonic: float) -> float | None:
        """Give how old the picture is at most, in seconds; None before the first catch-up."""
        return None if self.caught_up is None else max(monotonic - self.caught_up.born, 0.0)
