# SPDX-License-Identifier: Apache-2.0
"""Second implementations of the kernel's ports: a clock moved by hand, ids and salts that count."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from shared.ids import uuid7

START = datetime(2026, 11, 22, 6, 25, 0, 123456, tzinfo=UTC)


@dataclass
class SteppingClock:
    """Stands still until `pass_time` moves it; the wall may also be set on its own."""

    wall: datetime = START
    elapsed: float = 1_000.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.elapsed

    def pass_time(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.elapsed += seconds


@dataclass
class CountingIds:
    """UUIDs of version 7 whose chance is a counter."""

    given: int = 0

    def new(self) -> str:
        self.given += 1
        return uuid7(1_700_000_000_000 + self.given, self.given.to_bytes(10, "big"))


@dataclass
class CountingSalts:
    """Bytes that look random, differ each time, and are the same in every run."""

    given: int = field(default=0)

    def __call__(self, length: int) -> bytes:
        self.given += 1
        return hashlib.shake_256(self.given.to_bytes(8, "big")).digest(length)
