# SPDX-License-Identifier: Apache-2.0
"""A plain table for a terminal: columns as wide as their widest text, numbers to the right."""

from collections.abc import Iterable, Sequence


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a header and rows; control characters of foreign texts are not let through."""
    lines = [[_visible(value) for value in row] for row in rows]
    widths = [max(len(line[at]) for line in [columns, *lines]) for at in range(len(columns))]
    right = [
        bool(lines) and all(line[at].isdecimal() for line in lines) for at in range(len(widths))
    ]
    for line in [list(columns), *lines]:
        cells = [
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(line, widths, right, strict=True)
        ]
        print("  ".join(cells).rstrip())


def _visible(value: object) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in str(value))
