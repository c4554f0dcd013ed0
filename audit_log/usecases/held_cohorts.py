# SPDX-License-Identifier: Apache-2.0
"""Asking which cohorts hold a person under a legal hold, before something is dropped or erased.

Entries that name a cohort of her dataset are held until consent_registry says that they are not
about her: no answer keeps them. What is told is used and forgotten: the log does not keep who is in
a cohort (ADR 0026). A hold or an entry that comes in between was not asked about, and is kept.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from audit_log.domain.cohorts import Membership
from audit_log.domain.errors import DecisionsUnavailable
from audit_log.domain.holds import Hold, HoldKind, HoldState, NotHers
from audit_log.ports import CohortMembers, KeepingTransaction
from shared.events import Subject

_ASK_AGAIN: Final = timedelta(hours=1)


class HeldCohorts:
    """Asks for every hold of a person that is in force, at most once an hour."""

    def __init__(self, transaction: KeepingTransaction, members: CohortMembers) -> None:
        self._transaction = transaction
        self._members = members
        self._told: Sequence[NotHers] = ()
        self._asked_at: datetime | None = None

    def told(self, now: datetime) -> Sequence[NotHers]:
        """Give what is not hers of what each hold might cover."""
        if self._asked_at is None or now - self._asked_at >= _ASK_AGAIN:
            self._told = [one for hold in self._of_people() for one in self._ask(hold)]
            self._asked_at = now
        return self._told

    def _of_people(self) -> list[Hold]:
        with self._transaction() as desk:
            holds = desk.holds()
        return [
            one
            for one in holds
            if one.kind is HoldKind.PERSON and one.state is not HoldState.LIFTED
        ]

    def _ask(self, hold: Hold) -> list[NotHers]:
        with self._transaction() as desk:
            named = desk.cohorts_named(hold.dataset or "")
        if not named:
            return []
        person = Subject(dataset=hold.dataset or "", ordinal=hold.ordinal or 0)
        try:
            answers = self._members.holding(person, named)
        except DecisionsUnavailable:
            return []
        return [
            NotHers(hold=hold.id, cohort=one.key, since=one.left)
            for one in answers
            if one.membership is Membership.OUT or one.left is not None
        ]
