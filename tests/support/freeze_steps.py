# SPDX-License-Identifier: Apache-2.0
"""Lets something happen at a step of a freeze: the transactions that freezing and binding open."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from consent_registry.ports import UnitOfWork, Units
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId
from tests.support.registry_world import DS


class Steps:
    """Calls `act` when the n-th transaction is about to open, or right after it was opened."""

    def __init__(
        self, step: int, act: Callable[[], object], *, within: bool, dataset: DatasetId = DS
    ) -> None:
        self._left = step
        self._act = act
        self._within = within
        self._dataset = dataset

    def watched(self, tools: Tools) -> Tools:
        """Give tools whose transactions are counted."""
        return replace(tools, units=self._wrapped(tools.units), reads=self._wrapped(tools.reads))

    def _wrapped(self, inner: Units) -> Units:
        @contextmanager
        def opened() -> Iterator[UnitOfWork]:
            self._left -= 1
            now = self._left == 0
            if now and not self._within:
                self._act()
            with inner() as uow:
                if now and self._within:
                    uow.datasets.hold([self._dataset])
                    self._act()
                yield uow

        return opened
