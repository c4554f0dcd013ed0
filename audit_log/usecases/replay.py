# SPDX-License-Identifier: Apache-2.0
"""Erasures outlive the backups from before them: whatever a restored database lacks is done again.

Done at the start of every process of the log, before it does anything else, and now and then
afterwards. What is found outside the database and not in it is one of two: the database was
restored from before the erasure, or the erasure's own commit failed. Either way it was decided, no
legal hold forbade it then, and it is done now.
"""

import logging
from base64 import b64decode
from collections.abc import Iterable, Iterator
from typing import Final

from audit_log.domain.destroyed import Destroyed, SaidErasure
from audit_log.domain.errors import OlderThanErased
from audit_log.domain.received import Received
from audit_log.ports import KeepingTransaction, OutsideErasures, Pseudonyms
from audit_log.usecases.erase import replayed_fact
from shared.clock import Clock
from shared.entries import parse_entry
from shared.events import Fact
from shared.first import Once

SAYS_SO: Final = b'"ty":"placet.audit.erase.v1"'
_log = logging.getLogger(__name__)


class Replayer:
    """Holds the database against what is remembered outside of it; every call may be repeated."""

    def __init__(
        self,
        *,
        outside: OutsideErasures,
        transaction: KeepingTransaction,
        pseudonyms: Pseudonyms,
        clock: Clock,
    ) -> None:
        self._outside = outside
        self._transaction = transaction
        self._pseudonyms = pseudonyms
        self._clock = clock
        self._once = Once(self.step)

    def ensure(self) -> None:
        """See to it that this process has looked once; raises what `step` does."""
        self._once()

    def ensure_whole(self) -> None:
        """See to the same for whoever adds to the tree.

        Raises OlderThanErased when the tree is smaller than it was at an erasure: in the intake and
        in Kafka may lie sealed parts of people who were erased since. A recovery leaves them away.
        """
        self.ensure()
        least = self._outside.known().least
        with self._transaction() as desk:
            size = desk.size()
        if size < least:
            raise OlderThanErased("the tree is smaller than at an erasure: `placet log recover`")

    def step(self) -> bool:
        """Do what is lacking, each in a transaction of its own; False, for there is no more.

        Raises ErasuresUnreadable, and LogMismatch when database and file do not belong together.
        """
        known = self._outside.known().erasures
        with self._transaction() as desk:
            lacking = desk.lacking(known)
            here = desk.done_before()
        for one in lacking:
            self._again(one)
        there = {one.id for one in known}
        if fresh := [one for one in here if one.id not in there]:
            self._outside.remember(fresh)  # from before there was a file, or the file was lost
        return False

    def from_entries(self, said: Iterable[SaidErasure]) -> int:
        """Do erasures of which entries alone speak: nothing is remembered of them outside.

        The key is found by its hash, where the database has it. Where the parts of a key were that
        it has not, nobody knows: gives the index below which any part may be one, 0 for none.
        """
        known = {one.id for one in self._outside.known().erasures}
        below = 0
        for one in said:
            if one.id in known:
                continue
            below = max(below, one.below)
            with self._transaction() as desk:
                found = desk.destroyed_by(one)
            if found is not None:
                self._again(found)
                self._outside.remember([found])
        return below

    def _again(self, one: Destroyed) -> None:
        now = self._clock.now()
        with self._transaction() as desk:
            if not desk.lacking([one]):  # another process was faster
                return
            parts = desk.shred_again(one, self._pseudonyms)
            desk.record(replayed_fact(one, parts, now))
        _log.critical(
            "an erasure was done again: the database was restored from before it",
            extra={"erasure": one.id, "parts": parts},
        )


def erasures_said(entries: Iterable[bytes]) -> Iterator[SaidErasure]:
    """Read which erasures entries speak of."""
    for raw in entries:
        if SAYS_SO not in raw:
            continue
        entry = parse_entry(raw)
        erasure, below, key = (entry.extra.get(name) for name in ("erasure", "below", "key"))
        places = entry.extra.get("places")
        if isinstance(erasure, str) and isinstance(below, int) and isinstance(places, str):
            yield SaidErasure(
                src=entry.src,
                id=erasure,
                ground=entry.reason or "",
                below=below,
                key=key if isinstance(key, str) else None,
                digest=b64decode(places),
                at=entry.occurred_at,
            )


def said_again(waiting: Iterable[Received], src: str) -> Iterator[Fact]:
    """Give what the log has said about erasures done again, and not sequenced.

    A recovery drops it, for its place in the log's own chain is taken, and says it anew.
    """
    for one in waiting:
        if one.sources != {src} or SAYS_SO not in one.raw:
            continue
        entry = parse_entry(one.raw)
        if "again" in entry.extra:
            yield Fact(
                type=entry.type,
                occurred_at=entry.occurred_at,
                trace_id=entry.trace_id,
                reason=entry.reason,
                counts=entry.counts,
                extra=entry.extra,
            )
