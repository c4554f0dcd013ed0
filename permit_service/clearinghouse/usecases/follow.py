# SPDX-License-Identifier: Apache-2.0
"""Follow one publisher's feed: snapshot, then changes, and a snapshot again when in doubt.

What does not fit what was said before (a gap, a step back, an unknown kind) is never guessed at:
the picture stays as it was, growing older, and the next step starts from a snapshot.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from permit_service.clearinghouse.domain import state
from permit_service.clearinghouse.domain.errors import FeedFault, SourceUnreachable
from permit_service.clearinghouse.domain.feed_reading import (
    dataset_of,
    field,
    read_dataset,
    read_dataset_change,
    read_permit_change,
    read_permits,
    revision_of,
)
from permit_service.clearinghouse.domain.freshness import Heartbeat
from permit_service.clearinghouse.domain.state import PERMITS, DatasetRegister
from permit_service.clearinghouse.ports import Feed
from permit_service.clearinghouse.usecases.board import Board, Picture
from shared.ids import DatasetId

Body: TypeAlias = Mapping[str, object]
Merge: TypeAlias = Callable[[Picture, Sequence[Body]], Picture]

PATIENT_SECONDS: Final = 10.0
HURRIED_SECONDS: Final = 0.5

_log = logging.getLogger(__name__)


class Follower:
    """Keeps one publisher's part of the picture up to date; one thread calls `step`."""

    def __init__(
        self,
        name: str,
        feed: Feed,
        board: Board,
        *,
        resync: Merge,
        advance: Merge,
        hurry: Merge | None = None,
    ) -> None:
        self.name: Final = name
        self._feed = feed
        self._board = board
        self._resync = resync
        self._advance = advance
        self._hurry = hurry
        self._cursor: int | None = None
        self._beats: Sequence[Heartbeat] = ()
        self._wait_seconds = 0.0

    def step(self) -> bool:
        """Ask once and apply the answer; say whether to ask again at once.

        A publisher with too many that wait answers at once: asking at once again would be a flood.
        """
        try:
            if self._cursor is None:
                self._load()
                return True
            return self._follow(self._cursor)
        except SourceUnreachable:
            _log.warning("feed_unreachable", extra={"feed": self.name})
            return False
        except FeedFault as fault:
            self._cursor = None
            _log.error("feed_refused", extra={"feed": self.name, "fault": str(fault)})
            return False

    def _load(self) -> None:
        snapshot = self._feed.snapshot()
        self._board.update(lambda picture: self._resync(picture, snapshot.registers))
        self._cursor = snapshot.cursor
        self._wait_seconds = 0.0

    def _follow(self, cursor: int) -> bool:
        """Apply what followed the cursor; say whether there was anything new."""
        news = self._feed.news(cursor, wait_seconds=self._wait_seconds)
        _require_order(news.changes, cursor, news.cursor)
        if news.changes:
            self._board.update(lambda picture: self._advance(picture, news.changes))
        if news.urgent and (hurry := self._hurry) is not None:
            self._board.update(lambda picture: hurry(picture, news.urgent))
        self._cursor = news.cursor
        for beat in news.heartbeats:
            self._board.heard(beat)
        fresh = bool(news.changes) or news.heartbeats != self._beats
        self._beats = news.heartbeats
        # A heartbeat alone does not end a wait: as long as one is missing, waits are short.
        self._wait_seconds = PATIENT_SECONDS if self._board.ready() else HURRIED_SECONDS
        return fresh


def follow_datasets(name: str, feed: Feed, board: Board) -> Follower:
    """Follow the consent registry: one register per dataset."""

    def resync(picture: Picture, registers: Sequence[Body]) -> Picture:
        known = dict(picture.datasets or {})
        for body in registers:
            fresh = read_dataset(body, feed.manifest)
            known[fresh.dataset] = state.dataset_resynced(known.get(fresh.dataset), fresh)
        return replace(picture, datasets=known)

    def advance(picture: Picture, changes: Sequence[Body]) -> Picture:
        known = dict(picture.datasets or {})
        for dataset, bodies in _by_dataset(changes).items():
            register = known.get(dataset) or _announced(dataset, bodies[0])
            read = [read_dataset_change(body, feed.manifest) for body in bodies]
            known[dataset] = state.apply_dataset(register, read)
        return replace(picture, datasets=known)

    def hurry(picture: Picture, changes: Sequence[Body]) -> Picture:
        known = dict(picture.datasets or {})
        for dataset, bodies in _by_dataset(changes).items():
            if (register := known.get(dataset)) is not None:
                read = [read_dataset_change(body, feed.manifest) for body in bodies]
                gone = [one for one in read if isinstance(one, state.MemberNarrowed)]
                known[dataset] = state.narrowed_ahead(register, gone)
        return replace(picture, datasets=known)

    return Follower(name, feed, board, resync=resync, advance=advance, hurry=hurry)


def follow_permits(name: str, feed: Feed, board: Board) -> Follower:
    """Follow the permit service: the one register `permits`."""

    def resync(picture: Picture, registers: Sequence[Body]) -> Picture:
        if len(registers) != 1:
            raise FeedFault("not the one register of permits")
        fresh = read_permits(registers[0])
        return replace(picture, permits=state.permits_resynced(picture.permits, fresh))

    def advance(picture: Picture, changes: Sequence[Body]) -> Picture:
        if picture.permits is None or any(body.get("register") != PERMITS for body in changes):
            raise FeedFault("a change of another register")
        read = [read_permit_change(body) for body in changes]
        return replace(picture, permits=state.apply_permits(picture.permits, read))

    return Follower(name, feed, board, resync=resync, advance=advance)


def _require_order(changes: Sequence[Body], after: int, upto: int) -> None:
    last = after
    for change in changes:
        position = field(change, "position", int)
        if position <= last:
            raise FeedFault("positions do not rise")
        last = position
    if upto < last:
        raise FeedFault("the cursor goes back")


def _by_dataset(changes: Sequence[Body]) -> Mapping[DatasetId, Sequence[Body]]:
    grouped: dict[DatasetId, list[Body]] = defaultdict(list)
    for change in changes:
        dataset = dataset_of(field(change, "register", str))
        if dataset is None:
            raise FeedFault("a change of another register")
        grouped[dataset].append(change)
    return grouped


def _announced(dataset: DatasetId, first: Body) -> DatasetRegister:
    """Begin the register of a new dataset; its first change must announce it."""
    if first.get("kind") != "dataset.added":
        raise FeedFault("a change of an unknown dataset")
    return DatasetRegister(dataset=dataset, revision=revision_of(first))
