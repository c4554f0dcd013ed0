# SPDX-License-Identifier: Apache-2.0
"""A measured speed beside a limit measured in the same run: the ratio travels between machines."""

import time
from collections.abc import Callable
from dataclasses import dataclass

_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """How often something was done in a second, and the limit it cannot pass.

    `note` says what else was measured beside it, such as memory.
    """

    name: str
    per_second: float
    limit: str
    limit_per_second: float
    note: str = ""

    @property
    def ratio(self) -> float:
        """The share of the limit that is reached."""
        return self.per_second / self.limit_per_second


def rate(work: Callable[[], int]) -> float:
    """Call `work` for about a second; it says how much it did. Give the amount per second."""
    done, began = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - began) < _SECONDS:
        done += work()
    return done / elapsed
