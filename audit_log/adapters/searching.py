# SPDX-License-Identifier: Apache-2.0
"""Finding search rows: which way a filter is answered, and the blocks that spare long walks.

What names somebody (actor, permit, visa, person) has an index of its own; a person is found by the
cohorts that hold her, too (`searching_cohorts`). Everything else, of which
a log has few values, is found by walking down the indexes, past the blocks that cannot hold it:
`ev_block` says of every 1,024 entries between which times they happened and which terms they have,
datasets also together with each type, source and refusal.
Entries after the last block are walked one by one. A block is only ever a promise of what is not
there; that it leaves nothing out is checked with the search rows (`blocks_that_lie`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import psycopg
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    false,
    func,
    or_,
    select,
    text,
    union,
)

from audit_log.adapters.searching_cohorts import about
from audit_log.adapters.tables import EV, EV_BLOCK, EV_COHORT, EV_PERSON, TERM
from audit_log.domain.batch import TermKind, is_digest, term
from audit_log.domain.search import DECISION_CODES, Filter, Marks

BLOCK: Final = 1_024
_BLOCKS_AT_ONCE: Final = 64
_NOTHING: Final = 0  # the number of no term

# The blocks of some entries, as their search rows make them.
SUMMARY: Final = """
SELECT e.idx / 1024 AS n, min(e.etime) AS low, max(e.etime) AS high,
    array_agg(DISTINCT v.term::integer) FILTER (WHERE v.term IS NOT NULL) AS terms
FROM ev AS e CROSS JOIN LATERAL
    (VALUES (e.ty), (e.src), (e.dataset), (e.purposes), (-e.decision::integer),
        (-1000 - mod(e.dataset * 1000003::bigint + e.ty, 2000000000)),
        (-1000 - mod(e.dataset * 1000003::bigint + e.src, 2000000000)),
        (CASE WHEN e.decision <> 1
            THEN -1000 - mod(e.dataset * 1000003::bigint - e.decision, 2000000000) END)) AS v (term)
