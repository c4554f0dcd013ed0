# SPDX-License-Identifier: Apache-2.0
"""The labelled month before the rules: recall and false findings by rule, misses by name.

`make bench ARGS=labelled_month` examines a small one; the whole one, ten million entries with two
hundred planted cases, is `PLACET_BENCH_MONTH=10000000 make bench ARGS=labelled_month`. Ends with an
error when a threshold of the design is not held.
"""

import os
import time
from collections.abc import Iterator
from typing import Final

from tests.bench import memory
from tests.bench.figure import Figure
from tests.support.labelled_month import Month, ordinary
from tests.support.month_examined import Trial, broken_promises, false_in_100_000, trial

_SEED: Final = 20_261_128
_SMALL: Final = (100_000, 60)
_PLANTED: Final = 200
"""Of a month whose size was given."""


def figures() -> Iterator[Figure]:
    """Examine a month; the limit is making the same lines without examining them."""
    entries, planted = _size()
    began = time.perf_counter()
    made = sum(1 for _ in ordinary(Month(_SEED), entries))
    limit = made / (time.perf_counter() - began)
    memory.forget_peak()
    began = time.perf_counter()
    examined = trial(entries, planted, _SEED)
    seconds = time.perf_counter() - began
    yield Figure(
        name=f"rules over {examined.entries:,} entries",
        per_second=examined.entries / seconds,
        limit="making the entries",
        limit_per_second=limit,
        note="\n  ".join(_report(examined, seconds)),
    )
    if broken := broken_promises(examined):
        raise SystemExit("; ".join(broken))


def _report(examined: Trial, seconds: float) -> Iterator[str]:
    """Say by rule what was planted, found and falsely named, and name what was missed."""
    yield f"{seconds:,.0f} s with making them, {memory.peak() / 2**20:,.0f} MiB at most"
    for rule, score in sorted(examined.scores().items(), key=lambda one: int(one[0][1:])):
        missed = f"  missed: {', '.join(score.missed)}" if score.missed else ""
        yield f"{rule:4} {score.caught:4} of {score.planted:4}, {score.false:4} false{missed}"
    for one in examined.falsely_named():
        yield f"false: {one.rule} {one.code} on entries {one.evidence}"
    yield f"false findings per 100,000 entries: {false_in_100_000(examined):.2f}"
    yield "; ".join(broken_promises(examined)) or "every threshold of the design is held"


def _size() -> tuple[int, int]:
    given = os.environ.get("PLACET_BENCH_MONTH")
    return (int(given), _PLANTED) if given else _SMALL
