# SPDX-License-Identifier: Apache-2.0
"""What clearinghouses follow: snapshots to start from, changes in commit order, heartbeats.

Everything is signed; the answer's cursor repeats what stands in it. Nobody is named beyond the
holder's own local ids.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.bitmaps import to_text
from consent_registry.domain.cohort import holding
from consent_registry.domain.purpose import Category, Purpose
from consent_registry.domain.register import (
    MAX_CHANGES,
    MAX_URGENT,
    Dataset,
    LiveCohort,
    StoredChange,
)
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.binding import cohort_item
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.feed_bodies import (
    CHANGES_TYPE,
    HEARTBEAT_TYPE,
    SNAPSHOT_TYPE,
    Change,
    Changes,
    Heartbeat,
    Snapshot,
)

HEARTBEAT_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshots:
    """Every register whole, signed, and the cursor from which changes continue."""

    snapshots: tuple[str, ...]
    cursor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A signed batch, the newest heartbeats, and the next cursor.

    `tag` names what this answer tells: the same cursor and tag tell the same.
    """

    batch: str
    heartbeats: tuple[str, ...]
    cursor: int
    tag: str


def snapshot(*, tools: Tools) -> Snapshots:
    """Give every dataset's register and the cursor, all of one state."""
    at = tools.clock.now()
    with tools.reads() as uow:
        cursor = uow.feed.newest()
        bodies = [_snapshot(uow, tools, dataset, at, cursor) for dataset in uow.datasets.every()]
    signed = tuple(tools.signer.sign(body, typ=SNAPSHOT_TYPE) for body in bodies)
    return Snapshots(snapshots=signed, cursor=cursor)


def news(after: int, wait_seconds: float, *, tools: Tools, pause: Callable[[float], None]) -> News:
    """Give what followed a position, waiting up to `wait_seconds` for a change or a heartbeat.

    A cursor beyond the newest position (the database was set back) gets a batch after the newest
    one: its reader sees that it does not continue and starts again from a snapshot.
    """
    deadline = tools.clock.monotonic() + wait_seconds
    first = _newest(tools)
    if first[0] == after:
        while tools.clock.monotonic() < deadline and _newest(tools) == first:
            pause(_POLL_SECONDS)
    with tools.reads() as uow:
        newest = uow.feed.newest()
        stored = uow.feed.after(after, MAX_CHANGES)
        beats = tuple(uow.feed.heartbeats())
        changes = _expanded(stored, after)
        start = min(after, newest)
        upto = changes[-1].position if changes else start
        behind = uow.feed.narrowings(upto, MAX_URGENT) if upto < newest else ()
    batch = Changes(
        issuer=tools.issuer,
        time=tools.clock.now(),
        after=start,
        upto=upto,
        changes=changes,
        urgent=_expanded(behind, upto)[:MAX_URGENT],
    )
    signed = tools.signer.sign(batch.body(), typ=CHANGES_TYPE)
    told = "\n".join((str(after), str(newest), *beats))
    tag = hashlib.sha256(told.encode()).hexdigest()[:32]
    return News(batch=signed, heartbeats=beats, cursor=upto, tag=tag)


def _newest(tools: Tools) -> tuple[int, datetime | None]:
    with tools.reads() as uow:
        return uow.feed.newest(), uow.feed.newest_beat()


def beat(*, tools: Tools) -> int:
    """Sign and keep a heartbeat of every dataset; gives their number.

    A heartbeat names a committed revision, and its changes were committed with it: whoever has
    followed the feed up to that revision has missed nothing.
    """
    at = tools.clock.now()  # before the revisions are read: a stall must not make them look young
    with tools.units() as uow:
        datasets = uow.datasets.every()
        for dataset in datasets:
            body = Heartbeat(
                issuer=tools.issuer, register=dataset.register, revision=dataset.revision, time=at
            ).body()
            jws = tools.signer.sign(body, typ=HEARTBEAT_TYPE)
            uow.feed.keep_heartbeat(dataset.register, dataset.revision, at, jws)
        uow.commit()
    return len(datasets)


def _snapshot(
    uow: UnitOfWork, tools: Tools, dataset: Dataset, at: datetime, position: int
) -> dict[str, JSON]:
    now = dataset.now(at)
    anything = tools.inquiry(Purpose(category=Category.GRU), now, dataset)
    with uow.events.index(dataset.dataset, now) as index:
        live = to_text(holding(index, anything))
    content: dict[str, JSON] = {
        "table_version": dataset.table_version,
        "legal_regime": dataset.legal_regime,
        "local_ids": list(uow.people.local_ids(dataset.dataset)),
        "live": live,
        "cohorts": [_live_item(cohort) for cohort in uow.cohorts.live(dataset.dataset)],
    }
    return Snapshot(
        issuer=tools.issuer,
        register=dataset.register,
        revision=dataset.revision,
        position=position,
        time=at,
        content=content,
    ).body()


def _live_item(cohort: LiveCohort) -> dict[str, JSON]:
    item = cohort_item(cohort.frozen, to_text(cohort.members), cohort.lapses)
    return {**item, "revision": cohort.frozen.revision}


def _expanded(stored: Sequence[StoredChange], after: int) -> tuple[Change, ...]:
    """Give each item its own position, leaving out those the reader has."""
    return tuple(
        Change(
            position=position,
            register=f"dataset:{one.change.dataset}",
            revision=one.change.revision,
            kind=one.change.kind.value,
            content=item,
        )
        for one in stored
        for position, item in enumerate(one.change.items, start=one.first_position)
        if position > after
    )
