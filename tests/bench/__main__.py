# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.bench`: run every `tests/bench/**/bench_*.py` and print its figures.

`--full` measures the registry at the size its figures are promised for: a million people and rows.
"""

import argparse
import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure

_HERE = Path(__file__).resolve().parent
_SIZES = ("PLACET_BENCH_MEMBERS", "PLACET_BENCH_ROWS")
_FULL = "1000000"


def main() -> int:
    """Measure and print; names given as arguments choose benchmarks by a part of their file."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "words", nargs="*", metavar="WORD", help="a part of a benchmark's file name"
    )
    parser.add_argument("--full", action="store_true", help="a million people and rows")
    told = parser.parse_args()
    wanted = told.words
    if told.full:
        for name in _SIZES:
            os.environ.setdefault(name, _FULL)
    sys.stdout.write(f"{'what':40} {'per second':>12}   {'of the limit':>12}   limit\n")
    for path in sorted(_HERE.rglob("bench_*.py")):
        if wanted and not any(word in path.name for word in wanted):
            continue
        for figure in _figures(path):
            ratio = f"1/{1 / figure.ratio:.1f}" if figure.ratio < 1 else f"{figure.ratio:.2f}"
            speed = f"{figure.name:40} {figure.per_second:12,.0f}"
            sys.stdout.write(f"{speed}   {ratio:>12}   {figure.limit}\n")
            if figure.note:
                sys.stdout.write(f"  {figure.note}\n")
            sys.stdout.flush()
    return 0


def _figures(path: Path) -> Iterator[Figure]:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(path.name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield from module.figures()


if __name__ == "__main__":
    sys.exit(main())
