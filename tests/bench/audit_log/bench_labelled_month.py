# SPDX-License-Identifier: Apache-2.0
"""The labelled month before the rules: recall and false findings by rule, misses by name.

`make bench ARGS=labelled_month` examines a small one; the whole one, ten million entries with two
hundred planted cases, is `python -m tests.bench.audit_log.bench_labelled_month 10000000 200`.
"""

import sys
import time
from collections.abc import Iterator

from tests.bench.figure import Figure
from tests.support.labelled_month import Month, ordinary
from tests.support.month_examined import Trial, trial

_ENTRIES, _PLANTED, _SEED = 100_000, 60, 20_261_128


def figures() -> Iterator[Figure]:
    """Examine a month; the limit is making the same lines without examining them."""
    entries, planted = _arguments()
    began = time.perf_counter()
    made = sum(1 for _ in ordinary(Month(_SEED), entries))
    limit = made / (time.perf_counter() - began)
    began = time.perf_counter()
    examined = trial(entries, planted, _SEED)
    yield Figure(
        name=f"rules over {examined.entries:,} entries",
        per_second=examined.entries / (time.perf_counter() - began),
        limit="making the entries",
        limit_per_second=limit,
        note="\n  ".join(report(examined)),
    )


def report(examined: Trial) -> Iterator[str]:
    """Say by rule what was planted, found and falsely named, and name what was missed."""
    false = 0
    for rule, score in sorted(examined.scores().items(), key=lambda one: int(one[0][1:])):
        false += score.false
        missed = f"  missed: {', '.join(score.missed)}" if score.missed else ""
        yield f"{rule:4} {score.caught:4} of {score.planted:4}, {score.false:4} false{missed}"
    yield f"false findings per 100,000 entries: {false * 100_000 / examined.entries:.2f}"


def _arguments() -> tuple[int, int]:
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    if len(numbers) > 1:
        return numbers[0], numbers[1]
    return _ENTRIES, _PLANTED


if __name__ == "__main__":
    for figure in figures():
        sys.stdout.write(f"{figure.name}: {figure.per_second:,.0f} a second\n  {figure.note}\n")
