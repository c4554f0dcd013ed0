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
from typing import Final, TypeGuard

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
class Waiting:
    """What of a chain nobody has accepted yet: how many entries, and how many whole seconds since.

    It is not among the bytes that a heartbeat signs; the next one signs it with the chain.
    """

    entries: int
    seconds: int


def waiting(entries: int, oldest: datetime | None, now: datetime) -> Waiting:
    """Say what waits; `oldest` is when the first of it was written."""
    if not entries or oldest is None:
        return Waiting(entries=entries, seconds=0)
    return Waiting(entries=entries, seconds=max(int((now - oldest).total_seconds()), 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """A heartbeat as read from an entry: what was claimed, the bytes signed and the signature.

    `waiting` is None where the producer does not say it.
    """

    head: ChainHead
    occurred_at: datetime
    signed: bytes
    signature: bytes
    waiting: Waiting | None = None


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
    head: ChainHead,
    *,
    occurred_at: datetime,
    trace_id: str,
    sign: Callable[[bytes], bytes],
    waits: Waiting | None = None,
) -> Fact:
    """Make the fact to record right after `head`; `sign` gives the raw Ed25519 signature.

    Call it with the chain locked (`Outbox.head`), so that the entry stands at `head.seq + 1`.
    """
    signature = sign(heartbeat_bytes(head, occurred_at))
    said: dict[str, JSON] = {}
    if waits is not None:
        said = {"queued": waits.entries, "waited": waits.seconds}
    return Fact(
        type=HEARTBEAT_TYPE,
        occurred_at=occurred_at,
        trace_id=trace_id,
        extra={
            **said,
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
    if not _is_count(seq):
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
        waiting=_waiting(entry),
    )


def _waiting(entry: Entry) -> Waiting | None:
    queued, waited = (entry.extra.get(name) for name in ("queued", "waited"))
    if queued is None and waited is None:
        return None
    if not _is_count(queued) or not _is_count(waited):
        raise MalformedEntry("x/queued or x/waited is not a count")
    return Waiting(entries=queued, seconds=waited)


def _is_count(value: JSON) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
