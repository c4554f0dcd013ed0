# SPDX-License-Identifier: Apache-2.0
"""Tell the consent registry which revision of each dataset this node enforces.

What is told is what decisions rest on at that moment, never what was only received. A registry that
does not take it is told again: nothing here waits for it or depends on it.
"""

import logging
from collections.abc import Mapping
from typing import Final

from permit_service.clearinghouse.domain.errors import SourceUnreachable
from permit_service.clearinghouse.ports import Acknowledgements
from permit_service.clearinghouse.usecases.board import Board
from shared.ids import DatasetId, Revision

_log: Final = logging.getLogger(__name__)


class Acknowledger:
    """Sends what has moved since the last word; one thread calls `step`."""

    def __init__(self, board: Board, registry: Acknowledgements) -> None:
        self._board = board
        self._registry = registry
        self._told: Mapping[DatasetId, Revision] = {}
        self._heard = True

    def step(self) -> bool:
        """Tell what moved, if anything did; never asks to be called again at once."""
        registers = self._board.picture().datasets or {}
        enforced = {dataset: register.revision for dataset, register in registers.items()}
        moved = {name: at for name, at in enforced.items() if self._told.get(name) != at}
        if moved:
            try:
                self._registry.acknowledge(moved)
            except SourceUnreachable:
                if self._heard:  # once, until it is heard again
                    _log.warning("acknowledgement_not_taken", extra={"datasets": len(moved)})
                self._heard = False
            else:
                self._told, self._heard = {**self._told, **moved}, True
        return False
