# SPDX-License-Identifier: Apache-2.0
"""What a log in memory keeps beside its entries: integrity runs, cases, saved searches."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from audit_log.domain.cases import Case, Officer, Reveal, RevealState
from audit_log.domain.errors import FourEyesNeeded
from audit_log.domain.saved_queries import QueryRun, SavedQuery
from audit_log.domain.statement import IntegrityRun
from tests.fakes.log_memory import Tables


class MemoryIntegrity:
    """`IntegrityRuns` in memory."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def newest(self) -> IntegrityRun | None:
        return self._tables.integrity[-1] if self._tables.integrity else None

    def covering(self, size: int) -> IntegrityRun | None:
        reaching = [run for run in self._tables.integrity if run.size >= size]
        return reaching[-1] if reaching else self.newest()

    def next_id(self) -> int:
        return len(self._tables.integrity) + 1

    def add(self, run: IntegrityRun) -> None:
        self._tables.integrity.append(run)

    def wanted(self) -> int:
        unfinished = (job.as_of for job in self._tables.exports.values() if job.unfinished)
        return max(unfinished, default=0)


class MemoryCases:
    """`Cases` in memory."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add(self, case: Case) -> None:
        self._tables.cases[case.id] = case

    def get(self, case_id: str) -> Case | None:
        return self._tables.cases.get(case_id)

    def page(self, limit: int) -> Sequence[Case]:
        newest = sorted(self._tables.cases, reverse=True)[:limit]
        return [self._tables.cases[case_id] for case_id in newest]

    def close(self, case_id: str, at: datetime) -> None:
        self._tables.cases[case_id] = replace(self._tables.cases[case_id], closed_at=at)

    def ask(self, reveal: Reveal) -> None:
        self._tables.reveals[reveal.id] = reveal

    def reveal(self, reveal_id: str) -> Reveal | None:
        return self._tables.reveals.get(reveal_id)

    def reveals(self, case_id: str) -> Sequence[Reveal]:
        found = (one for _, one in sorted(self._tables.reveals.items()))
        return [one for one in found if one.case == case_id]

    def decide(self, reveal_id: str, approved: bool, by: Officer, at: datetime) -> None:
        asked = self._tables.reveals[reveal_id]
        if asked.asked_by == by:
            raise FourEyesNeeded("nobody decides on her own request")
        self._tables.reveals[reveal_id] = replace(
            asked,
            state=RevealState.APPROVED if approved else RevealState.REFUSED,
            decided_by=by,
            decided_at=at,
        )


class MemoryQueries:
    """`SavedQueries` in memory."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add(self, query: SavedQuery) -> None:
        self._tables.queries[query.id] = query

    def get(self, query_id: str) -> SavedQuery | None:
        return self._tables.queries.get(query_id)

    def owned(self, owner: Officer) -> Sequence[SavedQuery]:
        return [one for _, one in sorted(self._tables.queries.items()) if one.owner == owner]

    def kept(self) -> Sequence[SavedQuery]:
        return [one for _, one in sorted(self._tables.queries.items()) if one.next_at is not None]

    def due(self, at: datetime) -> SavedQuery | None:
        waiting = [
            (one.next_at, one.id, one)
            for one in self._tables.queries.values()
            if one.next_at is not None and one.next_at <= at
        ]
        return min(waiting)[2] if waiting else None

    def ran(self, run: QueryRun, next_at: datetime) -> None:
        self._tables.query_runs.append(run)
        self._tables.queries[run.query] = replace(
            self._tables.queries[run.query], size=run.size, count=run.count, next_at=next_at
        )

    def put_off(self, query_id: str, next_at: datetime) -> None:
        self._tables.queries[query_id] = replace(self._tables.queries[query_id], next_at=next_at)

    def end(self, query_id: str) -> None:
        self._tables.queries[query_id] = replace(
            self._tables.queries[query_id], next_at=None, wrapped=b"", sealed=b"", about=None
        )

    def unnamed(self) -> SavedQuery | None:
        running = [one for one in self._tables.queries.values() if one.next_at is not None]
        return next((one for one in running if one.about is None), None)

    def name(self, query_id: str, about: Sequence[bytes]) -> None:
        self._tables.queries[query_id] = replace(self._tables.queries[query_id], about=tuple(about))

    def runs(self, query_id: str, limit: int) -> Sequence[QueryRun]:
        found = [run for run in self._tables.query_runs if run.query == query_id]
        return found[::-1][:limit]
