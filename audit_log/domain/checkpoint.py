# SPDX-License-Identifier: Apache-2.0
"""C2SP tlog-checkpoint v1.0.0: what the log signs about itself.

Three lines: origin, size, root. We write no extension lines; those of others are kept.
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Final

from audit_log.domain.merkle import EMPTY_ROOT, HASH_BYTES

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_ROOT: Final = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)
_MANDATORY_LINES: Final = 3


class CheckpointInvalid(ValueError):
    """A text is not a checkpoint, or not one of this log."""


class EmptyTreeInvalid(CheckpointInvalid):
    """A checkpoint names the empty tree with a root of its own: no tree can have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A tree head: the log's name, how many leaves it has, and their root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """Write the note text that is signed."""
        root = b64encode(self.root).decode("ascii")
        return "".join(f"{line}\n" for line in (self.origin, self.size, root, *self.extensions))


def parse_checkpoint(text: str, *, origin: str) -> Checkpoint:
    """Read a note text as a checkpoint of the log named `origin`.

    Raises CheckpointInvalid for another origin, a size with leading zeroes, a root that is not
    32 bytes in base64's one right spelling, an empty line, or an empty tree with a root of its own.
    """
    lines = text.split("\n")
    if lines.pop() or len(lines) < _MANDATORY_LINES or not all(lines):
        raise CheckpointInvalid("a checkpoint is at least three lines, none empty")
    if lines[0] != origin:
        raise CheckpointInvalid("the checkpoint is of another log")
    if not _SIZE.fullmatch(lines[1]):
        raise CheckpointInvalid("the tree size is not a decimal number")
    root = b64decode(lines[2]) if _ROOT.fullmatch(lines[2]) else b""
    if len(root) != HASH_BYTES or b64encode(root).decode("ascii") != lines[2]:
        raise CheckpointInvalid("the root is not a hash")
    size = int(lines[1])
    if size == 0 and root != EMPTY_ROOT:
        raise EmptyTreeInvalid("the empty tree has another root")
    return Checkpoint(origin=origin, size=size, root=root, extensions=tuple(lines[3:]))
