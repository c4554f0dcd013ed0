# SPDX-License-Identifier: Apache-2.0
"""What an answer says about itself: the question, how much of the log it rests on, what is missing.

An answer from search rows is only as good as those rows. So it names the run in which they were
recomputed from the entries themselves, the producers whose word is missing, and the months of which
rows were dropped.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from audit_log.domain.cohorts import CohortAnswers
from audit_log.domain.filters import filter_json
from audit_log.domain.pack import ProducerStanding, Remark, remarks_json
from audit_log.domain.retention import Retention, month_of, month_text
from audit_log.domain.search import AsOf, Dropped, Filter
from shared.canonical import JSON
from shared.clock import to_rfc3339


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrityRun:
    """Search rows recomputed from the entries `first` to below `size`, and held against each other.

    `base` is the run that did the same up to `first`; None when this one began at the beginning.
    `flaws` counts the rows that differed, those of `base` included; `entry_id` names the entry in
    which the log says so.
    """

    id: int
    base: int | None
    first: int
    size: int
    flaws: int
    started_at: datetime
    ended_at: datetime
    entry_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingWord:
    """A producer whose word is missing: places of a chain that nothing fills, or silence.

    `gaps` are (epoch, first, last); `silent_since` is when it last spoke, None when it is not
    silent or never spoke; `silent` tells which. `remarks` are about the time asked for, over by now
    or not: what a producer that began a new chain had last said in the old one, nobody can tell.
    """

    src: str
    gaps: tuple[tuple[int, int, int], ...]
    silent: bool
    silent_since: datetime | None
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What an answer says about itself.

    `count` is how many entries match below the size; with `exact` false there are, or may be, more.
    It is None where an earlier page has said it. `dropped` are the ranges that would have been
    looked into and could not. `cohorts` are the answers by which a person was found in the cohorts
    that entries name, None when nobody was looked for.
    """

    wanted: Filter
    as_of: AsOf
    count: int | None
    exact: bool
    integrity: IntegrityRun | None
    missing: tuple[MissingWord, ...]
    dropped: tuple[Dropped, ...]
    cohorts: CohortAnswers | None = None


def missing_words(
    wanted: Filter,
    standing: Iterable[ProducerStanding],
    at: datetime,
) -> tuple[MissingWord, ...]:
    """Give the producers whose word is missing in what a filter asks for.

    Nobody knows when what fills a gap happened, so every gap counts; a silence that began after
    the time asked for does not.
    """
    found: list[MissingWord] = []
    for one in standing:
        if wanted.src not in (None, one.src):
            continue
        silent = one.silent(at) and (
            wanted.until is None or one.last_at is None or one.last_at < wanted.until
        )
        if one.gaps or silent or one.remarks:
            found.append(
                MissingWord(
                    src=one.src,
                    gaps=one.gaps,
                    silent=silent,
                    silent_since=one.last_at if silent else None,
                    remarks=one.remarks,
                )
            )
    return tuple(found)


def stated_json(stated: Stated) -> dict[str, JSON]:
    """Write a statement, personal values of the filter included: for the asker alone."""
    return {
        "filter": filter_json(stated.wanted),
        "count": stated.count,
        "count_is_exact": stated.exact,
        "integrity": integrity_json(stated.integrity, stated.as_of.size),
        "missing": [_missing(one) for one in stated.missing],
        "dropped": [dropped_json(one) for one in stated.dropped],
        "cohorts": None if stated.cohorts is None else stated.cohorts.written(),
    }


def dropped_json(one: Dropped) -> dict[str, JSON]:
    """Write a range of which rows were dropped."""
    return {
        "class": Retention(one.retention).name.lower(),
        "first": one.first,
        "held": one.held,
        "last": one.last,
        "month": month_text(one.month),
        "rows": one.rows,
    }


def read_dropped(said: Mapping[str, object]) -> Dropped:
    """Read what `dropped_json` wrote; raise ValueError for anything else."""
    kept = {one.name.lower(): one for one in Retention}.get(str(said.get("class")))
    year, _, month = str(said.get("month")).partition("-")
    numbers = [said.get(name) for name in ("first", "last", "rows", "held")]
    first, last, rows, held = (one for one in numbers if type(one) is int)
    if kept is None:
        raise ValueError("a range is of no class")
    return Dropped(
        retention=kept,
        month=month_of(datetime(int(year), int(month), 1, tzinfo=UTC)),
        first=first,
        last=last,
        rows=rows,
        held=held,
    )


def integrity_json(run: IntegrityRun | None, as_of: int) -> Mapping[str, JSON] | None:
    """Write which run covers the entries below a size, and how many of them it does not cover."""
    if run is None:
        return None
    return {
        "base": run.base,
        "ended_at": to_rfc3339(run.ended_at),
        "entry_id": run.entry_id,
        "first": run.first,
        "flaws": run.flaws,
        "not_covered": max(as_of - run.size, 0),
        "run": run.id,
        "size": run.size,
    }


def _missing(one: MissingWord) -> JSON:
    return {
        "gaps": [list(gap) for gap in one.gaps],
        "remarks": remarks_json(one.remarks),
        "silent": one.silent,
        "silent_since": None if one.silent_since is None else to_rfc3339(one.silent_since),
        "src": one.src,
    }
