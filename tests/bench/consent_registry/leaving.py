# SPDX-License-Identifier: Apache-2.0
"""People who withdraw one after another while a file is recorded, and how long each one waits.

In a process of its own: withdrawals come in through the web process, an import runs in `work`.
"""

import multiprocessing
import statistics
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from consent_registry.adapters.signers import read_keys
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.clock import SystemClock
from tests.support.registry_world import DESK, registry_world

LEAVERS: Final = 200
_PAUSE_SECONDS: Final = 0.5
_SPAWN: Final = multiprocessing.get_context("spawn")


class Leaving:
    """Begins when everything is ready, and ends with the block; `keys` is the registry's folder."""

    def __init__(self, url: str, keys: Path) -> None:
        self._line, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_leave, args=(url, keys, theirs), daemon=True)
        self._waits: Sequence[float] = ()

    def __enter__(self) -> "Leaving":
        self._process.start()
        self._line.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._line.send(None)
        self._waits = self._line.recv()
        self._process.join()

    def told(self) -> str:
        """Say how long the withdrawals took."""
        if not self._waits:
            return "nobody withdrew"
        middle, worst = statistics.median(self._waits), max(self._waits)
        return (
            f"{len(self._waits)} withdrew meanwhile, in {1000 * middle:.0f} ms (median), "
            f"{1000 * worst:.0f} ms at most"
        )


def _leave(url: str, keys: Path, line: Connection) -> None:
    waits: list[float] = []
    with registry_world(SystemClock(), url, read_keys(keys)) as world:
        line.send(None)
        for number in range(LEAVERS):
            if line.poll(_PAUSE_SECONDS):
                break
            began = time.perf_counter()
            withdraw(f"P-{number:06}", WithdrawConsent(), tools=world.tools, principal=DESK)
            waits.append(time.perf_counter() - began)
    line.recv()
    line.send(waits)
