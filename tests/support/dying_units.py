# SPDX-License-Identifier: Apache-2.0
"""Units of work of which the n-th that commits ends its process, or whatever a test calls dying."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from consent_registry.ports import UnitOfWork, Units


class Mortal:
    """A unit of work that is as the real one until it commits."""

    def __init__(self, real: UnitOfWork, dies: Callable[[Callable[[], None]], None]) -> None:
        self._real = real
        self._dies = dies

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def commit(self) -> None:
        """Commit, or die around it."""
        self._dies(self._real.commit)


class DyingUnits:
    """Opens units of work; the `step`-th commit dies before it, or after it when `committed`."""

    def __init__(
        self, units: Units, step: int, *, committed: bool, die: Callable[[], None]
    ) -> None:
        self._units = units
        self._step = step
        self._committed = committed
        self._die = die
        self._taken = 0

    @contextmanager
    def __call__(self) -> Iterator[Any]:
        with self._units() as real:
            yield Mortal(real, self._commit)

    def _commit(self, commit: Callable[[], None]) -> None:
        self._taken += 1
        dies = self._taken == self._step
        if not dies or self._committed:
            commit()
        if dies:
            self._die()
