# SPDX-License-Identifier: Apache-2.0
"""Before a person is looked for: which cohorts that entries name hold her.

Asked of consent_registry outside any transaction, of the tree that the answer will rest on. When it
gives no answer the search goes on with what the log knows itself, and says that it is not all.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from audit_log.domain.cohorts import CohortAnswer, CohortAnswers, CohortKey, Membership
from audit_log.domain.errors import DecisionsUnavailable, SizeNotPublished
from audit_log.domain.search import Filter, Marks
from audit_log.ports import CohortMembers, LogReader, Published, Transaction
from audit_log.usecases import read
from shared.events import Subject

_NONCE_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortDesk:
    """Where it is asked, and fresh random bytes to hide the answers behind their digest."""

    members: CohortMembers
    random: Callable[[int], bytes]

    def ask(self, person: Subject, cohorts: tuple[CohortKey, ...]) -> CohortAnswers:
        """Ask about one person; without an answer each cohort is unknown."""
        nonce = self.random(_NONCE_BYTES).hex()
        answers: tuple[CohortAnswer, ...] = ()
        reached = True
        try:
            answers = tuple(self.members.holding(person, cohorts)) if cohorts else ()
        except DecisionsUnavailable:
            reached = False
            answers = tuple(CohortAnswer(key, Membership.UNKNOWN) for key in cohorts)
        return CohortAnswers(person=person, reached=reached, answers=answers, nonce=nonce)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The size that a search rests on, and what was answered; None when it looks for nobody."""

    as_of: int | None
    cohorts: CohortAnswers | None = None

    def among(self, marks: Marks) -> Marks:
        """Add what was answered to what a filter names."""
        return marks if self.cohorts is None else replace(marks, cohorts=self.cohorts.answers)


def resolve(
    wanted: Filter, as_of: int | None, *, transaction: Transaction, desk: CohortDesk
) -> Resolved:
    """Ask what a search for a person needs; raise NotPublished, SizeNotPublished."""
    if wanted.person is None:
        return Resolved(as_of=as_of)
    with transaction() as log:
        size = basis_of(read.checkpoint(log.reader), as_of, log.reader).size
        named = tuple(log.reader.cohorts_named(wanted.person.dataset, size))
    return Resolved(as_of=size, cohorts=desk.ask(wanted.person, named))


def basis_of(newest: Published, as_of: int | None, reader: LogReader) -> Published:
    """Give the published tree that a question rests on; raise SizeNotPublished."""
    basis = newest if as_of is None else reader.published(as_of)
    if basis is None:
        raise SizeNotPublished("no checkpoint of that size is published")
    return basis
