# SPDX-License-Identifier: Apache-2.0
"""Put on record by which revision of the permits this node decides, whenever that moves.

What is said is what decisions rest on at that moment: a revocation is in force here from then on.
The log holds it against the revocations; a node that says nothing is found.
"""

import logging
from typing import Final

from permit_service.clearinghouse.ports import Spool
from permit_service.clearinghouse.usecases.board import Board
from shared.clock import Clock
from shared.errors import AuditUnavailable
from shared.events import Fact
from shared.ids import Revision
from shared.tracing import current_trace_id

ENFORCED: Final = "placet.sys.enforced.v1"
_log: Final = logging.getLogger(__name__)


class Enforcing:
    """Says what has moved since the last word; one thread calls `step`."""

    def __init__(self, board: Board, spool: Spool, clock: Clock) -> None:
        self._board = board
        self._spool = spool
        self._clock = clock
        self._said: Revision | None = None
        self._taken = True

    def step(self) -> bool:
        """Say where the permits stand, if they moved; what was not recorded is said again."""
        permits = self._board.picture().permits
        if permits is None or permits.revision == self._said:
            return False
        fact = Fact(
            type=ENFORCED,
            occurred_at=self._clock.now(),
            trace_id=current_trace_id(),
            extra={"permits_revision": permits.revision},
        )
        try:
            self._spool.append(fact)
        except AuditUnavailable:
            if self._taken:  # once, until it is taken again
                _log.warning("enforced_not_recorded")
            self._taken = False
        else:
            self._said, self._taken = permits.revision, True
        return False
