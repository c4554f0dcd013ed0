# SPDX-License-Identifier: Apache-2.0
"""What the log's own entries tell a recovery: of erasures, of refused input, and of rows."""

from base64 import b64decode
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from audit_log.domain.destroyed import SaidErasure
from audit_log.usecases.announce import QUARANTINED
from audit_log.usecases.refill import Refusal
from audit_log.usecases.replay import SAYS_SO, erasures_said
from audit_log.usecases.say_rows import ROWS, rows_said
from shared.entries import Entry, parse_entry

_WORDS: Final = (SAYS_SO, f'"ty":"{QUARANTINED}"'.encode(), f'"ty":"{ROWS}"'.encode())


class OwnWords:
    """What the log's own entries say of erasures, of refused input, and of rows since `size`."""

    def __init__(self, src: str, size: int) -> None:
        self._src = src
        self._size = size
        self.erasures: list[SaidErasure] = []
        self.refusals: list[Refusal] = []
        self.rows: dict[tuple[str, bytes], bytes] = {}

    def take(self, first: int, entries: Sequence[bytes]) -> None:
        """Take in a bundle, whose first entry has the index `first`."""
        for index, raw in enumerate(entries, start=first):
            if any(word in raw for word in _WORDS):
                entry = parse_entry(raw)
                if entry.src == self._src:
                    self._take(index, raw, entry)

    def _take(self, index: int, raw: bytes, entry: Entry) -> None:
        self.erasures += erasures_said((raw,))
        if entry.type == QUARANTINED and (said := refusal_said(index, entry)) is not None:
            self.refusals.append(said)
        if entry.type == ROWS and index >= self._size:
            self.rows |= rows_said(entry)


def refusal_said(index: int, entry: Entry) -> Refusal | None:
    """Read what an entry says of refused input; None when it is not laid out so."""
    digest, src, epoch, seq = (entry.extra.get(name) for name in ("sha256", "src", "epoch", "seq"))
    if not isinstance(digest, str):
        return None
    claims = isinstance(src, str) and isinstance(epoch, int) and isinstance(seq, int)
    return Refusal(
        at=index,
        digest=b64decode(digest),
        reason=entry.reason or "",
        place=(str(src), int(str(epoch)), int(str(seq))) if claims else None,
    )


def unmatched(said: Sequence[Refusal], size: int, stored: Collection[bytes]) -> Sequence[Refusal]:
    """Give the lost entries about refused input whose input is not here.

    Input is kept before the entry about it is sequenced: so a backup may hold more of it than its
    tree speaks of.
    """
    there = Counter(stored)
    there.subtract(one.digest for one in said if one.at < size)
    found: list[Refusal] = []
    for one in said:
        if one.at < size:
            continue
        if there[one.digest] > 0:
            there[one.digest] -= 1
        else:
            found.append(one)
    return found
