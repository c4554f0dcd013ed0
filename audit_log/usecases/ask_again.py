# SPDX-License-Identifier: Apache-2.0
"""Findings of earlier releases that nobody could be asked about then, and somebody can be now.

A use that named a cohort was a finding by itself, `cohort_not_checked`, until an officer closed it.
Now consent_registry answers about cohorts (ADR 0033): each such use is asked about once, as of its
own time. What is wrong with it is found; the old finding closes either way, and says why.
"""

from typing import Final

from audit_log.domain.errors import DecisionsUnavailable
from audit_log.domain.rules import cohort_uses
from audit_log.domain.rules.raised import Healed
from audit_log.ports import PersonDecisions, Step
from audit_log.usecases.asking import Means, viewer_of

AGAIN: Final = "self/again"
"""The cursor: the next entry whose finding is looked at."""
ASKED_AGAIN: Final = "asked_again"
_AT_ONCE: Final = 100


class AgainAsker:
    """Asks about what was left open, in index order; call `step` again and again."""

    def __init__(self, decisions: PersonDecisions, means: Means) -> None:
        self._decisions = decisions
        self._means = means

    def step(self) -> bool:
        """Ask about the next ones; True when there were some and they were answered.

        One that names its cohort in no form in which anybody can be asked stays open.
        """
        store = self._means.store
        before = store.cursor(AGAIN)
        indexes = store.open_about("R8", cohort_uses.NOT_CHECKED, before, _AT_ONCE)
        if not indexes:
            return False
        viewer = viewer_of(self._means)
        entries = [one for index in indexes for one in store.entries(index, 1)]
        uses = [use for one in entries if (use := viewer.asked(one).cohort) is not None]
        try:
            verdicts = self._decisions.decide_cohorts(uses) if uses else ()
        except DecisionsUnavailable:
            return False
        pairs = list(zip(uses, verdicts, strict=True))
        step = Step(
            name=AGAIN,
            before=before,
            next=indexes[-1] + 1,
            raised=[one for use, verdict in pairs for one in cohort_uses.judge(use, verdict)],
            healed=[
                Healed(cause=cohort_uses.misnamed(use.index, use.src).cause, reason=ASKED_AGAIN)
                for use, _ in pairs
            ],
        )
        store.commit(step, self._means.clock.now())
        return True
