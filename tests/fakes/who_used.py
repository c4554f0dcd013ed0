# SPDX-License-Identifier: Apache-2.0
"""The log in memory, as far as consent_registry may ask it; as strict as the one over HTTP."""

from consent_registry.domain.containing import CohortQuestion, Membership
from consent_registry.domain.errors import WhoUsedUnavailable
from consent_registry.domain.uses import DataUse, NotReporting, UseReport
from consent_registry.ports.who_used import AnswerCohorts, Places
from shared.ids import DatasetId


class MemoryWhoUsed:
    """A `WhoUsed` of uses by place; `away` makes it give no answer."""

    def __init__(self) -> None:
        self.uses: list[tuple[tuple[DatasetId, int], DataUse]] = []
        self.of_many: list[tuple[DatasetId, CohortQuestion, DataUse]] = []
        self.not_reporting: tuple[NotReporting, ...] = ()
        self.size = 0
        self.dropped: tuple[str, ...] = ()
        self.asked: list[list[tuple[DatasetId, int]]] = []
        self.away = False

    def who_used(self, places: Places, answers: AnswerCohorts) -> UseReport:
        if self.away:
            raise WhoUsedUnavailable("the audit log gives no answer")
        if not places:
            return UseReport(uses=(), size=0, checked=0, differed=0, not_reporting=())
        self.asked.append(list(places))
        found = [use for place, use in self.uses if place in places]
        unresolved = 0
        for dataset, ordinal in places:
            named = [one for where, one, _ in self.of_many if where == dataset]
            told = dict(zip(named, answers(dataset, ordinal, named), strict=True))
            for where, one, use in self.of_many:
                if where != dataset:
                    continue
                if told[one].membership is Membership.IN:
                    found.append(use)
                elif told[one].membership is not Membership.OUT:
                    unresolved += 1
        found.sort(key=lambda use: use.day, reverse=True)
        return UseReport(
            uses=tuple(found),
            size=self.size,
            checked=0,
            differed=0,
            not_reporting=self.not_reporting,
            unresolved=unresolved,
            dropped=self.dropped,
        )
