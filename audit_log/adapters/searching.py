# SPDX-License-Identifier: Apache-2.0
"""Finding search rows: which way a filter is answered, and the blocks that spare long walks.

What names somebody (actor, permit, visa, person) has an index of its own, and so have the refusals
of a dataset, which are few; a person is found by the cohorts that hold her, too
(`searching_cohorts`). Everything else, of which a log has few values, is found by walking
down the indexes, past the blocks that cannot hold it: `ev_block` says of every 1,024 entries
between which times they happened and which terms they have, datasets also together with each type,
source and refusal.
Entries after the last block are walked one by one.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import psycopg
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
    text,
    union,
)

from audit_log.adapters.search_blocks import BLOCK, edge_of
from audit_log.adapters.searching_cohorts import about
from audit_log.adapters.tables import EV, EV_BLOCK, EV_COHORT, EV_PERSON, TERM
from audit_log.domain.batch import TermKind, is_digest, term
from audit_log.domain.search import DECISION_CODES, Filter, Marks

_NOTHING: Final = 0  # the number of no term
_NEAR: Final = 128  # blocks
_PERMITTED: Final = text(str(DECISION_CODES["permit"]))
_LEAST: Final = 64  # rows
_FENCE: Final = 0  # rows left out: none, but a part with an OFFSET is planned by itself
_PLAN_ONCE: Final = text("SELECT set_config('plan_cache_mode', 'force_generic_plan', true)")


class Search:
    """One filter over one connection."""

    def __init__(
        self,
        connection: Connection,
        wanted: Filter,
        marks: Marks,
        purposes_at: Callable[[int], Sequence[str]],
    ) -> None:
        self._connection = connection
        self._wanted = wanted
        self._years = _by_year(wanted, marks)
        self._cohorts = marks.cohorts if wanted.person is not None else ()
        self._terms = _terms(connection, wanted)
        self._purposes = None
        if wanted.purpose is not None:
            self._purposes = _purposes_with(connection, wanted.purpose, purposes_at)

    def indexes(self, *, above: int, below: int, limit: int) -> list[int]:
        """Give matching indexes, newest first."""
        if self._finds_nothing():
            return []
        if self._is_pointed() or not self._is_narrow():
            return self._walked(above, below, limit)
        edge = self._edge()
        found = self._walked(max(above, edge), below, limit)
        if len(found) < limit and above < min(edge, below):
            found += self._in_blocks(above, min(edge, below), limit - len(found))
        return found

    def count(self, below: int, most: int | None) -> int:
        """Count matching entries; with `most`, no further than that."""
        if most is not None:
            return len(self.indexes(above=0, below=below, limit=most))
        query = select(func.count()).select_from(EV).where(*self.conditions(below))
        return int(self._connection.execute(query).scalar_one())

    def conditions(self, below: int) -> list[ColumnElement[bool]]:
        """Give what a row of `ev` must meet, for whoever reads all that match."""
        wanted = self._wanted
        if self._finds_nothing() or not self._years:
            return [false()]
        conditions = [EV.c.idx < below, *self._open_parts()]
        if wanted.person is not None:
            dataset = _term(self._connection, TermKind.DATASET, wanted.person.dataset)
            sealed = select(EV_PERSON.c.idx).where(
                EV_PERSON.c.dataset == dataset,
                EV_PERSON.c.ordinal == wanted.person.ordinal,
                EV_PERSON.c.idx < below,
            )
            among = select(EV_COHORT.c.idx).where(
                about(self._connection, dataset, self._cohorts), EV_COHORT.c.idx < below
            )
            conditions.append(EV.c.idx.in_(union(sealed, among)))
        if any(self._years):
            named = (
                and_(*(EV.c[name] == mark for name, mark in year.items())) for year in self._years
            )
            conditions.append(or_(*named))
        return conditions

    def _walked(self, above: int, below: int, limit: int) -> list[int]:
        """Walk down an index, year by year.

        A sequencer's clock may have been of another year for a while, so an earlier year is looked
        into as far down as what was found of later ones.
        """
        found: list[int] = []
        for year in self._years:
            queries = self._queries(year, above, below)
            rows = {index for query in queries for index in self._ask(query, limit)}
            found = sorted({*found, *rows}, reverse=True)[:limit]
            if len(found) == limit:
                above = found[-1]
        return found

    def _queries(self, year: Mapping[str, int], above: int, below: int) -> list[Select[int]]:
        """Give the ways down: one for most, two for a person, who may be one of a cohort."""
        query = self._rows(year)
        (idx,) = query.selected_columns
        query = query.where(idx >= above, idx < below)
        if "visa" in year:
            # A visa's index has no order. What ends a visa's rows early must not tempt the
            # planner to walk all rows in theirs: they are few, and found first.
            few = query.offset(_FENCE).subquery("few")
            query, idx = select(few.c.idx), few.c.idx
        found = [query.order_by(idx.desc())]
        person = self._wanted.person
        if person is not None and self._cohorts:
            dataset = _term(self._connection, TermKind.DATASET, person.dataset)
            among = select(EV_COHORT.c.idx).join(EV, EV_COHORT.c.idx == EV.c.idx)
            among = among.where(about(self._connection, dataset, self._cohorts))
            among = among.where(EV_COHORT.c.idx >= above, EV_COHORT.c.idx < below)
            among = among.where(*(EV.c[name] == mark for name, mark in year.items()))
            found.append(among.where(*self._open_parts()).order_by(EV_COHORT.c.idx.desc()))
        return found

    def _in_blocks(self, above: int, below: int, limit: int) -> list[int]:
        """Look into the newest blocks, then into all others.

        What happens often is in the first few: one by one, from the newest. What is rare is found
        by the index of terms, which gives all blocks at once.
        """
        near = max(above, (below // BLOCK - _NEAR) * BLOCK)
        found = self._ask(self._block_rows(near, below, limit), limit)
        if len(found) < limit and near > above:
            left = limit - len(found)
            found += self._ask(self._block_rows(above, near, left, at_once=True), left)
        return found

    def _ask(self, query: Select[int], limit: int) -> list[int]:
        """Run a query by a plan made once a connection, whatever the values but the limit.

        The months of a log are hundreds of tables after some years. To plan for the values at hand
        takes tens of milliseconds then, to run a plan that is there one or two.
        """
        driver = self._connection.connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError("not a connection to PostgreSQL")
        usual = driver.prepare_threshold
        driver.prepare_threshold = 0
        try:
            self._connection.execute(_PLAN_ONCE)
            found = self._connection.execute(query.limit(_rounded(limit))).scalars().all()
            return list(found[:limit])
        finally:
            driver.prepare_threshold = usual

    def _block_rows(
        self, above: int, below: int, limit: int, *, at_once: bool = False
    ) -> Select[int]:
        """Give the matching rows of those blocks that may hold some, newest first.

        With `at_once` the blocks are found before any is looked into.
        """
        blocks = select(EV_BLOCK.c.n).where(EV_BLOCK.c.n <= (below - 1) // BLOCK)
        if above:
            blocks = blocks.where(EV_BLOCK.c.n >= above // BLOCK)
        if self._terms:
            blocks = blocks.where(EV_BLOCK.c.terms.contains(self._terms))
        if self._purposes is not None:
            blocks = blocks.where(EV_BLOCK.c.terms.overlap(self._purposes))
        if self._wanted.since is not None:
            blocks = blocks.where(EV_BLOCK.c.high >= self._wanted.since)
        if self._wanted.until is not None:
            blocks = blocks.where(EV_BLOCK.c.low < self._wanted.until)
        blocks = blocks.add_columns(EV_BLOCK.c.low_month, EV_BLOCK.c.high_month)
        if at_once and (self._terms or self._purposes):
            few = blocks.offset(_FENCE).subquery("few")
            blocks = select(few)
        (number, *_) = blocks.selected_columns
        block = blocks.order_by(number.desc()).subquery("block")
        first = block.c.n * BLOCK
        rows = self._rows({}).where(EV.c.idx >= first, EV.c.idx < first + BLOCK)
        rows = rows.where(EV.c.idx >= above, EV.c.idx < below).correlate(block)
        # Not needed to be right: it tells PostgreSQL which tables to leave alone.
        rows = rows.where(EV.c.month.between(block.c.low_month, block.c.high_month))
        rows = rows.order_by(EV.c.idx.desc()).limit(_rounded(limit))
        inside = rows.subquery("inside").lateral("inside")
        joined = select(inside.c.idx).select_from(block).join(inside, text("true"))
        return joined.order_by(block.c.n.desc(), inside.c.idx.desc())

    def _rows(self, marks: Mapping[str, int]) -> Select[int]:
        wanted = self._wanted
        conditions = [EV.c[name] == mark for name, mark in marks.items()] + self._open_parts()
        if wanted.person is None:
            return select(EV.c.idx).where(*conditions)
        dataset = _term(self._connection, TermKind.DATASET, wanted.person.dataset)
        query = select(EV_PERSON.c.idx).where(
            EV_PERSON.c.dataset == dataset, EV_PERSON.c.ordinal == wanted.person.ordinal
        )
        if not conditions:  # a person's rows are there as long as those they belong to
            return query
        return query.join(EV, EV_PERSON.c.idx == EV.c.idx).where(*conditions)

    def _open_parts(self) -> list[ColumnElement[bool]]:
        wanted, parts = self._wanted, []
        for kind, column, name in _COLUMNS:
            said = getattr(wanted, name)
            if said is not None:
                parts.append(EV.c[column] == _term(self._connection, kind, said))
        if self._purposes is not None:
            parts.append(EV.c.purposes.in_(self._purposes))
        if wanted.decision is not None:
            parts.append(EV.c.decision == DECISION_CODES.get(wanted.decision, 0))
        if self._is_refusal():
            parts.append(EV.c.decision != _PERMITTED)  # as the index of refusals has it
        if wanted.since is not None:
            parts.append(EV.c.etime >= wanted.since)
        if wanted.until is not None:
            parts.append(EV.c.etime < wanted.until)
        return parts

    def _is_pointed(self) -> bool:
        wanted = self._wanted
        if wanted.actor or wanted.person or wanted.permit or wanted.visa:
            return True
        return wanted.dataset is not None and self._is_refusal()

    def _is_refusal(self) -> bool:
        return self._wanted.decision not in (None, "permit")

    def _is_narrow(self) -> bool:
        wanted = self._wanted
        return bool(self._terms or self._purposes or wanted.since or wanted.until)

    def _finds_nothing(self) -> bool:
        return _NOTHING in self._terms or self._purposes == []

    def _edge(self) -> int:
        return edge_of(self._connection)


_COLUMNS: Final = (
    (TermKind.TYPE, "ty", "type"),
    (TermKind.SOURCE, "src", "src"),
    (TermKind.DATASET, "dataset", "dataset"),
)


def _rounded(limit: int) -> ColumnElement[int]:
    """Write a limit that a plan goes by; few different ones, for each is planned for."""
    rounded = _LEAST
    while rounded < limit:
        rounded *= 4
    return literal_column(str(rounded), Integer)


def _purposes_with(
    connection: Connection, code: str, purposes_at: Callable[[int], Sequence[str]]
) -> list[int]:
    """Give the numbers of the lists of purposes that hold a code.

    A list too long to be a term is stored as its hash; what it holds is read from one entry.
    """
    rows = connection.execute(
        select(TERM.c.id, TERM.c.value).where(TERM.c.kind == int(TermKind.PURPOSES))
    )
    found: list[int] = []
    for number, value in rows:
        codes: Sequence[str] = value.split(" ")
        if is_digest(value):
            query = select(EV.c.idx).where(EV.c.purposes == number).order_by(EV.c.idx).limit(1)
            index = connection.execute(query).scalar_one_or_none()
            codes = () if index is None else purposes_at(int(index))
        if code in codes:
            found.append(int(number))
    return found


def _by_year(wanted: Filter, marks: Marks) -> Sequence[Mapping[str, int]]:
    """Give what rows must have, the newest year first; one empty line when nobody is named."""
    named = [name for name in ("actor", "permit", "visa") if getattr(wanted, name) is not None]
    if not named:
        return ({},)
    columns = (getattr(marks, name) for name in named)
    lines = [dict(zip(named, line, strict=True)) for line in zip(*columns, strict=True)]
    return lines[::-1]


def _terms(connection: Connection, wanted: Filter) -> list[int]:
    """Give what a block must hold, as numbers; that of an unknown text is none that is."""
    terms = [
        _term(connection, kind, getattr(wanted, name))
        for kind, _, name in _COLUMNS
        if getattr(wanted, name) is not None
    ]
    if wanted.decision is not None:
        terms.append(-DECISION_CODES.get(wanted.decision, 0))
    if wanted.dataset is not None:
        dataset = _term(connection, TermKind.DATASET, wanted.dataset)
        beside = [one for one in terms if one not in (dataset, -1)]
        terms += [_pair(dataset, one) for one in beside]
    return terms


def _pair(dataset: int, other: int) -> int:
    """Give the number that stands for a dataset together with a type, source or refusal.

    Two pairs may share a number: then a block is looked into for nothing.
    """
    return -1000 - (dataset * 1_000_003 + other) % 2_000_000_000


def _term(connection: Connection, kind: TermKind, said: str) -> int:
    wanted = term(kind, said)
    found = connection.execute(
        select(TERM.c.id).where(TERM.c.kind == int(wanted.kind), TERM.c.value == wanted.value)
    ).scalar_one_or_none()
    return _NOTHING if found is None else int(found)
