# SPDX-License-Identifier: Apache-2.0
"""The signed envelope of a register's feed: what must hold before a body is believed.

Type, signature, issuer, register, revision, time, and that positions rise inside what the batch
says it covers. A body is signed JSON without floats, and none is believed for the road it came
by: where to ask next stands in each snapshot and batch, and an answer's `cursor` must agree.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from shared.canonical import JSON
from shared.feed_bodies import (
    CHANGES_TYPE,
    HEARTBEAT_TYPE,
    SNAPSHOT_TYPE,
    Change,
    Changes,
    FeedError,
    FeedType,
    Heartbeat,
    Snapshot,
    changes_of,
    heartbeat_of,
    snapshot_of,
)
from shared.jose import BadSignature, read_object
from shared.keys import SigningKey, sign_jws, verify_jws

__all__ = [
    "ALGORITHMS",
    "CHANGES_TYPE",
    "HEARTBEAT_TYPE",
    "SNAPSHOT_TYPE",
    "Change",
    "Changes",
    "FeedError",
    "FeedType",
    "Heartbeat",
    "Snapshot",
    "open_body",
    "read_changes",
    "read_heartbeat",
    "read_snapshot",
    "sign_body",
]

ALGORITHMS: Final = ("ES256",)


def sign_body(body: Mapping[str, JSON], key: SigningKey, typ: FeedType) -> str:
    """Sign a body as a compact JWS of this type."""
    return sign_jws(orjson.dumps(dict(body), option=orjson.OPT_SORT_KEYS), key, typ=typ)


def open_body(token: str, jwks: Mapping[str, Any], *, typ: FeedType, issuer: str) -> dict[str, Any]:
    """Give the body of a JWS that `issuer` signed as this type; raise FeedError otherwise."""
    try:
        body = read_object(verify_jws(token, jwks, typ=typ, algorithms=ALGORITHMS))
    except BadSignature as fault:
        raise FeedError(str(fault)) from None
    if body.get("iss") != issuer:
        raise FeedError("another issuer")
    return body


def read_heartbeat(token: str, jwks: Mapping[str, Any], *, issuer: str) -> Heartbeat:
    """Verify and read a heartbeat."""
    return heartbeat_of(open_body(token, jwks, typ=HEARTBEAT_TYPE, issuer=issuer))


def read_snapshot(token: str, jwks: Mapping[str, Any], *, issuer: str) -> Snapshot:
    """Verify and read a snapshot; its content is the service's to interpret."""
    return snapshot_of(open_body(token, jwks, typ=SNAPSHOT_TYPE, issuer=issuer))


def read_changes(token: str, jwks: Mapping[str, Any], *, issuer: str, after: int) -> Changes:
    """Verify and read the batch that was asked for with `after`; see `changes_of`."""
    return changes_of(open_body(token, jwks, typ=CHANGES_TYPE, issuer=issuer), after=after)
