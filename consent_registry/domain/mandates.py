# SPDX-License-Identifier: Apache-2.0
"""Who may decide for whom: mandates with scope and time, signed jointly or by any one.

A guardian decides in a person's place until the mandate ends, at the latest at majority; a proxy
decides beside her. What a guardian allowed lapses with the authority, by itself, and the person has
to be asked (law.md T14). Ending use needs no joint signature: any one of them, or the person, may.
"""

import calendar
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Final

from consent_registry.domain.person_events import PersonKind, PersonRecord, known
from shared.ids import DatasetId

MAJORITY: Final = "majority"
"""What the body of a mandate says that ends when the person is of age."""
_LEAP_DAY: Final = (2, 29)
EARLIEST_ZONE: Final = timedelta(hours=14)


class MandateKind(Enum):
    """In her place, or beside her."""

    GUARDIAN = "guardian"
    PROXY = "proxy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """One person's authority for another. `datasets` None means all.

    `seemed_until` is until when the registry took it to be in force: an end may be dated back.
    `issuer` and `subject` are the login of whoever holds it, empty when there is none; an
    unreadable mandate gives nobody any power and still has its end. `changed_at` is
    when an end was recorded; `majority_at` is when the
    person decides for herself, where that was to end it.
    """

    mandate_id: str
    kind: MandateKind
    begins: datetime
    ends: datetime | None
    recorded_at: datetime
    joint: bool
    issuer: str
    subject: str
    holder: str
    datasets: tuple[str, ...] | None
    evidence: str
    seemed_until: datetime | None = None
    readable: bool = True
    changed_at: datetime | None = None
    majority_at: datetime | None = None

    def in_force(self, at: datetime) -> bool:
        """Say whether it gives power at an instant."""
        return self.begins <= at and (self.ends is None or at < self.ends)

    def covers(self, dataset: DatasetId) -> bool:
        """Say whether it is about a dataset."""
        return self.datasets is None or dataset in self.datasets

    def held_by(self, issuer: str, subject: str) -> bool:
        """Say whether this login holds it."""
        return self.readable and bool(issuer) and (self.issuer, self.subject) == (issuer, subject)


def mandates(records: Iterable[PersonRecord], known_at: datetime | None = None) -> list[Mandate]:
    """Give every mandate as known at an instant; an end only ever moves to an earlier time."""
    found: dict[str, Mandate] = {}
    for one in known(records, datetime.max.replace(tzinfo=UTC), known_at):
        if one.kind is PersonKind.MANDATE_RECORDED:
            found[one.matter] = _mandate(one)
        elif one.kind is PersonKind.MANDATE_ENDED and one.matter in found:
            before = found[one.matter]
            if before.ends is None or one.effective_from < before.ends:
                seemed = min(before.seemed_until or one.recorded_at, one.recorded_at)
                found[one.matter] = replace(
                    before,
                    ends=one.effective_from,
                    seemed_until=seemed,
                    changed_at=one.recorded_at,
                )
    return list(found.values())


def _mandate(one: PersonRecord) -> Mandate:
    body = one.body
    datasets = body.get("datasets")
    return Mandate(
        mandate_id=one.matter,
        kind=MandateKind(body.get("kind", MandateKind.GUARDIAN.value)),
        begins=one.effective_from,
        ends=one.effective_to,
        seemed_until=one.effective_to,
        recorded_at=one.recorded_at,
        joint=bool(body.get("joint", True)),
        issuer=body.get("issuer", ""),
        subject=body.get("subject", ""),
        holder=body.get("holder", ""),
        datasets=None if datasets is None else tuple(datasets),
        evidence=body.get("evidence", ""),
        readable=bool(body),
        majority_at=one.effective_to if body.get("lapses") == MAJORITY else None,
    )


def guardians(held: Iterable[Mandate], dataset: DatasetId, at: datetime) -> list[Mandate]:
    """Give the guardians who decide in a person's place about a dataset at an instant."""
    return [
        one
        for one in held
        if one.kind is MandateKind.GUARDIAN and one.in_force(at) and one.covers(dataset)
    ]


def missing(acting: Sequence[Mandate], signed: Set[str]) -> frozenset[str]:
    """Give the mandates that still have to sign before something is allowed; none when it may be.

    One who decides alone is enough; else all who decide jointly are needed.
    """
    alone = frozenset(one.mandate_id for one in acting if not one.joint)
    if alone & signed:
        return frozenset()
    joint = frozenset(one.mandate_id for one in acting if one.joint)
    return joint - signed if joint else alone


def lapses_at(
    held: Sequence[Mandate], dataset: DatasetId, expressed_at: datetime
) -> datetime | None:
    """Say when what was allowed at an instant lapses because it was allowed in her place.

    A guardian whose mandate was on record when another's ended carries it on; one recorded
    afterwards brings nothing back. What was allowed after an end that was dated back never held.
    None when no guardian decided then, or the authority has no end.
    """
    acting = decided_then(held, dataset, expressed_at)
    if not acting:
        return None
    at = expressed_at
    acting = [one for one in acting if one.recorded_at <= expressed_at] or acting
    while acting:
        ends = [one.ends for one in acting]
        if None in ends:
            return None
        at = max(at, *(end for end in ends if end is not None))
        acting = [one for one in guardians(held, dataset, at) if one.recorded_at <= at]
    return at


def decided_then(
    held: Iterable[Mandate], dataset: DatasetId, expressed_at: datetime
) -> list[Mandate]:
    """Give the guardians who decided at an instant, as the registry took it to be then."""
    return [
        one
        for one in held
        if one.kind is MandateKind.GUARDIAN
        and one.covers(dataset)
        and one.begins <= expressed_at
        and (one.seemed_until is None or expressed_at < one.seemed_until)
    ]


def birthday(born: date, age: int) -> datetime:
    """Give the instant from which somebody is of an age; the date of birth is not kept.

    It is when that day begins first on earth: a few hours early is narrower, late would not be.
    Born on 29 February, in a year without one: on 28 February, for the same reason.
    """
    year = born.year + age
    leaps = (born.month, born.day) != _LEAP_DAY or calendar.isleap(year)
    day = date(year, born.month, born.day if leaps else born.day - 1)
    return datetime.combine(day, time(), tzinfo=UTC) - EARLIEST_ZONE
