# SPDX-License-Identifier: Apache-2.0
"""Counts over search rows: who used a person's data, activity by month, what a filter reaches.

The numbers come from the rows that searches come from, and are recomputed with them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Date,
    Row,
    and_,
    cast,
    func,
    or_,
    select,
    union,
)

from audit_log.adapters.searching import Search
from audit_log.adapters.searching_cohorts import about
from audit_log.adapters.tables import EV, EV_COHORT, EV_PERSON, TERM
from audit_log.domain.batch import TermKind, is_digest, term
from audit_log.domain.cohorts import CohortAnswer
from audit_log.domain.reports import Cell, PermitUse, Reach, Reached, Use
from audit_log.domain.retention import Retention
from audit_log.domain.search import DECISION_CODES
from shared.events import Subject

_DECISIONS: Final = {code: word for word, code in DECISION_CODES.items()}
_TYPE, _SOURCE = TERM.alias("type"), TERM.alias("source")
_DATASET, _PURPOSES = TERM.alias("dataset_name"), TERM.alias("purposes_list")
_UTC: Final = func.timezone("UTC", EV.c.etime)
_MONTH: Final = func.to_char(_UTC, "YYYY-MM")


def uses(
    connection: Connection,
    people: Mapping[Subject, Sequence[CohortAnswer]],
    below: int,
    purposes_at: Callable[[int], Sequence[str]],
) -> list[Use]:
    """Give what happened to these people's data, a line for each day and way, newest first."""
    day = cast(_UTC, Date)
    said = _about(connection, people, below).subquery("about")
    ways = (day, EV.c.decision, _DATASET.c.value, _TYPE.c.value, _SOURCE.c.value, _PURPOSES.c.value)
    newest = func.max(EV.c.idx)
    query = (
        select(
            day.label("day"),
            EV.c.decision,
            _DATASET.c.value.label("dataset"),
            _TYPE.c.value.label("type"),
            _SOURCE.c.value.label("src"),
            _PURPOSES.c.value.label("purposes"),
            func.count(func.distinct(EV.c.idx)).label("entries"),
            newest.label("newest"),
        )
        .select_from(said)
        .join(EV, EV.c.idx == said.c.idx)
        .join(_DATASET, _DATASET.c.id == said.c.dataset)
        .join(_TYPE, _TYPE.c.id == EV.c.ty)
        .join(_SOURCE, _SOURCE.c.id == EV.c.src)
        .outerjoin(_PURPOSES, _PURPOSES.c.id == EV.c.purposes)
        .where(EV.c.idx < below, _TYPE.c.value.startswith("placet.access."))
        # Not needed to be right: those that outlived their month are of another class.
        .where(EV.c.retention.in_((int(Retention.ACCESS), int(Retention.HELD))))
        .group_by(*ways)
        .order_by(day.desc(), newest.desc())
    )
    return [_use(row, purposes_at) for row in connection.execute(query)]


def _about(
    connection: Connection, people: Mapping[Subject, Sequence[CohortAnswer]], below: int
) -> CompoundSelect[tuple[int, int]]:
    """Give dataset and index of what is about these people, sealed in it or by their cohort."""
    numbers = {one: _number(connection, one.dataset) for one in people}
    sealed = or_(
        *(
            and_(EV_PERSON.c.dataset == number, EV_PERSON.c.ordinal == one.ordinal)
            for one, number in numbers.items()
        )
    )
    among = or_(*(about(connection, numbers[one], said) for one, said in people.items()))
    return union(
        select(EV_PERSON.c.dataset, EV_PERSON.c.idx).where(sealed, EV_PERSON.c.idx < below),
        select(EV_COHORT.c.dataset, EV_COHORT.c.idx).where(among, EV_COHORT.c.idx < below),
    )


