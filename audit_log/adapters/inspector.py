# SPDX-License-Identifier: Apache-2.0
"""Everything stored, read once in order within one snapshot: an `Inspector` for re-verification."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count

import psycopg
from psycopg import rows

from audit_log.adapters import inspector_rows as beside
from audit_log.adapters.reader import unpacked
from audit_log.adapters.search_blocks import blocks_that_lie
from audit_log.adapters.store import load
from audit_log.domain.chain import Chain, ChainKey
from audit_log.domain.errors import LogMismatch
from audit_log.domain.retention import retention_of
from audit_log.domain.tiles import WIDTH
from audit_log.ports import (
    DroppedRange,
    ErasedPlaces,
    HashedRow,
    InspectedHold,
    InspectedKey,
    Published,
    StoredKey,
    StoredSearch,
)
from shared.db import connect

_PAGE = 64
_TWICE = -1  # a class that no row has: one entry with two rows is wrong, whatever they say
_PARTS = (
    "SELECT s.idx, s.grp, s.kid, coalesce(d.kek, ''), coalesce(d.wrapped, ''), s.data"
    " FROM sealed AS s LEFT JOIN dek AS d ON d.kid = s.kid"
)
_PARTS_BETWEEN = _PARTS + " WHERE s.idx >= %s AND s.idx <= %s"
_PARTS_AMONG = _PARTS + " WHERE s.idx = ANY(%s)"


class PostgresInspector:
    """An `Inspector` over one connection; see the port for what each method guarantees."""

    def __init__(self, connection: psycopg.Connection, start: int = 0) -> None:
        self._connection = connection
        self._cursors = count()
        self._start = start
        self._people: Iterator[rows.TupleRow] | None = None
        self._person: rows.TupleRow | None = None

    def head(self) -> tuple[str, int, bytes]:
        """Give origin, size and root as the state row has them."""
        row = self._one("SELECT origin, size, root FROM log_state")
        if row is None:
            raise LogMismatch("the database holds no log")
        return str(row[0]), int(row[1]), bytes(row[2])

    def tile(self, level: int, index: int) -> bytes:
        """Give a tile as wide as it is now; LookupError when it has no hash yet."""
        row = self._one(
            "SELECT data FROM tile WHERE level = %s AND n = %s UNION ALL"
            " SELECT data FROM tile_edge WHERE level = %s AND n = %s AND length(data) > 0 LIMIT 1",
            (level, index, level, index),
        )
        if row is None:
            raise LookupError("no such tile")
        return bytes(row[0])

    def bundles(self) -> Iterator[tuple[str, int, Sequence[bytes] | None]]:
        """Give (table, number, entries) of every bundle, the edge last; None when unreadable."""
        for number, data in self._paged(
            "SELECT n, data FROM bundle WHERE n >= %s ORDER BY n", (self._start // WIDTH,)
        ):
            try:
                entries: Sequence[bytes] | None = unpacked(bytes(data))
            except ValueError:
                entries = None
            yield "bundle", int(number), entries
        edge = self._all("SELECT idx, entry FROM edge_entry ORDER BY idx")
        if edge:
            first = int(edge[0][0])
            whole = [index for index, _ in edge] == list(range(first, first + len(edge)))
            number = first // WIDTH
            yield "edge_entry", number, [bytes(e) for _, e in edge] if whole else None

    def checkpoints(self) -> Iterator[Published]:
        """Give every checkpoint kept, by size."""
        for size, root, note, signed_at in self._paged(
            "SELECT size, root, note, signed_at FROM checkpoint ORDER BY size"
        ):
            yield Published(size=size, root=bytes(root), note=bytes(note), signed_at=signed_at)

    def search_rows(self, first: int, end: int) -> Mapping[int, StoredSearch]:
        """Give the search rows of these indexes, with their terms as text."""
        found = self._all(
            "SELECT e.idx, e.month, e.retention, e.etime, coalesce(t.value, ''),"
            " coalesce(s.value, ''), e.decision, r.value, d.value, p.value, e.actor,"
            " e.permit, e.visa, e.project FROM ev AS e LEFT JOIN term AS t ON t.id = e.ty"
            " LEFT JOIN term AS s ON s.id = e.src"
            " LEFT JOIN term AS r ON r.id = e.reason LEFT JOIN term AS d ON d.id = e.dataset"
            " LEFT JOIN term AS p ON p.id = e.purposes"
            " WHERE e.idx >= %s AND e.idx < %s ORDER BY e.idx",
            (first, end),
        )
        twice = Counter(row[0] for row in found)
        return {
            row[0]: StoredSearch(
                month=row[1],
                retention=row[2] if twice[row[0]] == 1 else _TWICE,
                etime=row[3],
                type=row[4],
                src=row[5],
                decision=row[6],
                reason=row[7],
                dataset=row[8],
                purposes=row[9],
                actor=row[10],
                permit=row[11],
                visa=row[12],
                project=row[13],
            )
            for row in found
        }

    def people(self, first: int, end: int) -> Mapping[int, frozenset[tuple[str, int]]]:
        """Give the people of these indexes; asked for in rising order.

        The table is ordered by person, so it is sorted once and read along.
        """
        if self._people is None:
            self._people = self._paged(
                "SELECT p.idx, coalesce(t.value, ''), p.ordinal FROM ev_person AS p"
                " LEFT JOIN term AS t ON t.id = p.dataset WHERE p.idx >= %s ORDER BY p.idx",
                (self._start,),
            )
            self._person = next(self._people, None)
        found: dict[int, set[tuple[str, int]]] = {}
        while self._person is not None and self._person[0] < end:
            index, dataset, ordinal = self._person
            found.setdefault(max(index, first), set()).add((dataset, ordinal))
            self._person = next(self._people, None)
        return {index: frozenset(people) for index, people in found.items()}

    def cohorts(self, first: int, end: int) -> Mapping[int, frozenset[tuple[str, str, int | None]]]:
        """Give the cohorts of these indexes: their dataset, their name and a revision."""
        return beside.cohorts(self._connection, first, end)

    def parts(self, first: int, end: int) -> Mapping[int, Mapping[int, tuple[StoredKey, bytes]]]:
        """Give the sealed parts of these indexes by group number, with their wrapped keys."""
        return parts_of(self._connection, range(first, end))

    def filed(self, first: int, end: int) -> Mapping[int, set[tuple[int, int]]]:
        """Give under which class and month the sealed parts of these indexes lie."""
        return beside.filed(self._connection, first, end)

    def erased(self, first: int, end: int) -> Mapping[int, frozenset[int]]:
        """Give the group numbers of these indexes that an erasure destroyed."""
        found: dict[int, set[int]] = {}
        for index, group in self._all(
            "SELECT p.idx, p.grp FROM erased_part AS p JOIN erasure AS e ON e.id = p.erasure"
            " WHERE p.idx >= %s AND p.idx < %s",
            (first, end),
        ):
            found.setdefault(index, set()).add(group)
        return {index: frozenset(groups) for index, groups in found.items()}

    def dropped(self) -> Sequence[DroppedRange]:
        """Give every range whose rows were dropped, the newest first."""
        return [
            DroppedRange(
                id=row[0],
                retention=row[1],
                month=row[2],
                first=row[3],
                last=row[4],
                rows=row[5],
                parts=row[6],
                held=row[7],
                terms=bytes(row[8]),
                at=row[9],
            )
            for row in self._all(
                "SELECT id, class, month, first_idx, last_idx, entries, parts, held, terms,"
                " dropped_at FROM dropped ORDER BY id DESC"
            )
        ]

    def held_counts(self) -> Mapping[tuple[int, int], int]:
        """Give how many search rows are held, by the class of their type and their month."""
        found: Counter[tuple[int, int]] = Counter()
        for entry_type, month, number in self._all(
            "SELECT coalesce(t.value, 'placet.unknown.unknown.v1'), e.month, count(*)"
            " FROM held_ev AS e LEFT JOIN term AS t ON t.id = e.ty GROUP BY 1, 2"
        ):
            found[int(retention_of(entry_type)), month] += number
        return found

    def blocks(self, first: int, end: int) -> Sequence[int]:
        """Give the blocks of these indexes that leave out what their search rows say."""
        with self._connection.cursor() as cursor:
            return blocks_that_lie(cursor, first, end)

    def runs(self) -> Iterator[tuple[ChainKey, int, int, int]]:
        """Give (chain, first seq, n, first index) of every run, by index."""
        for src, epoch, first_seq, n, first_index in self._paged(
            "SELECT src, epoch, first_seq, n, first_idx FROM producer_run"
            " WHERE first_idx + n > %s ORDER BY first_idx",
            (self._start,),
        ):
            yield ChainKey(src, epoch), first_seq, n, first_index

    def chains(self) -> Mapping[ChainKey, Chain]:
        """Give every chain as stored."""
        with self._connection.cursor(binary=True) as cursor:
            return load.chains(cursor)

    def held_places(self) -> Iterator[tuple[ChainKey, int]]:
        """Give the places of chains that quarantined input holds."""
        for src, epoch, seq in self._all(
            "SELECT src, epoch, seq FROM quarantine WHERE occupies = 1"
        ):
            yield ChainKey(src, epoch), seq

    def own_sources(self) -> frozenset[str]:
        """Give the sources under which the log speaks about itself."""
        return beside.own_sources(self._connection)

    def waiting(self) -> Sequence[bytes]:
        """Give what the log has said and not sequenced yet, in its order."""
        return beside.waiting(self._connection)

    def altered_intake(self) -> Sequence[int]:
        """Give the rows of the intake that are not what was handed in."""
        return beside.altered_intake(self._connection)

    def hashed_rows(self) -> Iterator[HashedRow]:
        """Give every row of every table whose rows have hashes, and every hash without a row."""
        return beside.hashed_rows(self._connection)

    def row_sums(self) -> Sequence[tuple[str, int, bytes]]:
        """Give the sum over each table's hashes as stored."""
        return beside.row_sums(self._connection)

    def strange_hashes(self) -> Sequence[str]:
        """Give the names under which hashes are kept that are no table's."""
        return beside.strange_hashes(self._connection)

    def data_keys(self) -> Iterator[InspectedKey]:
        """Give every data key."""
        return beside.keys(self._connection)

    def holds(self) -> Sequence[InspectedHold]:
        """Give every hold."""
        return beside.holds(self._connection)

    def terms(self) -> Sequence[tuple[int, int, str]]:
        """Give number, kind and text of every term."""
        return beside.terms(self._connection)

    def erased_places(self) -> Sequence[ErasedPlaces]:
        """Give every erasure with the places kept of it, and places that no erasure owns."""
        return beside.erased_places(self._connection)

    def _one(self, query: str, values: Sequence[object] = ()) -> rows.TupleRow | None:
        with self._connection.cursor(binary=True) as cursor:
            return cursor.execute(query, values).fetchone()

    def _all(self, query: str, values: Sequence[object] = ()) -> list[rows.TupleRow]:
        with self._connection.cursor(binary=True) as cursor:
            return cursor.execute(query, values).fetchall()

    def _paged(self, query: str, values: Sequence[object] = ()) -> Iterator[rows.TupleRow]:
        """Read a long answer piece by piece."""
        name = f"inspect_{next(self._cursors)}"  # the same may be read twice at once
        with self._connection.cursor(name=name) as cursor:
            cursor.itersize = _PAGE
            yield from cursor.execute(query, values)


def parts_of(
    connection: psycopg.Connection, indexes: Sequence[int]
) -> dict[int, dict[int, tuple[StoredKey, bytes]]]:
    """Read the sealed parts of entries by index and group number, with their wrapped keys."""
    if not indexes:
        return {}
    first, last = min(indexes), max(indexes)
    wanted: tuple[object, ...] = (first, last)
    query = _PARTS_BETWEEN  # one look at each partition's index, where it can be
    if last - first >= len(indexes):
        query, wanted = _PARTS_AMONG, (list(indexes),)
    found: dict[int, dict[int, tuple[StoredKey, bytes]]] = {}
    with connection.cursor(binary=True) as cursor:
        for index, group, kid, kek, wrapped, data in cursor.execute(query, wanted):
            key = StoredKey(kid, kek, bytes(wrapped))
            found.setdefault(index, {})[group] = (key, bytes(data))
    return found


@contextmanager
def inspecting(url: str, start: int = 0) -> Iterator[PostgresInspector]:
    """Open an inspector over one snapshot of the whole database, or from an entry on."""
    connection = connect(url, application_name="placet-verify")
    try:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield PostgresInspector(connection, start)
    finally:
        connection.close()
