# SPDX-License-Identifier: Apache-2.0
"""Reading and checking the log as a stranger would: from its served tiles, by the texts alone.

A second implementation, on purpose: RFC 6962 section 2.1 and RFC 9162 sections 2.1.3 and 2.1.4
for trees and proofs, C2SP signed-note, tlog-checkpoint, tlog-tiles and tlog-proof for the forms.
It imports nothing of the suite.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TILE: Final = 256
_ED25519: Final = 1
_KEY_ID_BYTES: Final = 4
_PROOF_HEAD: Final = "c2sp.org/tlog-proof@v1"


class NotProven(ValueError):
    """Something the log says does not follow from what it serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a checkpoint commits to."""

    origin: str
    size: int
    root: bytes


def open_checkpoint(note: str, vkey: str) -> Head:
    """Check a signed checkpoint against the log's verifier key. Raises NotProven."""
    name, _, key = vkey.split("+", 2)
    blob = base64.b64decode(key)
    if blob[0] != _ED25519:
        raise NotProven("the log's key is not Ed25519")
    body, _, signatures = note.partition("\n\n")
    text = body + "\n"
    key_id = hashlib.sha256(name.encode() + b"\n" + blob).digest()[:_KEY_ID_BYTES]
    if not any(_signed_by(line, name, key_id, blob[1:], text) for line in signatures.splitlines()):
        raise NotProven("the checkpoint bears no signature of the log's key")
    origin, size, root = text.splitlines()[:3]
    return Head(origin=origin, size=int(size), root=base64.b64decode(root))


def _signed_by(line: str, name: str, key_id: bytes, public: bytes, text: str) -> bool:
    dash, _, rest = line.partition(" ")
    signer, _, encoded = rest.partition(" ")
    if dash != "—" or signer != name:
        return False
    raw = base64.b64decode(encoded)
    if raw[:_KEY_ID_BYTES] != key_id:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(raw[_KEY_ID_BYTES:], text.encode())
    except InvalidSignature:
        return False
    return True


def read_entries(fetch: Callable[[str], bytes], size: int, *, start: int = 0) -> list[bytes]:
    """Read the entries from `start` (a multiple of 256) up to `size` from their bundles.

    `fetch` gets a path below the log. Raises NotProven when the bundles hold too little.
    """
    entries: list[bytes] = []
    for number in range(start // TILE, (size + TILE - 1) // TILE):
        width = min(TILE, size - number * TILE)
        partial = "" if width == TILE else f".p/{width}"
        entries += _bundle(fetch(f"tile/entries/{_tile_number(number)}{partial}"))[:width]
    if len(entries) != size - start:
        raise NotProven(f"the tiles hold {len(entries)} entries of {size - start}")
    return entries


def _tile_number(number: int) -> str:
    text = f"{number % 1000:03d}"
    while number >= 1000:  # noqa: PLR2004  three digits a group (C2SP tlog-tiles)
        number //= 1000
        text = f"x{number % 1000:03d}/{text}"
    return text


def _bundle(data: bytes) -> list[bytes]:
    entries = []
    while data:
        length = int.from_bytes(data[:2], "big")
        if len(data) < 2 + length:
            raise NotProven("a bundle ends in the middle of an entry")
        entries.append(data[2 : 2 + length])
        data = data[2 + length :]
    return entries


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\0" + entry).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Hash a whole tree from its leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        pairs = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def check_inclusion(proof: str, entry: bytes, vkey: str) -> Head:
    """Check a proof text for one entry (C2SP tlog-proof); give the checkpoint it rests on."""
    above, _, note = proof.partition("\n\n")
    lines = [line for line in above.splitlines() if not line.startswith("extra ")]
    if lines[0] != _PROOF_HEAD or not lines[1].startswith("index "):
        raise NotProven("this is no proof text")
    head = open_checkpoint(note, vkey)
    index, path = int(lines[1].removeprefix("index ")), [base64.b64decode(x) for x in lines[2:]]
    if index >= head.size or _fold(index, head.size, leaf_hash(entry), path) != head.root:
        raise NotProven(f"the entry is not proven to stand at {index}")
    return head


def _fold(index: int, size: int, value: bytes, path: Sequence[bytes]) -> bytes:
    """Follow a path up to the root (RFC 9162 section 2.1.3.2)."""
    here, last = index, size - 1
    for step in path:
        if last == 0:
            raise NotProven("the proof is too long")
        if here % 2 or here == last:
            value = _node(step, value)
            while here % 2 == 0 and here:
                here, last = here >> 1, last >> 1
        else:
            value = _node(value, step)
        here, last = here >> 1, last >> 1
    if last:
        raise NotProven("the proof is too short")
    return value


def check_consistency(old: Head, new: Head, proof: Sequence[bytes]) -> None:
    """Check that the older tree is the beginning of the newer one (RFC 9162 section 2.1.4.2)."""
    if old.size in {0, new.size}:
        if proof or (old.size and old.root != new.root):
            raise NotProven("a proof between equal or empty trees")
        return
    path = list(proof)
    if old.size & (old.size - 1) == 0:
        path.insert(0, old.root)
    if not path or _fold_both(old.size - 1, new.size - 1, path) != (old.root, new.root):
        raise NotProven("the newer tree does not continue the older one")


def _fold_both(here: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    while here % 2:
        here, last = here >> 1, last >> 1
    first = second = path[0]
    for step in path[1:]:
        if last == 0:
            raise NotProven("the proof is too long")
        if here % 2 or here == last:
            first, second = _node(step, first), _node(step, second)
            while here % 2 == 0 and here:
                here, last = here >> 1, last >> 1
        else:
            second = _node(second, step)
        here, last = here >> 1, last >> 1
    if last:
        raise NotProven("the proof is too short")
    return first, second


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def decode(entries: Sequence[bytes]) -> list[dict[str, Any]]:
    """Read the entries' JSON (audit entry format `placet/entry/v1`)."""
    return [json.loads(entry) for entry in entries]
