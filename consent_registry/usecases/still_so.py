# SPDX-License-Identifier: Apache-2.0
"""Whether what a notice says is still so: asked when it is queued, and again before it is sent.

Nobody who left a permit is told that it uses her data, and nobody who answered is asked again.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from consent_registry.domain.history import State, standing_in
from consent_registry.domain.notices import NoticeKind
from consent_registry.domain.records import EventRecord
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cases import memberships
from consent_registry.usecases.forms import older_versions
from consent_registry.usecases.mandated import mandates_of
from shared.ids import CohortId


def still_so(uow: UnitOfWork, kind: NoticeKind, pid: str, about: str, now: datetime) -> bool:
    """Say whether it is; what is told of the past always is."""
    look = _LOOKS.get(kind)
    return look is None or look(uow, pid, about, now)


def _permit(uow: UnitOfWork, pid: str, about: str, _: datetime) -> bool:
    """Look whether the permit's cohort has her in it."""
    cohort = uow.cohorts.get(CohortId(about))
    return cohort is not None and any(
        one.dataset == cohort.dataset
        and one.ordinal in cohort.bitmap
        and not uow.cohorts.left(cohort.cohort_id, one.ordinal)
        for one in memberships(uow, pid)
    )


def _ending(uow: UnitOfWork, pid: str, about: str, now: datetime) -> bool:
    """Look whether that consent holds."""
    return any(record.event_id == about for record in _holding(uow, pid, now))


def _mandate(uow: UnitOfWork, pid: str, about: str, now: datetime) -> bool:
    """Look whether that authority is in force."""
    return any(one.mandate_id == about and one.in_force(now) for one in mandates_of(uow, pid))


def _form(uow: UnitOfWork, pid: str, about: str, now: datetime) -> bool:
    """Look whether she has a consent there under an older version."""
    dataset, _, sha256 = about.partition(" ")
    older = set(older_versions(uow, sha256))
    return any(
        record.dataset == dataset and record.form_version in older
        for record in _holding(uow, pid, now)
    )


def _holding(uow: UnitOfWork, pid: str, now: datetime) -> Iterator[EventRecord]:
    """Give the consents of hers that hold, under every name confirmed to be hers."""
    for one in memberships(uow, pid):
        lines = uow.events.timelines(one.dataset, [one.ordinal])
        standing = standing_in(lines.get(one.ordinal, ()), now)
        if standing.state is State.GIVEN:
            for record in uow.events.of_members(one.dataset, [one.ordinal]).get(one.ordinal, ()):
                if record.event_id == standing.event_id:
                    yield record


_LOOKS: Final[Mapping[NoticeKind, Callable[[UnitOfWork, str, str, datetime], bool]]] = (
    MappingProxyType(
        {
            NoticeKind.PERMIT: _permit,
            NoticeKind.ENDING: _ending,
            NoticeKind.MANDATE: _mandate,
            NoticeKind.FORM: _form,
        }
    )
)
