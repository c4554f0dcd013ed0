# SPDX-License-Identifier: Apache-2.0
"""Rows of `ev_cohort` for the entries that were there before it: what migration 0011 fills.

Reads entries as they were when it was released, whatever the suite reads later, and never changes.
"""

import json
import re
import struct
from collections.abc import Iterator
from typing import Any, Final

import zstandard
from sqlalchemy import Connection, text

_CHUNK: Final = 64
_WIDTH: Final = 256
_MOST: Final = _WIDTH * (1 << 16)
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII).fullmatch
_DIGEST: Final = re.compile(r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=", re.ASCII).fullmatch
_LENGTH: Final = struct.Struct(">H")
_MARK: Final = b'"cohort_id"'

_TERM: Final = text(
    "INSERT INTO term (id, kind, value)"
    " SELECT (SELECT coalesce(max(id), 0) + 1 FROM term), 6, :value"
    " WHERE NOT EXISTS (SELECT FROM term WHERE kind = 6 AND value = :value)"
)
_ROW: Final = text(
    "INSERT INTO ev_cohort (dataset, cohort, idx, revision)"
    " SELECT e.dataset, t.id, e.idx, :revision FROM ev AS e, term AS t"
    " WHERE e.idx = :idx AND e.dataset IS NOT NULL AND t.kind = 6 AND t.value = :value"
)


def fill(connection: Connection) -> None:
    """Write the rows and the names of every cohort that an entry names wholly."""
    for index, raw in _entries(connection):
        if _MARK in raw and (named := _named(json.loads(raw))) is not None:
            value, revision = named
            connection.execute(_TERM, {"value": value})
            connection.execute(_ROW, {"idx": index, "value": value, "revision": revision})


def _entries(connection: Connection) -> Iterator[tuple[int, bytes]]:
    last = connection.execute(text("SELECT coalesce(max(n), -1) FROM bundle")).scalar_one()
    for first in range(0, last + 1, _CHUNK):
        rows = connection.execute(
            text("SELECT n, data FROM bundle WHERE n >= :first AND n < :end ORDER BY n"),
            {"first": first, "end": first + _CHUNK},
        )
        for number, data in rows:
            plain = zstandard.ZstdDecompressor().decompress(bytes(data), max_output_size=_MOST)
            yield from enumerate(_split(plain), start=number * _WIDTH)
    edge = connection.execute(text("SELECT idx, entry FROM edge_entry ORDER BY idx"))
    yield from ((index, bytes(entry)) for index, entry in edge)


def _split(bundle: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(bundle):
        (length,) = _LENGTH.unpack_from(bundle, at)
        yield bundle[at + 2 : at + 2 + length]
        at += 2 + length


def _named(entry: dict[str, Any]) -> tuple[str, int | None] | None:
    said = entry.get("x", {})
    cohort, digest, revision = (said.get(key) for key in ("cohort_id", "digest", "revision"))
    if "ds" not in entry or not isinstance(cohort, str) or not isinstance(digest, str):
        return None
    if not _ID(cohort) or not _DIGEST(digest):
        return None
    if revision is not None and (type(revision) is not int or revision < 0):
        return None
    return f"{cohort} {digest}", revision
