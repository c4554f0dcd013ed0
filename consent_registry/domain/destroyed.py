# SPDX-License-Identifier: Apache-2.0
"""What an erasure destroyed here, as it is remembered outside the database, and how it is written.

A database restored from an older backup brings a destroyed key back, and with it the name, the
login and everything sealed. A line says whose it was, by the random number that means nothing
anywhere else, and which key: it names nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson

from shared.clock import from_rfc3339, to_rfc3339

_REGISTRY: Final = "registry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroyed:
    """One person whose part here was destroyed, by which erasure, on which ground, and when.

    `request_id` is her request, where there was one: the rights desk's clock ends with it.
    `key` is the SHA-256 of her wrapped key, None when she had none, or was erased before these
    were remembered.
    """

    erasure_id: str
    pid: str
    ground: str
    request_id: str | None
    key: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What is remembered of one registry, in the order in which it was done; and the keys of it."""

    erasures: tuple[Destroyed, ...] = ()
    keys: frozenset[str] = frozenset()

    def destroyed(self, wrapped: bytes) -> bool:
        """Tell whether an erasure destroyed this very key, wherever it came from again."""
        return bool(self.keys) and fingerprint(wrapped) in self.keys


def fingerprint(wrapped: bytes) -> str:
    """Name a wrapped key without telling anything of it: the hash of a random nonce and more."""
    return sha256(wrapped).hexdigest()


def erasure_line(registry: str, one: Destroyed) -> bytes:
    """Write an erasure of a registry as one line of JSON."""
    said = {
        _REGISTRY: registry,
        "erasure": one.erasure_id,
        "pid": one.pid,
        "ground": one.ground,
        "request": one.request_id,
        "key": one.key,
        "at": to_rfc3339(one.at),
    }
    return orjson.dumps(said) + b"\n"


def read_lines(registry: str, lines: Iterable[bytes]) -> Outside:
    """Read what concerns one registry, each erasure once; ValueError for a line that is none."""
    found: dict[str, Destroyed] = {}
    for line in lines:
        said = orjson.loads(line)
        try:
            if said[_REGISTRY] == registry:
                one = _destroyed(said)
                found.setdefault(one.erasure_id, one)
        except (KeyError, TypeError, AttributeError):
            raise ValueError("a line says no erasure") from None
    keys = frozenset(one.key for one in found.values() if one.key is not None)
    return Outside(erasures=tuple(found.values()), keys=keys)


def _destroyed(said: Any) -> Destroyed:
    return Destroyed(
        erasure_id=str(UUID(said["erasure"])),
        pid=str(UUID(said["pid"])),
        ground=str(said["ground"]),
        request_id=said["request"],
        key=said["key"],
        at=from_rfc3339(said["at"]),
    )
