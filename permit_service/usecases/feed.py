# SPDX-License-Identifier: Apache-2.0
"""The signed feed of the register `permits`: snapshot, changes, heartbeat.

Everything that leaves is signed and says at which revision it is true; a reader who trusts the
key needs no trust in the road.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from permit_service.domain.register import (
    CHANGES_TYPE,
    HEARTBEAT_TYPE,
    SNAPSHOT_TYPE,
    changes_body,
    heartbeat_body,
    snapshot_body,
)
from permit_service.ports import Ports

MAX_BATCH: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The whole register, signed, and the cursor that continues from it."""

    jws: str
    cursor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What followed a cursor, signed, the newest heartbeat, and the next cursor."""

    jws: str
    heartbeats: Sequence[str]
    cursor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Peek:
    """Whether anything followed a cursor, and the newest heartbeat; unequal means news."""

    changed: bool
    heartbeat: str | None


def snapshot(*, ports: Ports) -> Snapshot:
    """Give the whole register at one revision."""
    with ports.units() as work:
        revision = work.register.revision()
        permits = work.permits.registered()
    body = snapshot_body(
        permits, issuer=ports.policy.profile.issuer, revision=revision, now=ports.clock.now()
    )
    return Snapshot(jws=ports.feed_signer.sign(body, typ=SNAPSHOT_TYPE), cursor=revision)


def changes(after: int, *, ports: Ports) -> Batch:
    """Give at most 500 changes after the cursor; none is a batch too, and signed like any other.

    The heartbeat is read before the changes: it never speaks of a revision that a full batch does
    not reach, so a reader who has applied the batch has caught up with the heartbeat.
    """
    with ports.units() as work:
        heartbeat = work.register.heartbeat()
        found = work.register.after(after, MAX_BATCH)
    body = changes_body(
        found, issuer=ports.policy.profile.issuer, after=after, now=ports.clock.now()
    )
    return Batch(
        jws=ports.feed_signer.sign(body, typ=CHANGES_TYPE),
        heartbeats=() if heartbeat is None else (heartbeat,),
        cursor=found[-1].revision if found else after,
    )


def peek(after: int, *, ports: Ports) -> Peek:
    """Look whether anything followed the cursor, without signing it."""
    with ports.units() as work:
        heartbeat = work.register.heartbeat()
        return Peek(changed=bool(work.register.after(after, 1)), heartbeat=heartbeat)


def beat(*, ports: Ports) -> None:
    """Sign where the register stands now and keep it for the feed."""
    with ports.units() as work:
        now, revision = ports.clock.now(), work.register.revision()
        body = heartbeat_body(issuer=ports.policy.profile.issuer, revision=revision, now=now)
        work.register.keep_heartbeat(ports.feed_signer.sign(body, typ=HEARTBEAT_TYPE), now)
        work.commit()
