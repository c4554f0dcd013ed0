# SPDX-License-Identifier: Apache-2.0
"""R8 and R9: each use of people's data is put to the service that owns consents.

With a cursor of its own: while that service cannot be reached nothing passes as good, the rest of
the checks goes on, and how long the oldest use has waited is there to see.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from audit_log.domain.errors import DecisionsUnavailable
from audit_log.domain.note import SignatureCheck
from audit_log.domain.rules import cohort_uses, people
from audit_log.domain.rules.raised import Healed, Raised
from audit_log.domain.rules.thresholds import Thresholds
from audit_log.ports import (
    PersonDecisions,
    Pseudonyms,
    RuleStore,
    Step,
    StoredEntry,
    Vault,
)
from audit_log.usecases.see import Viewer
from shared.clock import Clock

PEOPLE: Final = "people"
"""The cursor of the questions."""
MAX_QUESTIONS: Final = 500
MAX_COHORTS: Final = 200
_ENTRIES: Final = 1_000


@dataclass(slots=True, kw_only=True)
class _Round:
    """What is asked at once; `end` is the entry at which the next round begins."""

    end: int
    questions: list[people.PersonQuestion] = field(default_factory=list)
    uses: list[cohort_uses.CohortQuestion] = field(default_factory=list)
    raised: list[Raised] = field(default_factory=list)


class PeopleAsker:
    """Asks about uses in index order; call `step` again and again."""

    def __init__(
        self,
        *,
        store: RuleStore,
        decisions: PersonDecisions,
        vault: Vault,
        pseudonyms: Pseudonyms,
        check: SignatureCheck,
        clock: Clock,
        thresholds: Thresholds,
    ) -> None:
        self._store = store
        self._decisions = decisions
        self._vault = vault
        self._pseudonyms = pseudonyms
        self._check = check
        self._clock = clock
        self._thresholds = thresholds

    def step(self) -> bool:
        """Ask about the next uses; True when some were answered."""
        before = self._store.cursor(PEOPLE)
        entries = self._store.entries(before, _ENTRIES)
        if not entries:
            return False
        asked = self._questions(entries)
        indexes = [one.index for one in asked.questions] + [one.index for one in asked.uses]
        oldest = min(indexes, default=before)
        try:
            raised = [*asked.raised, *self._answered(asked)]
        except DecisionsUnavailable:
            self._complain(before, oldest, entries)
            return False
        first = {one.cause: one for one in reversed(raised)}
        step = Step(
            name=PEOPLE,
            before=before,
            next=asked.end,
            raised=list(reversed(first.values())),
            healed=[Healed(cause=people.unanswered(oldest).cause, reason="answered")],
        )
        self._store.commit(step, self._clock.now())
        return True

    def _questions(self, entries: Sequence[StoredEntry]) -> _Round:
        """Give what to ask, up to which entry, and of which uses nobody can be asked."""
        viewer = Viewer(vault=self._vault, pseudonyms=self._pseudonyms, check=self._check, vkeys={})
        found = _Round(end=entries[0].index)
        for stored in entries:
            fresh = viewer.asked(stored)
            many = found.questions and len(found.questions) + len(fresh.people) > MAX_QUESTIONS
            if many or len(found.uses) == MAX_COHORTS:
                break
            found.questions += fresh.people
            found.uses += () if fresh.cohort is None else (fresh.cohort,)
            found.raised += fresh.raised
            found.end = stored.index + 1
        return found

    def _answered(self, asked: _Round) -> Iterator[Raised]:
        """Ask everything; raise DecisionsUnavailable when any of it is not answered whole."""
        answers = self._decisions.decide(asked.questions) if asked.questions else ()
        verdicts = self._decisions.decide_cohorts(asked.uses) if asked.uses else ()
        for question, answer in zip(asked.questions, answers, strict=True):
            if (raised := people.judge(question, answer)) is not None:
                yield raised
        for use, verdict in zip(asked.uses, verdicts, strict=True):
            yield from cohort_uses.judge(use, verdict)

    def _complain(self, before: int, oldest: int, entries: Sequence[StoredEntry]) -> None:
        arrived = next(one.arrived for one in entries if one.index == oldest)
        if self._clock.now() - arrived <= self._thresholds.span("unanswered"):
            return
        step = Step(name=PEOPLE, before=before, next=before, raised=[people.unanswered(oldest)])
        self._store.commit(step, self._clock.now())
