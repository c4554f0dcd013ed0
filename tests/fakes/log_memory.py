# SPDX-License-Identifier: Apache-2.0
"""The log in memory, behind every port that PostgreSQL has; as strict, and atomic by copying.

One `MemoryLog` is the database; stores and transactions are views of it, as processes are.
"""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime

from audit_log.domain.batch import (
    Batch,
    CohortRow,
    KeyRow,
    PersonRow,
    Quarantined,
    RunRow,
    SealedRow,
    SearchRow,
    Term,
)
from audit_log.domain.cases import Case, Reveal
from audit_log.domain.chain import Breach, BreachCode, Chain, ChainKey, Link
from audit_log.domain.edge import Edge
from audit_log.domain.errors import (
    Fenced,
    KeysErased,
    LogMismatch,
)
from audit_log.domain.merkle import leaf_hash
from audit_log.domain.received import IntakePlace, KafkaPlace, Received
from audit_log.domain.saved_queries import QueryRun, SavedQuery
from audit_log.domain.statement import IntegrityRun
from audit_log.domain.tiles import WIDTH
from audit_log.ports import (
    ExportJob,
    Producer,
    Published,
    Shredding,
    Standing,
    StoredKey,
    StoredOffset,
)
from shared.clock import Clock
from shared.entries import parse_entry
from shared.events import ChainPosition, Fact, previous_of, seal
from shared.ids import IdSource

OWN = "zz/audit_log/1"


@dataclass
class Finding:
    """A row of `finding`."""

    rule: str
    code: str
    breach: Breach | None
    detail: Mapping[str, int | str]
    closed: bool = False


@dataclass
class Tables:
    """What is committed."""

    epoch: int = 0
    holder: str = ""
    lease_until: float = float("-inf")
    erasures: int = 0
    edge: Edge = field(default_factory=Edge)
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    entries: list[bytes] = field(default_factory=list)
    terms: dict[Term, int] = field(default_factory=dict)
    search: dict[int, SearchRow] = field(default_factory=dict)
    people: set[PersonRow] = field(default_factory=set)
    cohorts: set[CohortRow] = field(default_factory=set)
    sealed: dict[tuple[int, int], SealedRow] = field(default_factory=dict)
    keys: dict[int, KeyRow] = field(default_factory=dict)
    next_key: int = 1
    erased: dict[tuple[int, int], str] = field(default_factory=dict)
    producers: dict[str, Producer] = field(default_factory=dict)
    chains: dict[ChainKey, Chain] = field(default_factory=dict)
    duplicates: dict[ChainKey, int] = field(default_factory=dict)
    runs: list[RunRow] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    offsets: dict[tuple[str, int], StoredOffset] = field(default_factory=dict)
    intake: dict[int, Received] = field(default_factory=dict)
    next_row: int = 1
    own_seq: int = 0
    own_previous: str = ""
    checkpoints: dict[int, Published] = field(default_factory=dict)
    published: set[int] = field(default_factory=set)
    exports: dict[str, ExportJob] = field(default_factory=dict)
    witnessed: dict[int, bytes] = field(default_factory=dict)
    evidence: dict[bytes, str] = field(default_factory=dict)
    signing: str = "signing"
    waiting: list[Shredding] = field(default_factory=list)
    integrity: list[IntegrityRun] = field(default_factory=list)
    cases: dict[str, Case] = field(default_factory=dict)
    reveals: dict[str, Reveal] = field(default_factory=dict)
    queries: dict[str, SavedQuery] = field(default_factory=dict)
    query_runs: list[QueryRun] = field(default_factory=list)


class MemoryLog:
    """The database: `with log.change() as tables` is a transaction."""

    def __init__(self, clock: Clock, ids: IdSource, origin: str = "log.example/zz") -> None:
        self.tables = Tables()
        self.clock = clock
        self.origin = origin
        self._ids = ids
        self._open = False

    @contextmanager
    def change(self) -> Iterator[Tables]:
        """Give a copy, and put it in place when the block ends without an error."""
        if self._open:
            raise RuntimeError("transactions in memory do not nest")
        self._open = True
        try:
            tables = deepcopy(self.tables)
            yield tables
            self.tables = tables
        finally:
            self._open = False

    def say(self, tables: Tables, facts: Sequence[Fact]) -> list[str]:
        """Put facts into the intake as the log's own producer."""
        said = []
        for fact in facts:
            tables.own_seq += 1
            position = ChainPosition(
                src=OWN, epoch=1, seq=tables.own_seq, previous=tables.own_previous
            )
            entry_id = self._ids.new()
            sealed = seal(fact, position, entry_id=entry_id, salts=os.urandom)
            tables.own_previous = previous_of(sealed)
            self.take_in(tables, OWN, [(sealed.entry, sealed.sealed)], self.clock.now())
            said.append(entry_id)
        return said

    def take_in(
        self,
        tables: Tables,
        src: str,
        entries: Sequence[tuple[bytes, bytes]],
        at: datetime,
    ) -> None:
        """Add rows to the intake."""
        for entry, sealed in entries:
            tables.intake[tables.next_row] = Received(
                place=IntakePlace(id=tables.next_row),
                raw=entry,
                sealed=sealed,
                received_at=at,
                sources=frozenset((src,)),
            )
            tables.next_row += 1


