# SPDX-License-Identifier: Apache-2.0
"""Reports by counts: activity in a time (EHDS Article 59), and what a breach reaches (GDPR 33).

Both take a search's filter, so that "in this month", "by this account" and "with this visa" are the
same question. Permits are named only within an open case, and that is an entry of its own; people
are counted in tens and never named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit_log.domain.errors import KeysErased
from audit_log.domain.filters import filter_faults
from audit_log.domain.reports import Cell, PermitUse, Reach, published
from audit_log.domain.search import AsOf, Filter, Marks
from audit_log.domain.statement import Stated
from audit_log.ports import Log, Pseudonyms, Transaction, Vault
from audit_log.usecases import read
from audit_log.usecases.cases import SCOPE as REVEAL
from audit_log.usecases.cases import require_open
from audit_log.usecases.look import entries_at, marks_of, officer, said_of, state
from audit_log.usecases.opening import open_groups
from audit_log.usecases.resolving import CohortDesk, Resolved, basis_of, resolve
from shared.canonical import JSON
from shared.clock import Clock
from shared.errors import ValidationFailed
from shared.events import Fact
from shared.principal import Principal
from shared.tracing import current_trace_id

MAX_PERMITS: Final = 200
_SEARCH: Final = "placet.audit.search.v1"
_REVEAL: Final = "placet.audit.reveal.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedUse:
    """Entries under one permit in one dataset and month; the permit's id where it may be told."""

    permit: str | None
    use: PermitUse


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What was done, by month, dataset, type and decision, and under which permits.

    Figures for everybody are tens; those for officers are exact. There are `more` permits than are
    listed when that is true.
    """

    figures: Mapping[Cell, int | str]
    permits: tuple[NamedUse, ...]
    more: bool
    stated: Stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What entries that match a filter reach, in one answer."""

    reach: Reach
    permits: tuple[NamedUse, ...]
    more: bool
    stated: Stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks a report of what: a filter, as of a published size or the newest.

    With `case`, an open case, permits are named.
    """

    wanted: Filter
    as_of: int | None
    case: str | None
    principal: Principal


def activity(
    asking: Asking,
    *,
    public: bool,
    transaction: Transaction,
    pseudonyms: Pseudonyms,
    cohorts: CohortDesk,
    vault: Vault,
    clock: Clock,
) -> Activity:
    """Count what matches; with `public`, figures that may be shown to anybody, without permits.

    Raises ValidationFailed, NotPublished, SizeNotPublished, CaseUnknown, CaseClosed.
    """
    _require(asking)
    resolved = resolve(asking.wanted, asking.as_of, transaction=transaction, desk=cohorts)
    with transaction() as log:
        marks, stated = _basis(asking, resolved, log, pseudonyms, clock.now())
        figures = log.reader.activity(asking.wanted, marks=marks, below=stated.as_of.size)
        permits: tuple[NamedUse, ...] = ()
        more = False
        if not public:
            permits, more = _permits(
                asking, marks, stated.as_of.size, log=log, vault=vault, at=clock.now()
            )
        log.record(_said("activity_report", asking, stated, clock.now()))
    shown: Mapping[Cell, int | str] = published(figures) if public else figures
    return Activity(figures=shown, permits=permits, more=more, stated=stated)


def impact(
    asking: Asking,
    *,
    transaction: Transaction,
    pseudonyms: Pseudonyms,
    cohorts: CohortDesk,
    vault: Vault,
    clock: Clock,
) -> Impact:
    """Say which datasets, how many people and which permits matching entries reach.

    Raises ValidationFailed, NotPublished, SizeNotPublished, CaseUnknown, CaseClosed.
    """
    _require(asking)
    resolved = resolve(asking.wanted, asking.as_of, transaction=transaction, desk=cohorts)
    with transaction() as log:
        marks, stated = _basis(asking, resolved, log, pseudonyms, clock.now())
        size = stated.as_of.size
        reach = log.reader.reach(asking.wanted, marks=marks, below=size)
        permits, more = _permits(asking, marks, size, log=log, vault=vault, at=clock.now())
        log.record(_said("breach_impact", asking, stated, clock.now()))
    return Impact(reach=reach, permits=permits, more=more, stated=stated)


def _require(asking: Asking) -> None:
    asking.principal.require("log.search")
    if asking.case is not None:
        asking.principal.require(REVEAL)
    faults = filter_faults(asking.wanted)
    if faults:
        raise ValidationFailed("the filter has faults", faults=faults)


def _basis(
    asking: Asking, resolved: Resolved, log: Log, pseudonyms: Pseudonyms, at: datetime
) -> tuple[Marks, Stated]:
    basis = basis_of(read.checkpoint(log.reader), resolved.as_of, log.reader)
    marks = resolved.among(marks_of(asking.wanted, log.reader, pseudonyms))
    as_of = AsOf(size=basis.size, checkpoint=basis.note)
    return marks, state(
        asking.wanted, marks, as_of, log=log, at=at, most=None, cohorts=resolved.cohorts
    )


def _permits(
    asking: Asking, marks: Marks, below: int, *, log: Log, vault: Vault, at: datetime
) -> tuple[tuple[NamedUse, ...], bool]:
    found = log.reader.permits(asking.wanted, marks=marks, below=below, limit=MAX_PERMITS + 1)
    listed, more = found[:MAX_PERMITS], len(found) > MAX_PERMITS
    names = (
        {}
        if asking.case is None
        else _names(asking, asking.case, listed, log=log, vault=vault, at=at)
    )
    return tuple(NamedUse(permit=names.get(one.first), use=one) for one in listed), more


def _names(
    asking: Asking, case_id: str, uses: Sequence[PermitUse], *, log: Log, vault: Vault, at: datetime
) -> Mapping[int, str]:
    """Read the permits' ids, each from the sealed part of one entry."""
    require_open(log, case_id)
    before = log.exports.erasures(hold=False)
    found = entries_at([one.first for one in uses], log.reader)
    opened = open_groups(("permit",), found, log.exports, vault)
    if log.exports.erasures(hold=True) != before:
        raise KeysErased("somebody was erased while parts were opened")
    names: dict[int, str] = {}
    for index, part in opened.parts:
        name = part.opened().get("permit_id")
        if isinstance(name, str):
            names[index] = name
    log.record(
        Fact(
            type=_REVEAL,
            occurred_at=at,
            trace_id=current_trace_id(),
            reason="permits_named",
            counts={"opened": len(opened.parts)},
            extra={"case": case_id, "groups": ["permit"]},
            actor=officer(asking.principal),
        )
    )
    return names


def _said(reason: str, asking: Asking, stated: Stated, at: datetime) -> Fact:
    wanted = asking.wanted
    said: dict[str, JSON] = {"as_of": stated.as_of.size, **said_of(stated.cohorts)}
    if wanted.named():
        said["filter"] = list(wanted.named())
    return Fact(
        type=_SEARCH,
        occurred_at=at,
        trace_id=current_trace_id(),
        reason=reason,
        dataset=wanted.dataset,
        counts={"results": stated.count or 0},
        extra=said,
        actor=officer(asking.principal),
        subjects=(wanted.person,) if wanted.person else (),
    )
