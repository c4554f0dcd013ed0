# SPDX-License-Identifier: Apache-2.0
"""Seeing what is kept, held, erased and dropped. It names nobody."""

from collections.abc import Sequence
from dataclasses import dataclass

from audit_log.domain.copies import Copies
from audit_log.domain.holds import Hold
from audit_log.ports import DroppedRange, ErasureRecord, KeepingTransaction
from shared.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Holds, erasures and drops, each the newest first, and what Kafka may still hold."""

    holds: Sequence[Hold]
    erasures: Sequence[ErasureRecord]
    dropped: Sequence[DroppedRange]
    copies: Copies


def see_keeping(*, principal: Principal, transaction: KeepingTransaction) -> Keeping:
    """Give everything there is to see about it."""
    principal.require("log.search")
    with transaction() as desk:
        return Keeping(
            holds=desk.holds(),
            erasures=desk.erasures(),
            dropped=desk.dropped(),
            copies=desk.copies(),
        )