WHERE e.idx >= %(first)s AND e.idx < %(end)s GROUP BY 1
"""


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
        """Walk down an index; the rows of a later year all stand above those of an earlier one."""
        found: list[int] = []
        for year in self._years:
            left = limit - len(found)
            rows = {
                index
                for query in self._queries(year, above, below)
                for index in self._connection.execute(query.limit(left)).scalars()
            }
            found += sorted(rows, reverse=True)[:left]
            if len(found) == limit:
                break
        return found

    def _queries(self, year: Mapping[str, int], above: int, below: int) -> list[Select[int]]:
        """Give the ways down: one for most, two for a person, who may be one of a cohort."""
        query = self._rows(year).where(EV.c.idx >= above, EV.c.idx < below)
        if self._wanted.person is None:
            return [query.order_by(EV.c.idx.desc())]
        query = query.where(EV_PERSON.c.idx >= above, EV_PERSON.c.idx < below)
        found = [query.order_by(EV_PERSON.c.idx.desc())]
        if self._cohorts:
            dataset = _term(self._connection, TermKind.DATASET, self._wanted.person.dataset)
            among = select(EV_COHORT.c.idx).join(EV, EV_COHORT.c.idx == EV.c.idx)
            among = among.where(about(self._connection, dataset, self._cohorts))
            among = among.where(EV_COHORT.c.idx >= above, EV_COHORT.c.idx < below)
            for name, mark in year.items():
                among = among.where(EV.c[name] == mark)
            found.append(among.where(*self._open_parts()).order_by(EV_COHORT.c.idx.desc()))
        return found

    def _in_blocks(self, above: int, below: int, limit: int) -> list[int]:
        rows = self._block_rows(above, below, limit)
        return list(self._connection.execute(rows.limit(limit)).scalars())

    def _block_rows(self, above: int, below: int, limit: int) -> Select[int]:
        """Give the matching rows of those blocks that may hold some, newest first."""
        blocks = select(EV_BLOCK.c.n).where(
            EV_BLOCK.c.n >= above // BLOCK, EV_BLOCK.c.n <= (below - 1) // BLOCK
        )
        if self._terms:
            blocks = blocks.where(EV_BLOCK.c.terms.contains(self._terms))
        if self._purposes is not None:
            blocks = blocks.where(EV_BLOCK.c.terms.overlap(self._purposes))
        if self._wanted.since is not None:
            blocks = blocks.where(EV_BLOCK.c.high >= self._wanted.since)
        if self._wanted.until is not None:
            blocks = blocks.where(EV_BLOCK.c.low < self._wanted.until)
        block = blocks.order_by(EV_BLOCK.c.n.desc()).subquery("block")
        first = block.c.n * BLOCK
        rows = self._rows({}).where(EV.c.idx >= first, EV.c.idx < first + BLOCK)
        rows = rows.where(EV.c.idx >= above, EV.c.idx < below).correlate(block)
        rows = rows.order_by(EV.c.idx.desc()).limit(limit)
        inside = rows.subquery("inside").lateral("inside")
        joined = select(inside.c.idx).select_from(block).join(inside, text("true"))
        return joined.order_by(block.c.n.desc(), inside.c.idx.desc())

    def _rows(self, marks: Mapping[str, int]) -> Select[int]:
        wanted = self._wanted
        query = select(EV.c.idx)
        if wanted.person is not None:
            dataset = _term(self._connection, TermKind.DATASET, wanted.person.dataset)
            query = select(EV_PERSON.c.idx).join(EV, EV_PERSON.c.idx == EV.c.idx)
            query = query.where(
                EV_PERSON.c.dataset == dataset, EV_PERSON.c.ordinal == wanted.person.ordinal
            )
        for name, mark in marks.items():
            query = query.where(EV.c[name] == mark)
        return query.where(*self._open_parts())

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
        if wanted.since is not None:
            parts.append(EV.c.etime >= wanted.since)
        if wanted.until is not None:
            parts.append(EV.c.etime < wanted.until)
        return parts

    def _is_pointed(self) -> bool:
        wanted = self._wanted
        return bool(wanted.actor or wanted.person or wanted.permit or wanted.visa)

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


class BlockSummaries:
    """Adds blocks to `ev_block`, behind the sequencer and out of its way."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def step(self) -> bool:
        """Summarise the next full blocks; False when there is none.

        Two at once do no harm: what the other has written stays. A block whose rows were all
        dropped gets one that promises nothing, so that those after it are reached.
        """
        with self._engine.begin() as connection:
            first = edge_of(connection)
            size = connection.execute(text("SELECT size FROM log_state")).scalar_one_or_none() or 0
            end = min(size // BLOCK * BLOCK, first + _BLOCKS_AT_ONCE * BLOCK)
            if end <= first:
                return False
            query = SUMMARY.replace("%(first)s", ":first").replace("%(end)s", ":end")
            added = connection.execute(
                text(
                    "INSERT INTO ev_block (n, low, high, terms) SELECT g.n,"  # noqa: S608
                    " coalesce(s.low, 'infinity'), coalesce(s.high, '-infinity'),"
                    " coalesce(s.terms, '{}') FROM generate_series(:first / 1024,"
                    f" :end / 1024 - 1) AS g(n) LEFT JOIN ({query}) AS s ON s.n = g.n"
                    " ON CONFLICT DO NOTHING"
                ),
                {"first": first, "end": end},
            )
            return added.rowcount > 0


def blocks_that_lie(cursor: psycopg.Cursor, first: int, end: int) -> list[int]:
    """Give the blocks, of those of these indexes, that leave out what their search rows say."""
    found: list[int] = []
    row = cursor.execute("SELECT coalesce(max(n) + 1, 0) * 1024 FROM ev_block").fetchone()
    end = min(end, 0 if row is None else int(row[0]))
    for start in range(first // BLOCK * BLOCK, end, _BLOCKS_AT_ONCE * BLOCK):
        rows = cursor.execute(
            f"SELECT s.n FROM ({SUMMARY}) AS s LEFT JOIN ev_block AS b ON b.n = s.n"  # noqa: S608
            " WHERE b.n IS NULL OR NOT (s.terms <@ b.terms AND b.low <= s.low AND b.high >= s.high)"
            " ORDER BY s.n",
            {"first": start, "end": min(end, start + _BLOCKS_AT_ONCE * BLOCK)},
        ).fetchall()
        found += [int(number) for (number,) in rows]
    return found


def edge_of(connection: Connection) -> int:
    """Give the index after the last block."""
    last = connection.execute(select(func.max(EV_BLOCK.c.n))).scalar_one_or_none()
    return 0 if last is None else (int(last) + 1) * BLOCK


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
