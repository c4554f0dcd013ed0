# SPDX-License-Identifier: Apache-2.0
"""R5: a producer's chain begins anew only when it says so, signed, and never under an old number.

The first chain of a producer is announced by its registration.
"""

from dataclasses import dataclass, replace
from typing import Final

from audit_log.domain.rules.seen import Seen

RULE: Final = "R5"
START: Final = "placet.sys.start.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Epochs:
    """The chains of one producer: their numbers, those with a start, those with a signature."""

    known: tuple[int, ...] = ()
    started: tuple[int, ...] = ()
    signed: tuple[int, ...] = ()


def taken(before: Epochs | None, seen: Seen) -> Epochs:
    """Take in an entry; the same value when it brings nothing new."""
    epochs = before or Epochs()
    if seen.epoch not in epochs.known:
        epochs = replace(epochs, known=(*epochs.known, seen.epoch))
    if seen.type == START and seen.seq == 1 and seen.epoch not in epochs.started:
        epochs = replace(epochs, started=(*epochs.started, seen.epoch))
    verified = seen.beat is not None and seen.beat.verified and seen.beat.follows
    if verified and seen.epoch not in epochs.signed:
        epochs = replace(epochs, signed=(*epochs.signed, seen.epoch))
    return epochs


def is_new(before: Epochs | None, epoch: int) -> bool:
    """Tell whether an epoch is one that must be announced: neither known nor the first."""
    return before is not None and bool(before.known) and epoch not in before.known


def reused(before: Epochs, epoch: int) -> bool:
    """Tell whether a new chain has a number below one that was used already."""
    return epoch < max(before.known)


def unannounced(epochs: Epochs, epoch: int) -> str | None:
    """Give the code of a chain whose first entry is no start."""
    return None if epoch in epochs.started else "epoch_not_announced"


def unsigned(epochs: Epochs, epoch: int) -> str | None:
    """Give the code of a chain that no verified heartbeat has signed for."""
    return None if epoch in epochs.signed else "epoch_not_signed"