class MemorySequencerStore:
    """A `SequencerStore` in memory."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log

    def lead(self, holder: str, seconds: float, announce: Callable[[int], Fact]) -> int | None:
        now = self._log.clock.monotonic()
        with self._log.change() as tables:
            if tables.holder != holder and tables.lease_until >= now:
                return None
            tables.epoch += 1
            tables.holder, tables.lease_until = holder, now + seconds
            self._log.say(tables, [announce(tables.epoch)])
            return tables.epoch

    def renew(self, epoch: int, seconds: float) -> None:
        with self._log.change() as tables:
            if tables.epoch != epoch:
                raise Fenced("another sequencer leads")
            tables.lease_until = self._log.clock.monotonic() + seconds

    def release(self, epoch: int) -> None:
        with self._log.change() as tables:
            if tables.epoch == epoch:
                tables.lease_until = float("-inf")

    def load(self) -> Standing:
        tables = self._log.tables
        size = tables.edge.size
        return Standing(
            erasures=tables.erasures,
            edge=tables.edge,
            tail=tuple(tables.entries[size - size % WIDTH :]),
            chains=dict(tables.chains),
            terms=dict(tables.terms),
            producers=tuple(tables.producers[src] for src in sorted(tables.producers)),
            offsets=tuple(tables.offsets[place] for place in sorted(tables.offsets)),
            set_apart=frozenset(
                (KafkaPlace(one.topic, one.partition, one.offset), one.digest)
                for one in tables.quarantined
                if one.topic is not None
                and one.partition is not None
                and one.offset is not None
                and one.offset >= tables.offsets[one.topic, one.partition].next
            ),
        )

    def pending(self, limit: int) -> Sequence[Received]:
        waiting = self._log.tables.intake
        return [waiting[row] for row in sorted(waiting)[:limit]]

    def links(
        self, wanted: Mapping[ChainKey, Collection[int]]
    ) -> Mapping[ChainKey, Mapping[int, Link]]:
        tables = self._log.tables
        found: dict[ChainKey, dict[int, Link]] = {key: {} for key in wanted}
        for run in tables.runs:
            key = ChainKey(run.src, run.epoch)
            for seq in set(range(run.first_seq, run.first_seq + run.n)) & set(wanted.get(key, ())):
                raw = tables.entries[run.first_idx + seq - run.first_seq]
                link = Link(leaf=leaf_hash(raw), previous=parse_entry(raw).previous)
                found[key][seq] = link
        for one in tables.quarantined:
            if one.occupies and one.claims is not None and one.claims[0] in wanted:
                key, seq = one.claims
                if seq in wanted[key]:
                    found[key][seq] = Link(leaf=one.leaf, previous=None, readable=False)
        for one in tables.quarantined:
            if one.claims is not None and not one.occupies and one.claims[0] in wanted:
                key, seq = one.claims
                there = found[key].get(seq)
                if there is not None:
                    found[key][seq] = there._replace(apart=there.apart | {one.leaf})
        return found

    def keys(self, subjects: Collection[bytes]) -> Mapping[bytes, StoredKey]:
        return {
            row.subject: StoredKey(row.kid, row.kek, row.wrapped)
            for row in self._log.tables.keys.values()
            if row.subject in subjects
        }

    def key_numbers(self, count: int) -> Sequence[int]:
        with self._log.change() as tables:
            first, tables.next_key = tables.next_key, tables.next_key + count
        return range(first, first + count)

    def commit(self, batch: Batch, seconds: float) -> None:
        with self._log.change() as tables:
            if (tables.epoch, tables.edge.size) != (batch.epoch, batch.before.size):
                raise Fenced("the log has moved on without this sequencer")
            if tables.erasures != batch.erasures:
                raise KeysErased("keys were destroyed while the batch was prepared")
            _write(tables, batch)
            tables.lease_until = self._log.clock.monotonic() + seconds
            self._log.say(tables, batch.facts)

    def report(self, rule: str, code: str, fact: Fact, detail: Mapping[str, int | str]) -> None:
        with self._log.change() as tables:
            same = Finding(rule=rule, code=code, breach=None, detail=dict(detail))
            if same not in tables.findings:
                tables.findings.append(same)
                self._log.say(tables, [fact])


def _write(tables: Tables, batch: Batch) -> None:
    tables.edge = batch.after
    tables.entries += batch.entries
    tables.tiles |= {(tile.level, tile.index): tile.data for tile in batch.full}
    tables.terms |= batch.terms
    tables.search |= {row.idx: row for row in batch.search}
    tables.people |= set(batch.people)
    tables.cohorts |= set(batch.cohorts)
    tables.keys |= {row.kid: row for row in batch.keys}
    tables.sealed |= {(row.idx, row.grp): row for row in batch.sealed}
    tables.runs += batch.runs
    tables.quarantined += batch.quarantined
    for breach in batch.breaches:
        tables.findings.append(Finding(rule="", code=breach.code, breach=breach, detail={}))
    for key, chain in batch.chains.items():
        tables.chains[key] = chain
    for finding in tables.findings:
        if finding.code == BreachCode.GAP and finding.breach is not None:
            gaps = tables.chains[finding.breach.key].gaps
            finding.closed = not any(
                gap.first <= finding.breach.last and gap.last >= finding.breach.seq for gap in gaps
            )
    for key, count in batch.duplicates.items():
        tables.duplicates[key] = tables.duplicates.get(key, 0) + count
    for row in batch.taken:
        if tables.intake.pop(row, None) is None:
            raise Fenced("rows of the intake were taken by another")
    for move in batch.offsets:
        stored = tables.offsets.get((move.topic, move.partition))
        if stored is None or stored.next != move.old:
            raise LogMismatch("a stored offset is not where the batch began")
        tables.offsets[move.topic, move.partition] = replace(stored, next=move.new)