def activity(connection: Connection, search: Search, below: int) -> dict[Cell, int]:
    """Count matching entries by month, dataset, type and decision."""
    cells = (_MONTH, _DATASET.c.value, _TYPE.c.value, EV.c.decision)
    query = (
        select(*cells, func.count())
        .join(_TYPE, _TYPE.c.id == EV.c.ty)
        .outerjoin(_DATASET, _DATASET.c.id == EV.c.dataset)
        .where(*search.conditions(below))
        .group_by(*cells)
    )
    return {
        Cell(month, dataset or "", kind, _DECISIONS.get(decision, "")): int(count)
        for month, dataset, kind, decision, count in connection.execute(query)
    }


def permits(connection: Connection, search: Search, below: int, limit: int) -> list[PermitUse]:
    """Count matching entries by permit, month and dataset."""
    cells = (EV.c.permit, _MONTH, _DATASET.c.value)
    query = (
        select(*cells, func.count().label("entries"), func.min(EV.c.idx).label("first"))
        .outerjoin(_DATASET, _DATASET.c.id == EV.c.dataset)
        .where(*search.conditions(below), EV.c.permit.is_not(None))
        .group_by(*cells)
        .order_by(func.min(EV.c.idx))
        .limit(limit)
    )
    return [
        PermitUse(mark=mark, month=month, dataset=dataset or "", entries=int(entries), first=first)
        for mark, month, dataset, entries, first in connection.execute(query)
    ]


def reach(connection: Connection, search: Search, below: int) -> Reach:
    """Say what matching entries reach."""
    found = and_(*search.conditions(below))
    entries, first_at, last_at, actors = connection.execute(
        select(
            func.count(),
            func.min(EV.c.etime),
            func.max(EV.c.etime),
            func.count(func.distinct(EV.c.actor)),
        ).where(found)
    ).one()
    about = (
        select(_DATASET.c.value, func.count())
        .join(_DATASET, _DATASET.c.id == EV.c.dataset)
        .where(found)
        .group_by(_DATASET.c.value)
    )
    who = (
        select(_DATASET.c.value, func.count(func.distinct(EV_PERSON.c.ordinal)))
        .select_from(EV)
        .join(EV_PERSON, EV_PERSON.c.idx == EV.c.idx)
        .join(_DATASET, _DATASET.c.id == EV_PERSON.c.dataset)
        .where(found)
        .group_by(_DATASET.c.value)
    )
    many = (
        select(_DATASET.c.value, func.count(func.distinct(EV_COHORT.c.cohort)))
        .select_from(EV)
        .join(EV_COHORT, EV_COHORT.c.idx == EV.c.idx)
        .join(_DATASET, _DATASET.c.id == EV_COHORT.c.dataset)
        .where(found)
        .group_by(_DATASET.c.value)
    )
    told: dict[str, int] = {name: int(count) for name, count in connection.execute(about)}
    people: dict[str, int] = {name: int(count) for name, count in connection.execute(who)}
    cohorts: dict[str, int] = {name: int(count) for name, count in connection.execute(many)}
    return Reach(
        entries=int(entries),
        first_at=first_at,
        last_at=last_at,
        datasets={
            name: Reached(told.get(name, 0), people.get(name, 0), cohorts.get(name, 0))
            for name in sorted(told.keys() | people)  # a cohort's dataset is its entry's own
        },
        actors=int(actors),
    )


def _use(row: Row[Any], purposes_at: Callable[[int], Sequence[str]]) -> Use:
    said = row.purposes or ""
    purposes = purposes_at(row.newest) if is_digest(said) else said.split()
    return Use(
        day=row.day,
        dataset=row.dataset,
        type=row.type,
        src=row.src,
        decision=_DECISIONS.get(row.decision),
        purposes=tuple(purposes),
        count=int(row.entries),
        newest=row.newest,
    )


def _number(connection: Connection, dataset: str) -> int:
    wanted = term(TermKind.DATASET, dataset)
    found = connection.execute(
        select(TERM.c.id).where(TERM.c.kind == int(wanted.kind), TERM.c.value == wanted.value)
    ).scalar_one_or_none()
    return int(found or 0)
