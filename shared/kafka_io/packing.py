# SPDX-License-Identifier: Apache-2.0
"""Several entries of one producer in one record, because a record costs more than an entry.

The value of such a record is `u32 len || entry || u32 len || sealed`, repeated, and its header
`placet-entries` names this layout. An entry alone travels as it always did. Whoever stores offsets
takes all entries of a record or none: they share one offset.
"""

import struct
from collections.abc import Iterable
from typing import Final

from shared.events import MalformedEntry
from shared.transport import OutboxRow

ENTRIES_HEADER: Final = "placet-entries"
LAYOUT: Final = b"1"
# More than any round of ours: compressed, a few hundred bytes could come apart into millions.
MOST_BYTES: Final = 131_072
MOST_ENTRIES: Final = 1_024
_U32: Final = struct.Struct(">I")


def packed(rows: Iterable[OutboxRow]) -> bytes:
    """Write rows as the value of one record."""
    return b"".join(_U32.pack(len(text)) + text for row in rows for text in (row.value, row.sealed))


def unpacked(value: bytes) -> list[tuple[bytes, bytes]]:
    """Give each entry of a record with its sealed parts; nothing of either is read.

    Raises MalformedEntry when the bytes are no whole number of entries, or none, or too many.
    """
    texts: list[bytes] = []
    at, end = 0, len(value)
    if end > MOST_BYTES:
        raise MalformedEntry("a record holds more bytes than any that is packed")
    try:
        while at < end and len(texts) <= 2 * MOST_ENTRIES:
            (length,) = _U32.unpack_from(value, at)
            at += _U32.size + length
            texts.append(value[at - length : at])
    except struct.error:
        raise MalformedEntry("a record's last entry is cut short") from None
    if at != end or not texts or len(texts) % 2:
        raise MalformedEntry("a record holds no whole number of entries")
    return list(zip(texts[::2], texts[1::2], strict=True))
