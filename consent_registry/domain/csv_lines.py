# SPDX-License-Identifier: Apache-2.0
"""The records of a CSV byte stream (RFC 4180, UTF-8) with the line each one starts on.

Holds one line at a time. A record that cannot be read is given as None, and reading goes on behind
it; nothing of it is kept.
"""

import csv
from collections.abc import Iterable, Iterator


def numbered_records(chunks: Iterable[bytes]) -> Iterator[tuple[int, list[str] | None]]:
    """Give each record with its first line's number, from 1; blank lines are passed over."""
    lines = _Lines(chunks)
    reader = csv.reader(lines, strict=True)
    while True:
        line = lines.taken + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except (csv.Error, UnicodeDecodeError):
            yield line, None
            continue
        if fields:
            yield line, fields


class _Lines:
    """Text lines with their ends, because a quoted field may go on behind one.

    `taken` counts the lines handed out, those that were not UTF-8 included.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = b""
        self._waiting: list[bytes] = []
        self.taken = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while not self._waiting:
            chunk = next(self._chunks, None)
            if chunk is None:
                last, self._rest = self._rest, b""
                if not last:
                    raise StopIteration
                self.taken += 1
                return last.decode("utf-8")
            *whole, self._rest = (self._rest + chunk).split(b"\n")
            self._waiting = whole[::-1]
        self.taken += 1
        return self._waiting.pop().decode("utf-8") + "\n"
