# SPDX-License-Identifier: Apache-2.0
"""Take out of live cohorts those whom changed rules let in no more.

A stricter policy, a release of the disease hierarchy that narrows what consents cover, a ruling
withdrawn. What a cohort's people were last looked through under stands beside it. Where that is
not the policy in force and the hierarchy in use, the whole cohort is decided again by the rules for
running permits, and who may not stay leaves, at most 500 at a time. Where it goes on is in the same
transaction as what it did, so that it may stop anywhere. Nobody is ever brought in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from pyroaring import BitMap

from consent_registry.domain.cohort import evaluate
from consent_registry.domain.diseases import Diseases
from consent_registry.domain.exception import applies
from consent_registry.domain.grounds import changed_between, grounds
from consent_registry.domain.matching import Inquiry
from consent_registry.domain.regimes import Moment
from consent_registry.domain.register import (
    ChangeKind,
    Dataset,
    LiveCohort,
    Narrowed,
    RegisterChange,
)
from consent_registry.domain.rulings import RULING_WITHDRAWN
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cohorts import warm
from consent_registry.usecases.facts import PEOPLE_PER_ENTRY, fact
from consent_registry.usecases.narrowing import publish
from consent_registry.usecases.ruled import inquiry_of
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import Writing, begin, keep_revision
from shared.canonical import JSON
from shared.events import Subject
from shared.ids import DatasetId, Ordinal

PEOPLE: Final = 500
NARROWED: Final = "placet.cohort.narrowed.v1"


def recheck(*, tools: Tools, limit: int = PEOPLE) -> bool:
    """Look through one live cohort of each dataset that needs it; True when one did.

    At most `limit` people leave each in one step.
    """
    diseases = tools.diseases
    with tools.reads() as uow:
        waiting = [
            dataset.dataset
            for dataset in uow.datasets.every()
            if uow.cohorts.unchecked(dataset.dataset, _grounds(tools, dataset, diseases))
        ]
    for name in waiting:
        _recheck_dataset(name, tools, limit)
    return bool(waiting)


def _recheck_dataset(name: DatasetId, tools: Tools, limit: int) -> None:
    warm(name, tools)
    with tools.units() as uow:
        dataset = uow.datasets.hold([name])[name]
        waiting = uow.cohorts.unchecked(name, _grounds(tools, dataset, tools.diseases))
        first = next(iter(waiting), None)
        for live in uow.cohorts.live(name):
            if live.frozen.cohort_id == first:
                look_through(uow, tools, dataset, live, limit=limit)
        uow.commit()


def look_through(
    uow: UnitOfWork, tools: Tools, dataset: Dataset, live: LiveCohort, *, limit: int = PEOPLE
) -> Dataset:
    """Take at most `limit` people out of one cohort of a held dataset; gives the dataset after it.

    With nobody left to take out, notes that the cohort is looked through.
    """
    writing = begin(tools, dataset, None)
    inquiry = inquiry_of(uow, live.frozen, tools.inquiry(live.frozen.purpose, writing.now, dataset))
    with uow.events.index(dataset.dataset, writing.now) as index:
        may_stay = evaluate(index, inquiry, moment=Moment.RUNNING).within
    leaving = (live.members - may_stay) | _no_more_excepted(uow, live, inquiry)
    now = BitMap(islice(leaving, limit))
    if len(now) == len(leaving):
        uow.cohorts.checked(live.frozen.cohort_id, grounds(inquiry.policy, inquiry.diseases))
    if not now:
        return dataset
    gone = _gone(writing, live, now, inquiry)
    publish(uow, tools, writing, gone, {live.permit_id: live.members - now})
    uow.announce(_change(writing, gone))
    _record(uow, writing, live, gone, inquiry)
    return keep_revision(uow, writing)


def _no_more_excepted(uow: UnitOfWork, live: LiveCohort, inquiry: Inquiry) -> BitMap:
    """Give whom only an exception of EHDS Article 71(4) let in that does not apply any more.

    Who opted out after the freeze is not among them: that leaves earlier permits alone (71(3)).
    """
    frozen = live.frozen
    if frozen.purpose.exception is None or applies(inquiry):
        return BitMap()
    members = [Ordinal(one) for one in live.members]
    return BitMap(uow.opt_outs.out(frozen.dataset, members, known_at=frozen.frozen_at))


def _grounds(tools: Tools, dataset: Dataset, diseases: Diseases) -> str:
    return grounds(tools.policy_at(dataset.now(tools.clock.now())), diseases)


def _gone(writing: Writing, live: LiveCohort, people: BitMap, inquiry: Inquiry) -> list[Narrowed]:
    now = grounds(inquiry.policy, inquiry.diseases)
    changed = changed_between(live.frozen.checked_under, now)
    why = RULING_WITHDRAWN if live.ruling_withdrawn else changed
    return [
        Narrowed(
            cohort_id=live.frozen.cohort_id,
            ordinal=Ordinal(ordinal),
            revision=writing.revision,
            left_at=writing.recorded_at,
            cause=why,
        )
        for ordinal in people
    ]


def _change(writing: Writing, gone: Sequence[Narrowed]) -> RegisterChange:
    items: tuple[Mapping[str, JSON], ...] = tuple(
        {"ordinal": one.ordinal, "cause": one.cause, "cohorts": [one.cohort_id]} for one in gone
    )
    return RegisterChange(
        dataset=writing.dataset.dataset,
        revision=writing.revision,
        kind=ChangeKind.MEMBER_NARROWED,
        items=items,
    )


def _record(
    uow: UnitOfWork, writing: Writing, live: LiveCohort, gone: Sequence[Narrowed], inquiry: Inquiry
) -> None:
    """Put on record who left and why, up to 64 people in an entry."""
    for group in _groups(gone):
        made = fact(
            NARROWED,
            writing.recorded_at,
            actor=None,
            dataset=writing.dataset.dataset,
            reason=group[0].cause,
            counts={"people": len(group)},
            extra={
                "cohort_id": live.frozen.cohort_id,
                "revision": writing.revision,
                "policy_sha256": inquiry.policy.digest,
                "mondo": inquiry.diseases.release,
            },
        )
        subjects = tuple(
            Subject(dataset=writing.dataset.dataset, ordinal=one.ordinal) for one in group
        )
        uow.record(
            replace(
                made,
                basis=writing.dataset.legal_regime,
                subjects=subjects,
                permit={"permit_id": live.permit_id},
            )
        )


def _groups(gone: Sequence[Narrowed]) -> Iterator[Sequence[Narrowed]]:
    for start in range(0, len(gone), PEOPLE_PER_ENTRY):
        yield gone[start : start + PEOPLE_PER_ENTRY]
