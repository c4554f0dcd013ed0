# SPDX-License-Identifier: Apache-2.0
"""Committing on a thread of its own, so that the next batch is prepared meanwhile.

One commit is under way at a time, in the order of the batches; what it raises is raised by
`settle`. PostgreSQL works while this process prepares: the thread itself mostly waits.
"""

from concurrent.futures import Future, ThreadPoolExecutor, wait

from audit_log.domain.batch import Batch
from audit_log.ports import SequencerStore


class CommitAhead:
    """A `CommitLine` over a store whose commits may run beside its other calls."""

    def __init__(self, store: SequencerStore) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="commit")
        self._under_way: Future[None] | None = None

    def begin(self, batch: Batch, seconds: float) -> None:
        """Start a commit; see the port."""
        self.settle()
        self._under_way = self._thread.submit(self._store.commit, batch, seconds)

    def settle(self) -> bool:
        """Wait for the commit under way; see the port."""
        under_way, self._under_way = self._under_way, None
        if under_way is None:
            return False
        under_way.result()
        return True

    def abandon(self) -> None:
        """Wait for the commit under way, whatever becomes of it; see the port."""
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            wait((under_way,))

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()
