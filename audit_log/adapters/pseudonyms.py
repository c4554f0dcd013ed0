# SPDX-License-Identifier: Apache-2.0
"""Keyed pseudonyms by HMAC-SHA256: stable within a year's search rows, useless without the key.

The key lies in a file outside the database. Names are hashed with their lengths, so that no two
different names are the same bytes.
"""

import hmac
from typing import Final

from audit_log.domain.parts import Holder

_HOLDER_BYTES: Final = 16
_NUMBER_BYTES: Final = 8


class HmacPseudonyms:
    """`Pseudonyms` under one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def holder(self, holder: Holder) -> bytes:
        """Give the 16 bytes under which a holder's key is stored."""
        kind, name = holder
        return self._digest("holder", kind, *name)[:_HOLDER_BYTES]

    def search(self, year: int, kind: str, *name: str) -> int:
        """Give the signed 64-bit number of a name in one year's search rows."""
        digest = self._digest("search", str(year), kind, *name)
        return int.from_bytes(digest[:_NUMBER_BYTES], "big", signed=True)

    def _digest(self, *words: str) -> bytes:
        encoded = (word.encode() for word in words)
        message = b"".join(len(word).to_bytes(4, "big") + word for word in encoded)
        return hmac.digest(self._secret, message, "sha256")
