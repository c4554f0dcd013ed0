# SPDX-License-Identifier: Apache-2.0
"""The log in memory as its readers and its checkpointer see it; the rest is in `log_memory`."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from audit_log.domain.batch import SearchRow, TermKind, cohort_text, term
from audit_log.domain.chain import Chain
from audit_log.domain.cohorts import CohortAnswer, CohortKey
from audit_log.domain.copies import Copies
from audit_log.domain.errors import HeadMismatch, LogMismatch, NothingToErase, ProducerExists
from audit_log.domain.reports import Cell, PermitUse, Reach, Reached, Use, cell_of, counted
from audit_log.domain.retention import year_of
from audit_log.domain.search import DECISION_CODES, Filter, Marks
from audit_log.domain.tiles import HEIGHT, WIDTH
from audit_log.ports import (
    DroppedRange,
    Producer,
    Published,
    Shredded,
    Shredding,
    StoredOffset,
)
from shared.entries import parse_entry
from shared.events import Fact, Subject
from tests.fakes.log_memory import MemoryLog, Tables
from tests.fakes.log_memory_exports import MemoryExports, void_opened
from tests.fakes.log_memory_keeping import MemoryCases, MemoryIntegrity, MemoryQueries


class MemoryReader:
    """A `LogReader` in memory."""

    def __init__(self, log: MemoryLog, tables: Tables) -> None:
        self._log = log
        self._tables = tables

    def origin(self) -> str:
        return self._log.origin

    def newest(self) -> Published | None:
        sizes = self._tables.published
        return self._tables.checkpoints[max(sizes)] if sizes else None

    def published(self, size: int) -> Published | None:
        return self._tables.checkpoints[size] if size in self._tables.published else None

    def witnessed(self) -> Published | None:
        found = [one for one in self._tables.checkpoints.values() if one.witnessed_at]
        if not found:
            return None
        newest = max(found, key=lambda one: one.size)
        return replace(newest, note=self._tables.witnessed[newest.size])

    def signing(self) -> str:
        return self._tables.signing

    def is_published(self, smallest: int, largest: int) -> bool:
        return any(smallest <= size <= largest for size in self._tables.published)

    def tile(self, level: int, index: int) -> bytes:
        return _tile(self._tables, level, index)

    def bundle(self, index: int) -> Sequence[bytes]:
        return _bundle(self._tables, index)

    def years(self) -> range:
        if not (rows := self._tables.search):
            return range(0)
        months = [row.month for row in rows.values()]
        return range(year_of(min(months)), year_of(max(months)) + 1)

    def search(
        self, wanted: Filter, *, marks: Marks, below: int, limit: int, above: int = 0
    ) -> Sequence[int]:
        return self._matching(wanted, marks, range(above, below))[:limit]

    def count(self, wanted: Filter, *, marks: Marks, below: int, most: int | None) -> int:
        found = len(self._matching(wanted, marks, range(below)))
        return found if most is None else min(found, most)

    def _matching(self, wanted: Filter, marks: Marks, among: range) -> list[int]:
        tests = list(self._tests(wanted, marks))
        rows = sorted(self._tables.search.values(), reverse=True, key=lambda row: row.idx)
        return [row.idx for row in rows if row.idx in among and all(t(row) for t in tests)]

    def _tests(self, wanted: Filter, marks: Marks) -> Iterator[Callable[[SearchRow], bool]]:
        yield from self._open_tests(wanted)
        if wanted.actor is not None:
            yield lambda row: row.actor in marks.actor
        if wanted.permit is not None:
            yield lambda row: row.permit in marks.permit
        if wanted.visa is not None:
            yield lambda row: row.visa in marks.visa
        if wanted.person is not None:
            where = self._number(TermKind.DATASET, wanted.person.dataset)
            about = self._about({wanted.person: marks.cohorts})
            yield lambda row: (where, row.idx) in about

    def _open_tests(self, wanted: Filter) -> Iterator[Callable[[SearchRow], bool]]:
        if wanted.dataset is not None:
            dataset = self._number(TermKind.DATASET, wanted.dataset)
            yield lambda row: row.dataset == dataset
        if wanted.type is not None:
            number = self._number(TermKind.TYPE, wanted.type)
            yield lambda row: row.ty == number
        if wanted.src is not None:
            src = self._number(TermKind.SOURCE, wanted.src)
            yield lambda row: row.src == src
        if wanted.purpose is not None:
            code = wanted.purpose
            yield lambda row: code in parse_entry(self._tables.entries[row.idx]).purposes
        if wanted.decision is not None:
            decision = DECISION_CODES.get(wanted.decision, 0)
            yield lambda row: row.decision == decision
        if wanted.since is not None:
            since = wanted.since
            yield lambda row: row.etime >= since
        if wanted.until is not None:
            until = wanted.until
            yield lambda row: row.etime < until

    def dropped(self, below: int) -> Sequence[DroppedRange]:
        return ()

    def cohorts_named(self, dataset: str, below: int) -> Sequence[CohortKey]:
        where = self._number(TermKind.DATASET, dataset)
        names = {number: one.value for one, number in self._tables.terms.items()}
        rows = [row for row in self._tables.cohorts if row.dataset == where and row.idx < below]
        return [CohortKey(*name.split(" ")) for name in sorted({names[r.cohort] for r in rows})]

    def _about(self, people: Mapping[Subject, Sequence[CohortAnswer]]) -> set[tuple[int, int]]:
        """Give dataset and index of what is about these people."""
        found: set[tuple[int, int]] = set()
        for one, answers in people.items():
            where = self._number(TermKind.DATASET, one.dataset)
            found |= {(p[0], p.idx) for p in self._tables.people if p[:2] == (where, one.ordinal)}
            for answer in answers:
                cohort = self._number(TermKind.COHORT, cohort_text(*answer.key))
                found |= {
                    (where, row.idx)
                    for row in self._tables.cohorts
                    if row[:2] == (where, cohort) and answer.holds_at(row.revision)
                }
        return found

    def _number(self, kind: TermKind, text: str) -> int:
        return self._tables.terms.get(term(kind, text), 0)

    def uses(self, people: Mapping[Subject, Sequence[CohortAnswer]], below: int) -> Sequence[Use]:
        names = {number: one.value for one, number in self._tables.terms.items()}
        found: dict[Use, set[int]] = {}
        for where, index in self._about(people):
            entry = parse_entry(self._tables.entries[index])
            if index >= below or not entry.type.startswith("placet.access."):
                continue
            use = Use(
                day=entry.occurred_at.date(),
                dataset=names[where],
                type=entry.type,
                src=entry.src,
                decision=entry.decision,
                purposes=entry.purposes,
                count=0,
                newest=0,
            )
            found.setdefault(use, set()).add(index)
        made = [replace(u, count=len(seen), newest=max(seen)) for u, seen in found.items()]
        return sorted(made, key=lambda use: (use.day, use.newest), reverse=True)

    def activity(self, wanted: Filter, *, marks: Marks, below: int) -> Mapping[Cell, int]:
        found = self._matching(wanted, marks, range(below))
        return counted(parse_entry(self._tables.entries[index]) for index in found)

    def permits(
        self, wanted: Filter, *, marks: Marks, below: int, limit: int
    ) -> Sequence[PermitUse]:
        found: dict[tuple[int, str, str], list[int]] = {}
        for index in self._matching(wanted, marks, range(below)):
            mark = self._tables.search[index].permit
            if mark is not None:
                cell = cell_of(parse_entry(self._tables.entries[index]))
                found.setdefault((mark, cell.month, cell.dataset), []).append(index)
        made = [
            PermitUse(mark=mark, month=month, dataset=dataset, entries=len(seen), first=min(seen))
            for (mark, month, dataset), seen in found.items()
        ]
        return sorted(made, key=lambda use: use.first)[:limit]

    def reach(self, wanted: Filter, *, marks: Marks, below: int) -> Reach:
        found = self._matching(wanted, marks, range(below))
        rows = [self._tables.search[index] for index in found]
        names = {number: one.value for one, number in self._tables.terms.items()}
        about = Counter(names[row.dataset] for row in rows if row.dataset is not None)
        people: dict[str, set[int]] = {}
        for person in self._tables.people:
            if person.idx in set(found):
                people.setdefault(names[person.dataset], set()).add(person.ordinal)
        cohorts: dict[str, set[int]] = {}
        for named in self._tables.cohorts:
            if named.idx in set(found):
                cohorts.setdefault(names[named.dataset], set()).add(named.cohort)
        return Reach(
            entries=len(rows),
            first_at=min((row.etime for row in rows), default=None),
            last_at=max((row.etime for row in rows), default=None),
            datasets={
                name: Reached(about[name], len(people.get(name, ())), len(cohorts.get(name, ())))
                for name in sorted(about.keys() | people)
            },
            actors=len({row.actor for row in rows} - {None}),
        )

    def chains(self, src: str) -> Sequence[tuple[Chain, int]]:
        keys = sorted((key for key in self._tables.chains if key.src == src), reverse=True)
        return [(self._tables.chains[key], self._tables.duplicates.get(key, 0)) for key in keys]

    def producer(self, src: str) -> Producer | None:
        return self._tables.producers.get(src)

    def sources_on(self, topic: str) -> Sequence[str]:
        known = self._tables.producers.values()
        return sorted(one.src for one in known if one.topic == topic)


class MemoryTransaction:
    """A `Log` in memory."""

    def __init__(self, log: MemoryLog, tables: Tables) -> None:
        self._log = log
        self._tables = tables
        self._reader = MemoryReader(log, tables)

    @property
    def reader(self) -> MemoryReader:
        return self._reader

    @property
    def integrity(self) -> MemoryIntegrity:
        return MemoryIntegrity(self._tables)

    @property
    def cases(self) -> MemoryCases:
        return MemoryCases(self._tables)

    @property
    def queries(self) -> MemoryQueries:
        return MemoryQueries(self._tables)

    @property
    def exports(self) -> MemoryExports:
        return MemoryExports(self._tables)

    def record(self, fact: Fact) -> str:
        return self._log.say(self._tables, [fact])[0]

    def producer_of(self, client_id: str) -> Producer | None:
        found = [one for one in self._tables.producers.values() if one.client_id == client_id]
        return found[0] if found else None

    def take_in(self, src: str, entries: Sequence[tuple[bytes, bytes]], at: datetime) -> None:
        self._log.take_in(self._tables, src, entries, at)

    def add_producer(
        self, producer: Producer, offsets: Sequence[StoredOffset], at: datetime
    ) -> bool:
        for one in offsets:
            stored = self._tables.offsets.setdefault((one.topic, one.partition), one)
            if (stored.cluster_id, stored.topic_id) != (one.cluster_id, one.topic_id):
                raise LogMismatch("the offsets stored are of another topic under this name")
        known = self._tables.producers.get(producer.src)
        if known == producer:
            return False
        if known is not None or self.producer_of(producer.client_id) is not None:
            raise ProducerExists("this source or client is registered with other particulars")
        self._tables.producers[producer.src] = producer
        return True

    def postpone(self, wanted: Shredding, at: datetime) -> None:
        self._tables.waiting.append(wanted)

    def copies(self) -> Copies:
        topics = {one.topic for one in self._tables.producers.values()}
        return Copies(topics=(), unread=sorted(topic for topic in topics if topic))

    def shred(self, wanted: Shredding, at: datetime) -> Shredded:
        tables = self._tables
        held = [row for row in tables.keys.values() if row.subject == wanted.subject]
        if not held:
            raise NothingToErase("no key of this subject is held")
        key = held[0]
        del tables.keys[key.kid]
        places = sorted(place for place, row in tables.sealed.items() if row.kid == key.kid)
        for place in places:
            del tables.sealed[place]
            tables.erased[place] = wanted.id
        for index, row in tables.search.items():
            if row.actor is not None and row.actor in wanted.pseudonyms:
                tables.search[index] = row._replace(
                    actor=None, permit=None, visa=None, project=None
                )
        if wanted.person is not None:
            dataset = tables.terms.get(term(TermKind.DATASET, wanted.person[0]), 0)
            gone = (dataset, wanted.person[1])
            tables.people = {row for row in tables.people if row[:2] != gone}
        for query in list(tables.queries.values()):
            if wanted.subject in (query.about or ()):
                self.queries.end(query.id)
        tables.erasures += 1
        void_opened(tables)
        text = "".join(f"{index}/{group}\n" for index, group in places)
        return Shredded(
            kid=key.kid,
            made_at=key.created_at,
            key=sha256(key.wrapped).hexdigest(),
            below=tables.edge.size,
            digest=sha256(text.encode()).digest(),
            places=tuple(places),
        )


class MemoryPublisherStore:
    """A `PublisherStore` in memory."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self.witness_is_barred = False

    def tile(self, level: int, index: int) -> bytes:
        return _tile(self._log.tables, level, index)

    def bundle(self, index: int) -> Sequence[bytes]:
        return _bundle(self._log.tables, index)

    def bar_witness(self, at: datetime) -> None:
        self.witness_is_barred = True

    def head(self) -> tuple[int, bytes]:
        edge = self._log.tables.edge
        return edge.size, edge.root()

    def newest(self) -> Published | None:
        kept = self._log.tables.checkpoints
        return kept[max(kept)] if kept else None

    def published_size(self) -> int | None:
        return max(self._log.tables.published, default=None)

    def keep(self, checkpoint: Published) -> None:
        with self._log.change() as tables:
            if any(size >= checkpoint.size for size in tables.checkpoints):
                raise HeadMismatch("a checkpoint of this size or a larger one is kept already")
            tables.checkpoints[checkpoint.size] = checkpoint

    def publish(self, size: int, at: datetime) -> None:
        with self._log.change() as tables:
            tables.published.add(size)

    def evidence(self) -> Sequence[bytes]:
        return list(self._log.tables.evidence)

    def shown(self) -> Published | None:
        tables = self._log.tables
        return tables.checkpoints[max(tables.published)] if tables.published else None

    def witnessed(self, size: int, note: bytes, at: datetime) -> None:
        with self._log.change() as tables:
            if size in tables.published and len(note) > len(tables.witnessed.get(size, b"")):
                kept = tables.checkpoints[size]
                tables.witnessed[size] = note
                tables.checkpoints[size] = replace(kept, witnessed_at=kept.witnessed_at or at)

    def keep_evidence(self, witness: str, note: bytes, at: datetime) -> bool:
        with self._log.change() as tables:
            fresh = note not in tables.evidence
            tables.evidence.setdefault(note, witness)
            return fresh

    def say_signing(self, state: str, at: datetime) -> None:
        with self._log.change() as tables:
            tables.signing = state


@contextmanager
def memory_transaction(log: MemoryLog) -> Iterator[MemoryTransaction]:
    """Open a transaction; a `Transaction` once the log is bound."""
    with log.change() as tables:
        yield MemoryTransaction(log, tables)


def _bundle(tables: Tables, index: int) -> Sequence[bytes]:
    if found := tables.entries[index * WIDTH : (index + 1) * WIDTH]:
        return found
    raise LookupError("no such bundle")


def _tile(tables: Tables, level: int, index: int) -> bytes:
    if (full := tables.tiles.get((level, index))) is not None:
        return full
    at_edge = index == tables.edge.size >> (HEIGHT * (level + 1))
    data = tables.edge.levels[level] if at_edge and level < len(tables.edge.levels) else b""
    if data:
        return data
    raise LookupError("no such tile")
