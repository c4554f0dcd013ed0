# SPDX-License-Identifier: Apache-2.0
"""The records of a CSV byte stream (RFC 4180, UTF-8) with the line each one starts on.

Holds one record at a time. A record that cannot be read is given as None, and reading goes on with
the line behind its first: a quote that nobody closed must not take the rows of others along, one of
which may be somebody's withdrawal.
"""

import csv
from collections.abc import Iterable, Iterator
from typing import Final

MAX_LINE_BYTES: Final = 1_000_000
MAX_LINES_OF_RECORD: Final = 16
"""No cell of ours has more than one line; some programs write one behind each."""


def numbered_records(chunks: Iterable[bytes]) -> Iterator[tuple[int, list[str] | None]]:
    """Give each record with its first line's number, from 1; blank lines are passed over."""
    lines = _Lines(chunks)
    reader = csv.reader(lines, strict=True)
    while True:
        line = lines.begin()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except (csv.Error, UnicodeDecodeError):
            yield line, None
            lines.go_back()
            continue
        if fields:
            yield line, fields


class _Lines:
    """Text lines with their ends, because a quoted field may go on behind one."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._pieces = _pieces(chunks)
        self._again: list[bytes] = []
        self._record: list[bytes] = []
        self._taken = 0

    def begin(self) -> int:
        """Begin a record; gives the number of the line that it starts on."""
        self._record = []
        return self._taken + 1

    def go_back(self) -> None:
        """Give the lines of this record once more, but for its first."""
        self._again += self._record[:0:-1]
        self._taken -= max(0, len(self._record) - 1)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._pieces)
        self._record.append(line)
        self._taken += 1
        if len(line) > MAX_LINE_BYTES or len(self._record) > MAX_LINES_OF_RECORD:
            raise csv.Error("too long")
        return line.decode("utf-8")


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Give the lines with their ends; of one that is too long no more than says so."""
    rest = b""
    for chunk in chunks:
        *whole, last = chunk.split(b"\n")
        for piece in whole:
            yield rest + piece + b"\n"
            rest = b""
        if len(rest) <= MAX_LINE_BYTES:
            rest += last
    if rest:
        yield rest
