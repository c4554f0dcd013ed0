# SPDX-License-Identifier: Apache-2.0
"""Something stored of a consent, an opt-out or a stop that cannot be read.

Nobody is in because of it, and somebody must look.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class UnreadableKind(Enum):
    """Where it is stored."""

    EVENT = "event"  # one person's event: tampered with, or sealed under another key
    TERMS = "terms"  # terms that people share, in the projection
    OPT_OUT = "opt_out"  # an event of the register: she counts as opted out of everything
    STOP = "stop"  # what stops a person, or no longer does: she counts as stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """One such row, and when it was met first."""

    kind: UnreadableKind
    reference: str
    seen_at: datetime
