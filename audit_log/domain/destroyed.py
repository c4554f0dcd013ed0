# SPDX-License-Identifier: Apache-2.0
"""What an erasure destroyed, as it is remembered outside the database, and how that is written.

A database restored from an older backup brings a destroyed key back, and every part under it. This
says which key it was and where its parts were: numbers and hashes, of which none names anybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import orjson

from shared.clock import from_rfc3339, to_rfc3339

_ERASURE: Final = "erasure"
_RECOVERED: Final = "recovered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroyed:
    """One erasure that was done.

    `kid` and `made_at` name the key; `key` is the SHA-256 of its wrapped form, None when it was
    erased before these were remembered. `places` are the indexes and groups of its parts, `digest`
    is over them, and `below` the tree's size at that time. `account` is the keyed pseudonym under
    which the rules knew an account, None for a person of a dataset.
    """

    id: str
    kind: str
    ground: str
    kid: int
    made_at: datetime
    key: str | None
    account: int | None
    below: int
    digest: bytes
    at: datetime
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidErasure:
    """What an entry says of an erasure; `key` is None in those from before it was said."""

    src: str
    id: str
    ground: str
    below: int
    key: str | None
    digest: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What is remembered of one log: its erasures, in the order in which they were done.

    `least` is the largest size that its tree had at one of them since the last recovery.
    """

    erasures: tuple[Destroyed, ...] = ()
    least: int = 0


def fingerprint(wrapped: bytes) -> str:
    """Name a wrapped key without telling anything of it: the hash of a random nonce and more."""
    return sha256(wrapped).hexdigest()


def erasure_line(origin: str, one: Destroyed) -> bytes:
    """Write an erasure of a log as one line of JSON."""
    said: dict[str, Any] = {
        "log": origin,
        _ERASURE: one.id,
        "kind": one.kind,
        "ground": one.ground,
        "kid": one.kid,
        "made_at": to_rfc3339(one.made_at),
        "key": one.key,
        "account": one.account,
        "below": one.below,
        "digest": one.digest.hex(),
        "at": to_rfc3339(one.at),
        "places": [list(place) for place in one.places],
    }
    return orjson.dumps(said) + b"\n"


def recovered_line(origin: str, size: int) -> bytes:
    """Write that a log was recovered up to a size: what was erased before is dealt with there."""
    return orjson.dumps({"log": origin, _RECOVERED: size}) + b"\n"


def read_lines(origin: str, lines: Iterable[bytes]) -> Outside:
    """Read what concerns one log, each erasure once; raise ValueError for a line that is none."""
    found: dict[str, Destroyed] = {}
    least = 0
    for line in lines:
        said = orjson.loads(line)
        try:
            if said["log"] != origin:
                continue
            if _RECOVERED in said:
                least = 0
                continue
            one = _destroyed(said)
        except (KeyError, TypeError):
            raise ValueError("a line says no erasure") from None
        if one.id not in found:
            found[one.id] = one
            least = max(least, one.below)
    return Outside(erasures=tuple(found.values()), least=least)


def _destroyed(said: Any) -> Destroyed:
    return Destroyed(
        id=said[_ERASURE],
        kind=said["kind"],
        ground=said["ground"],
        kid=int(said["kid"]),
        made_at=from_rfc3339(said["made_at"]),
        key=said["key"],
        account=said["account"],
        below=int(said["below"]),
        digest=bytes.fromhex(said["digest"]),
        at=from_rfc3339(said["at"]),
        places=tuple((int(index), int(group)) for index, group in said["places"]),
    )
