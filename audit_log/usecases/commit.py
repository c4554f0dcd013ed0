# SPDX-License-Identifier: Apache-2.0
"""Committing batches one after the other, with nothing prepared ahead."""

from audit_log.domain.batch import Batch
from audit_log.ports import SequencerStore


class CommitAtOnce:
    """A `CommitLine` without anything ever under way: `begin` ends when the batch is committed."""

    def __init__(self, store: SequencerStore) -> None:
        self._store = store

    def begin(self, batch: Batch, seconds: float) -> None:
        """Commit."""
        self._store.commit(batch, seconds)

    def settle(self) -> bool:
        """Nothing is under way."""
        return False

    def abandon(self) -> None:
        """Nothing is under way."""
