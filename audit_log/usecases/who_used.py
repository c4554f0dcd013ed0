# SPDX-License-Identifier: Apache-2.0
"""Who used one person's data: for the service that alone knows who the person is.

consent_registry asks by dataset and ordinal, and translates for the person herself. The question is
an entry as any look is, sealed under the person it is about. Of reads that name a cohort it says
itself whether the cohort holds her: the log would only ask it back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from audit_log.domain.cohorts import CohortAnswer, CohortKey
from audit_log.domain.filters import filter_faults
from audit_log.domain.reports import Use
from audit_log.domain.retention import Retention
from audit_log.domain.search import AsOf, Dropped, Filter, Marks
from audit_log.domain.statement import Stated
from audit_log.ports import LogReader, Transaction
from audit_log.usecases import read
from audit_log.usecases.look import officer, state
from audit_log.usecases.resolving import basis_of
from shared.clock import Clock
from shared.errors import FieldFault, ValidationFailed
from shared.events import Fact, Subject
from shared.principal import Principal
from shared.tracing import current_trace_id

SCOPE: Final = "subjects.report"
MAX_PEOPLE: Final = 64
MAX_COHORTS: Final = 10_000
"""Answers about the cohorts of one dataset."""
_SEARCH: Final = "placet.audit.search.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectReport:
    """What happened to one person's data, newest first, and what the report rests on.

    `unresolved` counts cohorts that entries name and of which it was not said whether they hold the
    person: what was done with those is left out, as is what the ranges `dropped` held of her.
    """

    uses: tuple[Use, ...]
    stated: Stated
    unresolved: int

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """The ranges of uses that nobody can be told of any more."""
        return tuple(one for one in self.stated.dropped if one.retention == Retention.ACCESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedIn:
    """The cohorts of one dataset that published entries name."""

    dataset: str
    cohorts: tuple[CohortKey, ...]


def cohorts_of(
    datasets: Sequence[str], *, as_of: int | None, principal: Principal, transaction: Transaction
) -> tuple[int, tuple[NamedIn, ...]]:
    """Give the size that a report will rest on, and which cohorts must be answered for it.

    Names no person, so it is no entry. Raises ValidationFailed, NotPublished, SizeNotPublished.
    """
    principal.require(SCOPE)
    faults = [
        FieldFault(f"/datasets/{number}", fault.detail)
        for number, one in enumerate(datasets)
        for fault in filter_faults(Filter(person=Subject(dataset=one, ordinal=0)))
    ]
    if not 0 < len(datasets) <= MAX_PEOPLE:
        faults.append(FieldFault("/datasets", f"between 1 and {MAX_PEOPLE}"))
    if faults:
        raise ValidationFailed("the question has faults", faults=faults)
    with transaction() as log:
        size = basis_of(read.checkpoint(log.reader), as_of, log.reader).size
        return size, tuple(
            NamedIn(dataset=one, cohorts=tuple(log.reader.cohorts_named(one, size)))
            for one in dict.fromkeys(datasets)
        )


def who_used(
    people: Sequence[Subject],
    *,
    answers: Mapping[Subject, Sequence[CohortAnswer]],
    as_of: int | None,
    principal: Principal,
    transaction: Transaction,
    clock: Clock,
) -> SubjectReport:
    """Report on the (dataset, ordinal) pairs of one person, 1 to 64 of them.

    `answers` say for each which cohorts hold her (`cohorts_of`); the asker alone knows. Raises
    ValidationFailed, NotPublished before the first checkpoint, SizeNotPublished.
    """
    principal.require(SCOPE)
    _require_sense(people)
    with transaction() as log:
        basis = basis_of(read.checkpoint(log.reader), as_of, log.reader)
        told = {one: tuple(a for a in answers.get(one, ()) if a.told) for one in people}
        found = tuple(log.reader.uses(told, basis.size))
        unresolved = _unresolved(told, basis.size, log.reader)
        stated = state(
            Filter(),
            Marks(),
            AsOf(size=basis.size, checkpoint=basis.note),
            log=log,
            at=clock.now(),
            most=None,
            counted=False,
        )
        log.record(
            Fact(
                type=_SEARCH,
                occurred_at=clock.now(),
                trace_id=current_trace_id(),
                reason="subject_report",
                counts={"results": sum(use.count for use in found)},
                extra={"as_of": basis.size, "cohorts_unresolved": unresolved},
                actor=officer(principal),
                subjects=tuple(people),
            )
        )
    return SubjectReport(uses=found, stated=stated, unresolved=unresolved)


def _unresolved(
    told: Mapping[Subject, Sequence[CohortAnswer]], below: int, reader: LogReader
) -> int:
    """Count the cohorts that entries name and that nobody answered for."""
    return sum(
        len(set(reader.cohorts_named(one.dataset, below)) - {a.key for a in given})
        for one, given in told.items()
    )


def _require_sense(people: Sequence[Subject]) -> None:
    faults: list[FieldFault] = []
    if not 0 < len(people) <= MAX_PEOPLE:
        faults.append(FieldFault("/people", f"between 1 and {MAX_PEOPLE}"))
    elif len(set(people)) != len(people):
        faults.append(FieldFault("/people", "one is named twice"))
    for number, one in enumerate(people):
        faults += [
            FieldFault(f"/people/{number}", fault.detail)
            for fault in filter_faults(Filter(person=one))
        ]
    if faults:
        raise ValidationFailed("the question has faults", faults=faults)
