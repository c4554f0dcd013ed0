# SPDX-License-Identifier: Apache-2.0
"""A stored consent that cannot be read: nobody is in because of it, and somebody must look."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class UnreadableKind(Enum):
    """Where it is stored."""

    EVENT = "event"  # one person's event: tampered with, or sealed under another key
    TERMS = "terms"  # terms that people share, in the projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """One such row, and when it was met first."""

    kind: UnreadableKind
    reference: str
    seen_at: datetime
