# SPDX-License-Identifier: Apache-2.0
"""A release of the disease hierarchy as a file: OBO Graph JSON, gzipped or not.

Bounded: a small file that unpacks to a huge one is refused. Reads bytes, not paths.
"""

import json
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.diseases import BadHierarchy, Diseases, from_obo_graph

MAX_BYTES: Final = 512 * 1024 * 1024
"""Unpacked; a whole MONDO with its texts is about a fifth of it."""
_GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A stored release, named by the SHA-256 of its file in hex.

    `version` is what it calls itself; `active_since` is None unless it is the one in use.
    """

    sha256: str
    version: str
    terms: int
    loaded_at: datetime
    active_since: datetime | None = None


def read_release(raw: bytes, limit: int = MAX_BYTES) -> Diseases:
    """Read the bytes of a release, unpacked at most `limit` of them.

    Raises BadHierarchy when they are not a usable hierarchy.
    """
    text = _unpacked(raw, limit) if raw.startswith(_GZIP) else raw
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as broken:
        raise BadHierarchy("not JSON") from broken
    return from_obo_graph(document)


def _unpacked(raw: bytes, limit: int) -> bytes:
    reader = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        unpacked = reader.decompress(raw, limit)
    except zlib.error as broken:
        raise BadHierarchy("not a gzip file") from broken
    if not reader.eof:
        raise BadHierarchy("too large" if len(unpacked) == limit else "the gzip file ends early")
    return unpacked
