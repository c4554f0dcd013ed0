# SPDX-License-Identifier: Apache-2.0
"""The log in memory, as far as consent_registry may ask it; as strict as the one over HTTP."""

from consent_registry.domain.errors import WhoUsedUnavailable
from consent_registry.domain.uses import DataUse, NotReporting, UseReport
from consent_registry.ports.who_used import Places
from shared.ids import DatasetId


class MemoryWhoUsed:
    """A `WhoUsed` of uses by place; `away` makes it give no answer."""

    def __init__(self) -> None:
        self.uses: list[tuple[tuple[DatasetId, int], DataUse]] = []
        self.not_reporting: tuple[NotReporting, ...] = ()
        self.size = 0
        self.asked: list[list[tuple[DatasetId, int]]] = []
        self.away = False

    def who_used(self, places: Places) -> UseReport:
        if self.away:
            raise WhoUsedUnavailable("the audit log gives no answer")
        if not places:
            return UseReport(uses=(), size=0, checked=0, differed=0, not_reporting=())
        self.asked.append(list(places))
        found = [use for place, use in self.uses if place in places]
        found.sort(key=lambda use: use.day, reverse=True)
        return UseReport(
            uses=tuple(found),
            size=self.size,
            checked=0,
            differed=0,
            not_reporting=self.not_reporting,
        )
