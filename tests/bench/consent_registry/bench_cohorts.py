# SPDX-License-Identifier: Apache-2.0
"""How fast a purpose that was never asked before is decided for everybody of one dataset.

The limit is the same decision with the rules asked beforehand: bare set operations on the loaded
bitmaps. Both are measured in turns on the same purposes, and must agree about everybody.
PLACET_BENCH_MEMBERS says how many members (100,000; the full size is 1,000,000).
"""

import os
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from typing import Final, TypeVar

from pyroaring import BitMap

from consent_registry.domain.cohort import evaluate
from consent_registry.domain.matching import Inquiry
from tests.bench.consent_registry.bare import plan
from tests.bench.consent_registry.population import hierarchy, populate, purpose
from tests.bench.figure import Figure
from tests.fakes.consent_factories import policy

MEMBERS: Final = 100_000
SECONDS: Final = 3.0
FEWEST: Final = 5
_TODAY: Final = date(2026, 11, 23)
_T = TypeVar("_T")


def figures() -> Iterator[Figure]:
    """Make a dataset up, then decide one new purpose after another."""
    members = int(os.environ.get("PLACET_BENCH_MEMBERS", str(MEMBERS)))
    random = Random(20261123)  # noqa: S311 - made-up people, the same in every run
    diseases = hierarchy(random)
    before = _resident()
    index, built = _timed(partial(populate, members, diseases, random))
    after = _resident()
    warm, bare, asked = 0.0, 0.0, 0
    while warm < SECONDS or asked < FEWEST:
        inquiry = Inquiry(
            purpose=purpose(diseases, random), today=_TODAY, policy=policy(), diseases=diseases
        )
        cohort, took = _timed(partial(evaluate, index, inquiry))
        warm += took
        ready = plan(index, inquiry)
        expected, took = _timed(ready.decide)
        bare += took
        if cohort != expected:
            raise ArithmeticError("the decision differs from its own set operations")
        asked += 1
    sets = [bitmap for slot in index.slots for bitmap in slot.bitmaps()]
    yield Figure(
        name=f"purposes decided for {members:,} members",
        per_second=asked / warm,
        limit="bare set operations on the same bitmaps",
        limit_per_second=asked / bare,
        note=(
            f"{1000 * warm / asked:.1f} ms warm, {1000 * bare / asked:.1f} ms bare, over {asked} "
            f"purposes; {len(sets):,} bitmaps of {_bytes(sets) / 1e6:.1f} MB, process grown by "
            f"{(after - before) / 1e6:.0f} MB while they were made ({built:.1f} s)"
        ),
    )


def _timed(work: Callable[[], _T]) -> tuple[_T, float]:
    """Give the processor's seconds beside the value: nothing here waits for anything else."""
    began = time.process_time()
    value = work()
    return value, time.process_time() - began


def _resident() -> int:
    """Give the memory this process holds, in bytes (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _bytes(sets: list[BitMap]) -> int:
    found = [bitmap.get_statistics() for bitmap in sets]
    return sum(
        one["n_bytes_array_containers"]
        + one["n_bytes_run_containers"]
        + one["n_bytes_bitset_containers"]
        for one in found
    )
