# SPDX-License-Identifier: Apache-2.0
"""Who used one person's data: for the service that alone knows who the person is.

consent_registry asks by dataset and ordinal, and translates for the person herself. The question is
an entry as any look is, sealed under the person it is about.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from audit_log.domain.filters import filter_faults
from audit_log.domain.reports import Use
from audit_log.domain.search import AsOf, Filter, Marks
from audit_log.domain.statement import Stated
from audit_log.ports import Transaction
from audit_log.usecases import read
from audit_log.usecases.look import basis_of, officer, state
from shared.clock import Clock
from shared.errors import FieldFault, ValidationFailed
from shared.events import Fact, Subject
from shared.principal import Principal
from shared.tracing import current_trace_id

SCOPE: Final = "subjects.report"
MAX_PEOPLE: Final = 64
_SEARCH: Final = "placet.audit.search.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectReport:
    """What happened to one person's data, newest first, and what the report rests on."""

    uses: tuple[Use, ...]
    stated: Stated


def who_used(
    people: Sequence[Subject],
    *,
    as_of: int | None,
    principal: Principal,
    transaction: Transaction,
    clock: Clock,
) -> SubjectReport:
    """Report on the (dataset, ordinal) pairs of one person, 1 to 64 of them.

    Raises ValidationFailed, NotPublished before the first checkpoint, SizeNotPublished.
    """
    principal.require(SCOPE)
    _require_sense(people)
    with transaction() as log:
        basis = basis_of(read.checkpoint(log.reader), as_of, log.reader)
        found = tuple(log.reader.uses(people, basis.size))
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
                extra={"as_of": basis.size},
                actor=officer(principal),
                subjects=tuple(people),
            )
        )
    return SubjectReport(uses=found, stated=stated)


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
