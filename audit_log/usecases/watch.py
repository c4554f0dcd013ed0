# SPDX-License-Identifier: Apache-2.0
"""The checks at work: published entries go before the rules in index order, apart from ingest.

What was examined, what is remembered and what was found are written together; a step that fails,
or that another worker overtook, is forgotten and begun anew from what is stored.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from audit_log.domain.note import SignatureCheck, VerifierKey, parse_vkey
from audit_log.domain.rules.memory import Memory
from audit_log.domain.rules.silence import LastBeat
from audit_log.domain.rules.stored import remembered, written
from audit_log.domain.rules.thresholds import Thresholds
from audit_log.ports import Pseudonyms, Registered, RuleStore, Step, Vault
from audit_log.usecases.examine import Examiner
from audit_log.usecases.see import Viewer
from shared.clock import Clock

ENTRIES: Final = "entries"
"""The cursor of the examination."""


class Watcher:
    """Examines published entries; call `step` again and again."""

    def __init__(
        self,
        *,
        store: RuleStore,
        vault: Vault,
        pseudonyms: Pseudonyms,
        check: SignatureCheck,
        clock: Clock,
        thresholds: Thresholds,
        batch: int = 2_000,
    ) -> None:
        self._store = store
        self._vault = vault
        self._pseudonyms = pseudonyms
        self._check = check
        self._clock = clock
        self._thresholds = thresholds
        self._batch = batch
        self._examiner: Examiner | None = None
        self._next = 0
        self._erasures = 0

    def step(self) -> bool:
        """Examine some entries, or let time pass when there are none; True when there were.

        Raises what the store raises; the next call begins anew from what is stored.
        """
        try:
            return self._step()
        except BaseException:
            self._examiner = None
            raise

    def _step(self) -> bool:
        if self._store.erasures() != self._erasures:
            self._examiner = None  # it may remember whoever was erased
        examiner = self._examiner or self._load()
        entries = self._store.entries(self._next, self._batch)
        producers = self._store.producers()
        viewer = Viewer(
            vault=self._vault,
            pseudonyms=self._pseudonyms,
            check=self._check,
            vkeys=_keys(producers),
        )
        for arrived, together in groupby(entries, attrgetter("arrived")):
            examiner.pass_time(arrived)
            for stored in together:
                examiner.take(viewer.see(stored))
        end = self._next + len(entries)
        for recheck in examiner.rechecks:
            among = range(recheck.first, end)
            for stored in self._store.uses(recheck.dataset, recheck.since, among):
                seen = viewer.see(stored)
                if recheck.concerns(seen):
                    examiner.recheck(seen)
        # While entries are waiting, time has come only as far as the last one examined.
        caught_up = len(entries) < self._batch
        now = self._clock.now() if caught_up else entries[-1].arrived
        examiner.settle(
            now,
            producers=[_unheard(one) for one in producers],
            missing=self._store.missing(),
        )
        self._write(examiner, end)
        self._store.say_closed(self._clock.now())
        return bool(entries)

    def _load(self) -> Examiner:
        stored = self._store.load()
        self._next, self._erasures = stored.next, stored.erasures
        memory = remembered(stored.rows) if stored.rows else Memory()
        self._examiner = Examiner(memory, self._thresholds)
        return self._examiner

    def _write(self, examiner: Examiner, end: int) -> None:
        changes = [
            (kind, key, None if value is None else written(value))
            for kind, key, value in examiner.memory.changes()
        ]
        if changes or examiner.raised or examiner.healed or end != self._next:
            step = Step(
                name=ENTRIES,
                before=self._next,
                next=end,
                changes=changes,
                raised=examiner.raised,
                healed=examiner.healed,
                erasures=self._erasures,
            )
            self._store.commit(step, self._clock.now())
        examiner.memory.settled()
        examiner.clear()
        self._next = end


def _keys(producers: Sequence[Registered]) -> dict[str, VerifierKey]:
    return {one.src: parse_vkey(one.vkey) for one in producers}


def _unheard(one: Registered) -> LastBeat:
    """Count silence from a producer's registration on."""
    return LastBeat(src=one.src, index=-1, epoch=0, seq=0, at=one.added_at, arrived=one.added_at)
