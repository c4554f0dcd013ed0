# SPDX-License-Identifier: Apache-2.0
"""Integrity runs: search rows recomputed from the entries, and the result said in the log.

The night's verification of everything is a run from the beginning. Between two nights, runs of what
was added since build on it, so that a search of this morning rests on rows checked this morning.
Rows that differ are findings (R15), raised with the run.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from audit_log.domain.errors import ProofFailed
from audit_log.domain.merkle import root_at
from audit_log.domain.rules import self_check
from audit_log.domain.statement import IntegrityRun
from audit_log.domain.tiles import hashes_from
from audit_log.ports import Log, Published, RuleStore, Step, Transaction
from audit_log.usecases.self_check import MAX_FLAWS
from audit_log.usecases.verify import Flaw, Verification
from shared.clock import Clock
from shared.events import Fact
from shared.tracing import current_trace_id

ROWS: Final = "self/rows"
_INTEGRITY: Final = "placet.audit.integrity.v1"
EVERY: Final = timedelta(minutes=10)
AFTER_ENTRIES: Final = 100_000


class IntegrityRunner:
    """Extends the newest run; `recompute(first, end)` holds those rows against their entries.

    It runs when an evidence pack rests on more than was covered, when much was added, or when
    something was and the last run is ten minutes old. The first run is the night's.
    """

    def __init__(
        self,
        *,
        store: RuleStore,
        transaction: Transaction,
        recompute: Callable[[int, int], Sequence[Flaw]],
        clock: Clock,
    ) -> None:
        self._store = store
        self._transaction = transaction
        self._recompute = recompute
        self._clock = clock

    def step(self) -> bool:
        """Extend the newest run if that is due; the next look can wait."""
        due = self._due()
        if due is None:
            return False
        base, published = due
        began = self._clock.now()
        before = self._store.cursor(ROWS)
        flaws = self._recompute(base.size, published.size)
        with self._transaction() as log:
            if root_at(published.size, hashes_from(log.reader.tile)) != published.root:
                raise ProofFailed("the tiles are not those of the published tree")
            newest = log.integrity.newest()
            if newest is None or newest.size >= published.size:
                return False
            keep(
                log,
                base=newest,
                size=published.size,
                root=published.root,
                flaws=len(flaws),
                began=began,
                at=self._clock.now(),
            )
        raised = [self_check.flaw(one.table, one.row, one.what) for one in flaws[:MAX_FLAWS]]
        if raised:
            step = Step(name=ROWS, before=before, next=before + 1, raised=raised)
            self._store.commit(step, self._clock.now())
        return False

    def _due(self) -> tuple[IntegrityRun, Published] | None:
        with self._transaction() as log:
            base, published = log.integrity.newest(), log.reader.newest()
            if base is None or published is None or published.size <= base.size:
                return None
            due = (
                log.integrity.wanted() > base.size
                or published.size - base.size >= AFTER_ENTRIES
                or self._clock.now() - base.ended_at >= EVERY
            )
        return (base, published) if due else None


def note_whole(
    found: Verification, *, began: datetime, transaction: Transaction, clock: Clock
) -> None:
    """Keep the verification of everything as a run from the beginning."""
    if not found.size:
        return
    with transaction() as log:
        keep(
            log,
            base=None,
            size=found.size,
            root=found.root,
            flaws=len(found.flaws),
            began=began,
            at=clock.now(),
        )


def keep(
    log: Log,
    *,
    base: IntegrityRun | None,
    size: int,
    root: bytes,
    flaws: int,
    began: datetime,
    at: datetime,
) -> IntegrityRun:
    """Keep a run and say so in the log, in one transaction."""
    number = log.integrity.next_id()
    first = 0 if base is None else base.size
    total = flaws if base is None else base.flaws + flaws
    said: dict[str, str | int] = {
        "first": first,
        "flaws": total,
        "root": b64encode(root).decode("ascii"),
        "run": number,
        "size": size,
    }
    if base is not None:
        said["base"] = base.id
    entry_id = log.record(
        Fact(
            type=_INTEGRITY,
            occurred_at=at,
            trace_id=current_trace_id(),
            reason="rows_differ" if total else "rows_agree",
            extra=said,
        )
    )
    run = IntegrityRun(
        id=number,
        base=None if base is None else base.id,
        first=first,
        size=size,
        flaws=total,
        started_at=began,
        ended_at=at,
        entry_id=entry_id,
    )
    log.integrity.add(run)
    return run
