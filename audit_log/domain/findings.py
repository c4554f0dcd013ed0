# SPDX-License-Identifier: Apache-2.0
"""A finding and its life: open, assigned, closed. Closed is for good."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from audit_log.domain.rules.catalogue import Severity

MAX_PAGE: Final = 200


class FindingState(StrEnum):
    """Where a finding stands."""

    OPEN = "open"
    ASSIGNED = "assigned"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found: resting on which entries, in whose hands, and how it ended.

    `evidence` are indexes of entries; `first_seq` and `last_seq` are places of a chain, where the
    finding is about one. `detail` are further codes and numbers, as of a topic's missing offsets.
    """

    id: int
    rule: str
    code: str
    severity: Severity
    src: str | None
    epoch: int | None
    first_seq: int | None
    last_seq: int | None
    evidence: tuple[int, ...]
    detail: Mapping[str, int | str]
    owner: str | None
    opened_at: datetime
    closed_at: datetime | None
    closed_reason: str | None

    @property
    def state(self) -> FindingState:
        """Where it stands."""
        if self.closed_at is not None:
            return FindingState.CLOSED
        return FindingState.OPEN if self.owner is None else FindingState.ASSIGNED


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFilter:
    """What findings must have in common; every given part must hold."""

    rule: str | None = None
    state: FindingState | None = None
    severity: Severity | None = None
