# SPDX-License-Identifier: Apache-2.0
"""What was met and could not be read."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from consent_registry.domain.unreadable import Unreadable, UnreadableKind


class Alarms(Protocol):
    """Alarms that readers raised, in whichever process."""

    def take_unreported(self, limit: int) -> Sequence[Unreadable]:
        """Give some that are not on record yet; with the commit they count as reported."""
        ...

    def counts(self) -> Mapping[UnreadableKind, int]:
        """Count what was met within the last day, by kind."""
        ...
