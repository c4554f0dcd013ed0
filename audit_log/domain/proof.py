# SPDX-License-Identifier: Apache-2.0
"""C2SP tlog-proof: an inclusion proof and its checkpoint in one text, checked offline.

The text itself proves nothing: whoever reads one opens the checkpoint with keys of their own and
verifies the path. `extra` is never authenticated.
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Final

MAX_PATH: Final = 63
_FIRST: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)
_EXTRA: Final = re.compile(r"extra ([A-Za-z0-9+/]+={0,2})", re.ASCII)
_HASH: Final = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)


class ProofTextInvalid(ValueError):
    """A text is not a tlog-proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlogProof:
    """Where an entry is, the path from its leaf to the root, and the signed note of that root."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def __str__(self) -> str:
        """Write the text of a `.tlog-proof` file."""
        lines = [_FIRST]
        if self.extra is not None:
            lines.append(f"extra {_b64(self.extra)}")
        lines += [f"index {self.index}", *map(_b64, self.path), "", self.checkpoint.decode()]
        return "\n".join(lines)


def parse_proof(text: str) -> TlogProof:
    """Read a tlog-proof; raise ProofTextInvalid for anything but the one right spelling.

    The checkpoint's own form is checked by whoever opens it as a note.
    """
    head, gap, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or not checkpoint or lines.pop(0) != _FIRST:
        raise ProofTextInvalid("not a tlog-proof")
    found = _EXTRA.fullmatch(lines[0]) if lines else None
    extra = _exact(found.group(1)) if found else None
    if found:
        del lines[0]
    index = _INDEX.fullmatch(lines[0]) if lines else None
    if index is None:
        raise ProofTextInvalid("the index is missing or not a decimal number")
    if len(lines) - 1 > MAX_PATH or not all(map(_HASH.fullmatch, lines[1:])):
        raise ProofTextInvalid("the path is too long or holds a line that is no hash")
    return TlogProof(
        index=int(index.group(1)),
        path=tuple(map(_exact, lines[1:])),
        checkpoint=checkpoint.encode(),
        extra=extra,
    )


def _b64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _exact(text: str) -> bytes:
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        raise ProofTextInvalid("a line is not base64") from None
    if _b64(data) != text:
        raise ProofTextInvalid("a line is not base64 in its one right spelling")
    return data
