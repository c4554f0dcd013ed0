# SPDX-License-Identifier: Apache-2.0
"""Whoever knows the people of cohorts, in memory; as strict as consent_registry over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from audit_log.domain.cohorts import CohortAnswer, CohortKey, Membership
from audit_log.domain.errors import DecisionsUnavailable
from shared.events import NamedCohort, Subject


@dataclass
class MemoryCohortMembers:
    """A `CohortMembers` of frozen cohorts; `away` makes it give no answer.

    `people` are who was frozen into each, `left` the revision at which somebody left one.
    """

    people: dict[CohortKey, frozenset[Subject]] = field(default_factory=dict)
    left: dict[tuple[CohortKey, Subject], int] = field(default_factory=dict)
    erased: set[Subject] = field(default_factory=set)
    away: bool = False
    asked: list[int] = field(default_factory=list)

    def freeze(self, cohort: NamedCohort, dataset: str, ordinals: Sequence[int]) -> CohortKey:
        """Let a cohort hold these people."""
        key = CohortKey(cohort.cohort_id, cohort.digest)
        self.people[key] = frozenset(Subject(dataset=dataset, ordinal=n) for n in ordinals)
        return key

    def holding(self, person: Subject, cohorts: Sequence[CohortKey]) -> Sequence[CohortAnswer]:
        self.asked.append(len(cohorts))
        if self.away:
            raise DecisionsUnavailable("consent_registry gives no answer")
        return [self._one(person, key) for key in cohorts]

    def _one(self, person: Subject, key: CohortKey) -> CohortAnswer:
        if person in self.erased:
            return CohortAnswer(key, Membership.ERASED)
        held = self.people.get(key)
        if held is None:
            return CohortAnswer(key, Membership.UNKNOWN)
        if person not in held:
            return CohortAnswer(key, Membership.OUT)
        return CohortAnswer(key, Membership.IN, self.left.get((key, person)))
