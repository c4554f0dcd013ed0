# SPDX-License-Identifier: Apache-2.0
"""R8 and R9: each use of people's data is put to the service that owns consents."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from audit_log.domain.rules import cohort_uses, people
from audit_log.domain.rules.raised import Raised
from audit_log.ports import PersonDecisions, StoredEntry
from audit_log.usecases.asking import Asker, Means
from audit_log.usecases.see import Viewer

PEOPLE: Final = "people"
"""The cursor of the questions."""
MAX_QUESTIONS: Final = 500
MAX_COHORTS: Final = 200


def people_asker(decisions: PersonDecisions, means: Means) -> Asker:
    """Make what asks consent_registry about people and cohorts."""
    return Asker(PEOPLE, means=means, begin=lambda: _Round(decisions), unanswered=people.unanswered)


@dataclass(slots=True)
class _Round:
    decisions: PersonDecisions
    questions: list[people.PersonQuestion] = field(default_factory=list)
    uses: list[cohort_uses.CohortQuestion] = field(default_factory=list)
    raised: list[Raised] = field(default_factory=list)

    @property
    def oldest(self) -> int | None:
        indexes = [one.index for one in self.questions] + [one.index for one in self.uses]
        return min(indexes, default=None)

    def take(self, viewer: Viewer, stored: StoredEntry) -> bool:
        fresh = viewer.asked(stored)
        many = self.questions and len(self.questions) + len(fresh.people) > MAX_QUESTIONS
        if many or len(self.uses) == MAX_COHORTS:
            return False
        self.questions += fresh.people
        self.uses += () if fresh.cohort is None else (fresh.cohort,)
        self.raised += fresh.raised
        return True

    def answered(self) -> Sequence[Raised]:
        return [*self.raised, *self._judged()]

    def _judged(self) -> Iterator[Raised]:
        answers = self.decisions.decide(self.questions) if self.questions else ()
        verdicts = self.decisions.decide_cohorts(self.uses) if self.uses else ()
        for question, answer in zip(self.questions, answers, strict=True):
            if (raised := people.judge(question, answer)) is not None:
                yield raised
        for use, verdict in zip(self.uses, verdicts, strict=True):
            yield from cohort_uses.judge(use, verdict)
