# SPDX-License-Identifier: Apache-2.0
"""R15: the log verifies itself: random proofs every hour, everything stored once a night.

Which hour and which night were last is stored, so that a restart repeats nothing and skips nothing.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from audit_log.domain.checkpoint import CheckpointInvalid
from audit_log.domain.merkle import ProofInvalid, leaf_hash, verify_inclusion
from audit_log.domain.note import NoteInvalid
from audit_log.domain.rules import self_check
from audit_log.domain.rules.raised import Healed, Raised
from audit_log.domain.rules.thresholds import Thresholds
from audit_log.ports import LogReader, RuleStore, Step, Transaction, Trust
from audit_log.usecases import read
from audit_log.usecases.verify import Verification
from shared.clock import Clock

PROOFS: Final = "self/proofs"
NIGHT: Final = "self/night"
WITNESS: Final = "self/witness"
"""Its cursor only goes on: 2 n + 1 while a lag at size n is open, one more when it is over."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
MAX_FLAWS: Final = 1_000
"""How many rows one night names; what is altered beyond that is found when these are mended."""


class SelfChecker:
    """Verifies what is due; `verify` verifies everything stored, `draw(n)` gives one below n.

    `witnessed` says that this log's policy waits for witnesses.
    """

    def __init__(
        self,
        *,
        store: RuleStore,
        transaction: Transaction,
        trust: Trust,
        verify: Callable[[], Verification],
        draw: Callable[[int], int],
        clock: Clock,
        thresholds: Thresholds,
        witnessed: bool = False,
    ) -> None:
        self._witnessed = witnessed
        self._store = store
        self._transaction = transaction
        self._trust = trust
        self._verify = verify
        self._draw = draw
        self._clock = clock
        self._thresholds = thresholds

    def step(self) -> bool:
        """Do what is due; the next look can wait."""
        now = self._clock.now()
        self._due(PROOFS, (now - _EPOCH) // _HOUR, self._proofs)
        night = (now - _EPOCH - self._thresholds.verify_hour * _HOUR) // _DAY
        self._due(NIGHT, night, self._everything)
        if self._witnessed:
            self._watch_witnesses(now)
        return False

    def _watch_witnesses(self, now: datetime) -> None:
        before = self._store.cursor(WITNESS)
        size, since = self._store.unwitnessed()
        late = since is not None and now - since > self._thresholds.span("witness_lag")
        open_at = before // 2 if before % 2 else None
        healed = [] if open_at is None else [_caught_up(open_at)]
        if late and open_at != size:
            found = [self_check.witness_lag(size)]
            step = Step(name=WITNESS, before=before, next=2 * size + 1, raised=found, healed=healed)
        elif healed and not late:
            step = Step(name=WITNESS, before=before, next=before + 1, healed=healed)
        else:
            return
        self._store.commit(step, now)

    def _due(self, name: str, turn: int, work: Callable[[], list[Raised]]) -> None:
        before = self._store.cursor(name)
        if turn <= before:
            return
        step = Step(name=name, before=before, next=turn, raised=work())
        self._store.commit(step, self._clock.now())

    def _proofs(self) -> list[Raised]:
        with self._transaction() as log:
            newest = log.reader.newest()
            if newest is None:
                return []
            number = min(self._thresholds.proofs_per_hour, newest.size)
            drawn = {self._draw(newest.size) for _ in range(number)}
            return list(self._unproven(sorted(drawn), log.reader))

    def _unproven(self, indexes: list[int], reader: LogReader) -> Iterator[Raised]:
        for index in indexes:
            try:
                proof = read.proof(index, reader)
                checkpoint = self._trust.open(proof.checkpoint)
                leaf = leaf_hash(read.entry(index, reader))
                verify_inclusion(leaf, index, checkpoint.size, proof.path, checkpoint.root)
            except (NoteInvalid, CheckpointInvalid, ProofInvalid, LookupError, ValueError):
                yield self_check.bad_proof(index)

    def _everything(self) -> list[Raised]:
        found = self._verify()
        raised = [
            self_check.flaw(flaw.table, flaw.row, flaw.what) for flaw in found.flaws[:MAX_FLAWS]
        ]
        differs = self_check.count_differs(*self._store.counts())
        return raised if differs is None else [*raised, differs]


def _caught_up(found_at: int) -> Healed:
    return Healed(cause=self_check.witness_lag(found_at).cause, reason="witnessed")
