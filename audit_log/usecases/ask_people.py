# SPDX-License-Identifier: Apache-2.0
"""R8 and R9: each use of a person's data is put to the service that owns consents.

With a cursor of its own: while that service cannot be reached nothing passes as good, the rest of
the checks goes on, and how long the oldest use has waited is there to see.
"""

from collections.abc import Sequence
from typing import Final

from audit_log.domain.errors import DecisionsUnavailable
from audit_log.domain.note import SignatureCheck
from audit_log.domain.rules import people
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
_ENTRIES: Final = 1_000


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
        asked, end, raised = self._questions(entries)
        try:
            answers = self._decisions.decide(asked) if asked else ()
        except DecisionsUnavailable:
            self._complain(before, asked[0].index, entries)
            return False
        judged = zip(asked, answers, strict=True)
        raised += [one for one in (people.judge(*pair) for pair in judged) if one is not None]
        first = {one.cause: one for one in reversed(raised)}
        healed = [
            Healed(cause=people.unanswered(one.index).cause, reason="answered") for one in asked[:1]
        ]
        step = Step(
            name=PEOPLE,
            before=before,
            next=end,
            raised=list(reversed(first.values())),
            healed=healed,
        )
        self._store.commit(step, self._clock.now())
        return True

    def _questions(
        self, entries: Sequence[StoredEntry]
    ) -> tuple[list[people.PersonQuestion], int, list[Raised]]:
        """Give what to ask, up to which entry, and of which uses nobody can be asked."""
        viewer = Viewer(vault=self._vault, pseudonyms=self._pseudonyms, check=self._check, vkeys={})
        asked: list[people.PersonQuestion] = []
        raised: list[Raised] = []
        for stored in entries:
            fresh = viewer.questions(stored)
            if asked and len(asked) + len(fresh) > MAX_QUESTIONS:
                return asked, stored.index, raised
            asked += fresh
            if (src := viewer.unaskable(stored)) is not None:
                raised.append(people.unaskable(stored.index, src, stored.arrived))
            if (src := viewer.of_cohort(stored)) is not None:
                raised.append(people.of_cohort(stored.index, src))
        return asked, entries[-1].index + 1, raised

    def _complain(self, before: int, oldest: int, entries: Sequence[StoredEntry]) -> None:
        arrived = next(one.arrived for one in entries if one.index == oldest)
        if self._clock.now() - arrived <= self._thresholds.span("unanswered"):
            return
        step = Step(name=PEOPLE, before=before, next=before, raised=[people.unanswered(oldest)])
        self._store.commit(step, self._clock.now())
