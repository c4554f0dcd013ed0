# SPDX-License-Identifier: Apache-2.0
"""The signed heartbeat of a producer's chain: how the log learns of entries that never came.

Every 30 s a producer appends an entry that names its newest place before it and signs that with
Ed25519. A chain that was cut off, or whose tail was dropped and sealed anew by somebody without the
key, no longer agrees with it. Pure: the signing itself is the caller's.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.canonical import JSON, MalformedEntry, canonical
from shared.clock import to_rfc3339
from shared.events import Entry, Fact

HEARTBEAT_TYPE: Final = "placet.sys.heartbeat.v1"
HEARTBEAT_SECONDS: Final = 30.0
_DOMAIN: Final = b"placet/heartbeat/v1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHead:
    """The newest place of a producer's chain; `leaf_hash` is empty while `seq` is 0."""

    src: str
    epoch: int
    seq: int
    leaf_hash: bytes

    @property
    def previous(self) -> str:
        """What the next entry names as `pr`: base64, or "" for the first of an epoch."""
        return b64encode(self.leaf_hash).decode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """A heartbeat as read from an entry: what was claimed, the bytes signed and the signature."""

    head: ChainHead
    occurred_at: datetime
    signed: bytes
    signature: bytes


def heartbeat_bytes(head: ChainHead, occurred_at: datetime) -> bytes:
    r"""Give the bytes that a heartbeat signs.

    `"placet/heartbeat/v1\n"` and canonical JSON of ep, head (base64), seq, src and ts.
    """
    claim: dict[str, JSON] = {
        "ep": head.epoch,
        "head": head.previous,
        "seq": head.seq,
        "src": head.src,
        "ts": to_rfc3339(occurred_at),
    }
    return _DOMAIN + canonical(claim)


def heartbeat_fact(
    head: ChainHead, *, occurred_at: datetime, trace_id: str, sign: Callable[[bytes], bytes]
) -> Fact:
    """Make the fact to record right after `head`; `sign` gives the raw Ed25519 signature.

    Call it with the chain locked (`Outbox.head`), so that the entry stands at `head.seq + 1`.
    """
    signature = sign(heartbeat_bytes(head, occurred_at))
    return Fact(
        type=HEARTBEAT_TYPE,
        occurred_at=occurred_at,
        trace_id=trace_id,
        extra={
            "head": head.previous,
            "seq": head.seq,
            "sig": b64encode(signature).decode("ascii"),
        },
    )


def read_heartbeat(entry: Entry) -> Heartbeat:
    """Read a heartbeat entry; raise MalformedEntry when its `x` is not one.

    The caller checks the signature over `signed` with the producer's key, then whether the claimed
    head is what it has.
    """
    claimed, seq, sig = (entry.extra.get(name) for name in ("head", "seq", "sig"))
    if entry.type != HEARTBEAT_TYPE or not isinstance(claimed, str) or not isinstance(sig, str):
        raise MalformedEntry("x is not a heartbeat")
    if isinstance(seq, bool) or not isinstance(seq, int) or seq < 0:
        raise MalformedEntry("x/seq is not a count")
    try:
        leaf_hash, signature = b64decode(claimed, validate=True), b64decode(sig, validate=True)
    except NotBase64:
        raise MalformedEntry("x is not base64") from None
    head = ChainHead(src=entry.src, epoch=entry.epoch, seq=seq, leaf_hash=leaf_hash)
    return Heartbeat(
        head=head,
        occurred_at=entry.occurred_at,
        signed=heartbeat_bytes(head, entry.occurred_at),
        signature=signature,
    )
