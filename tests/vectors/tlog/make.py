# SPDX-License-Identifier: Apache-2.0
"""Writes the vectors of this folder from the specification texts; imports nothing of ours."""

import hashlib
import json
import struct
from base64 import b64encode
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

HERE = Path(__file__).parent
SIZES = (*range(21), 255, 256, 257, 258, 70_000)
INCLUSION = ((0, 1), (0, 2), (1, 2), (2, 3), (0, 7), (3, 7), (6, 7), (7, 20), (19, 20), (256, 257))
CONSISTENCY = ((1, 1), (1, 2), (2, 3), (3, 7), (4, 7), (6, 7), (4, 8), (6, 20), (255, 258))
ORIGIN = "log.example/vectors"
SEED = hashlib.sha256(b"placet tlog vectors").digest()


def b64(data: bytes) -> str:
    return b64encode(data).decode()


def leaf(index: int) -> bytes:
    return f"leaf {index}".encode()


@cache
def mth(start: int, end: int) -> bytes:
    """MTH(D[start:end]), RFC 6962 section 2.1."""
    if start == end:
        return hashlib.sha256(b"").digest()
    if end - start == 1:
        return hashlib.sha256(b"\x00" + leaf(start)).digest()
    k = start + split(end - start)
    return hashlib.sha256(b"\x01" + mth(start, k) + mth(k, end)).digest()


def split(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m: int, start: int, end: int) -> list[bytes]:
    """PATH(m, D[start:end]), RFC 6962 section 2.1.1."""
    n = end - start
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return [*path(m, start, start + k), mth(start + k, end)]
    return [*path(m - k, start + k, end), mth(start, start + k)]


def subproof(m: int, start: int, end: int, whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[start:end], b), RFC 6962 section 2.1.2."""
    n = end - start
    if m == n:
        return [] if whole else [mth(start, end)]
    k = split(n)
    if m <= k:
        return [*subproof(m, start, start + k, whole), mth(start + k, end)]
    return [*subproof(m - k, start + k, end, False), mth(start, start + k)]


def trees() -> object:
    return {
        "roots": {str(n): b64(mth(0, n)) for n in SIZES},
        "inclusion": [
            {"index": i, "size": n, "proof": [b64(h) for h in path(i, 0, n)]} for i, n in INCLUSION
        ],
        "consistency": [
            {"old": m, "new": n, "proof": [b64(h) for h in subproof(m, 0, n, True)]}
            for m, n in CONSISTENCY
        ],
    }


def tile_path(index: int) -> str:
    digits = f"{index:0{-(-len(str(index)) // 3) * 3}d}"
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def tiles() -> object:
    size, named = 70_000, []
    for level in range(3):
        step = 256**level
        for index in range(size // step // 256 + 1):
            width = min(256, size // step - index * 256)
            if width:
                hashes = [
                    mth((index * 256 + i) * step, (index * 256 + i + 1) * step)
                    for i in range(width)
                ]
                name = f"tile/{level}/{tile_path(index)}" + (f".p/{width}" if width < 256 else "")
                named.append([name, hashlib.sha256(b"".join(hashes)).hexdigest()])
    return {
        "paths": {str(n): tile_path(n) for n in (0, 7, 273, 999, 1000, 67_000, 1_234_067)},
        "size": size,
        "tiles": named[:3] + named[-5:],
        "count": len(named),
    }


def notes() -> object:
    key = Ed25519PrivateKey.from_private_bytes(SEED)
    public = key.public_key().public_bytes_raw()
    key_id = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + public).digest()[:4]
    signed = signed_20()
    hashes = "".join(f"{b64(h)}\n" for h in path(7, 0, 20))
    return {
        "seed": b64(SEED),
        "vkey": f"{ORIGIN}+{key_id.hex()}+{b64(bytes((1,)) + public)}",
        "checkpoint": signed,
        "proof": f"c2sp.org/tlog-proof@v1\nindex 7\n{hashes}\n{signed}",
    }


def witness() -> object:
    """Cosignatures of both types over one checkpoint, and a submission of it (C2SP)."""
    name, time = "witness.example/vectors", 1_679_315_147
    text = f"{ORIGIN}\n20\n{b64(mth(0, 20))}\n"
    made = []
    for kind, private in (
        (4, Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"cosigner 4").digest())),
        (6, MLDSA44PrivateKey.from_seed_bytes(hashlib.sha256(b"cosigner 6").digest())),
    ):
        public = private.public_key().public_bytes_raw()
        key_id = hashlib.sha256(name.encode() + b"\n" + bytes((kind,)) + public).digest()[:4]
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
        if kind == 6:
            message = b"subtree/v1\n\0" + bytes((len(name),)) + name.encode()
            message += struct.pack(">Q", time) + bytes((len(ORIGIN),)) + ORIGIN.encode()
            message += struct.pack(">QQ", 0, 20) + mth(0, 20)
        blob = key_id + struct.pack(">Q", time)
        made.append(
            {
                "vkey": f"{name}+{key_id.hex()}+{b64(bytes((kind,)) + public)}",
                "message": b64(message),
                "timestamp": time,
                # An ML-DSA signature holds fresh randomness, so there is none to compare with.
                "line": f"\u2014 {name} {b64(blob + private.sign(message))}" if kind == 4 else "",
            }
        )
    proof = "".join(f"{b64(h)}\n" for h in subproof(6, 0, 20, True))
    return {"text": text, "cosigners": made, "submission": f"old 6\n{proof}\n{signed_20()}"}


def signed_20() -> str:
    key = Ed25519PrivateKey.from_private_bytes(SEED)
    public = key.public_key().public_bytes_raw()
    key_id = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + public).digest()[:4]
    text = f"{ORIGIN}\n20\n{b64(mth(0, 20))}\n"
    return f"{text}\n\u2014 {ORIGIN} {b64(key_id + key.sign(text.encode()))}\n"


def written() -> dict[str, str]:
    """Give each file's name and text."""
    made = {
        "trees.json": trees(),
        "tiles.json": tiles(),
        "notes.json": notes(),
        "witness.json": witness(),
    }
    return {
        name: json.dumps(value, indent=1, ensure_ascii=False) + "\n" for name, value in made.items()
    }


if __name__ == "__main__":
    for name, text in written().items():
        (HERE / name).write_text(text, encoding="utf-8")
