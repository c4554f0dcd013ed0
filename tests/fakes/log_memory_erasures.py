# SPDX-License-Identifier: Apache-2.0
"""`OutsideErasures` in memory."""

from collections.abc import Sequence

from audit_log.domain.destroyed import Destroyed, Outside


class MemoryErasures:
    """What is remembered outside of a log in memory."""

    def __init__(self) -> None:
        self._found: dict[str, Destroyed] = {}
        self._since = 0

    def known(self) -> Outside:
        erasures = tuple(self._found.values())
        later = [one.below for one in erasures[self._since :]]
        return Outside(erasures=erasures, least=max(later, default=0))

    def remember(self, erasures: Sequence[Destroyed]) -> None:
        for one in erasures:
            self._found.setdefault(one.id, one)

    def recovered(self, size: int) -> None:
        self._since = len(self._found)
