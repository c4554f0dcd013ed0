# SPDX-License-Identifier: Apache-2.0
"""Export jobs of the log in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from audit_log.domain.pack import ProducerStanding
from audit_log.ports import ExportJob, ExportState, StoredKey
from shared.entries import parse_entry
from tests.fakes.log_memory import Tables


class MemoryExports:
    """`Exports` in memory."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def number(self) -> int:
        given = self._tables.next_key
        self._tables.next_key += 1
        return given

    def add(self, job: ExportJob) -> None:
        self._tables.exports[job.id] = job

    def get(self, job_id: str) -> ExportJob | None:
        return self._tables.exports.get(job_id)

    def next(self, after: str) -> ExportJob | None:
        waiting = sorted(
            one.id for one in self._tables.exports.values() if one.unfinished and one.id > after
        )
        return self._tables.exports[waiting[0]] if waiting else None

    def kept(self) -> Sequence[ExportJob]:
        fixed = {ExportState.RECORDED, ExportState.READY}
        return [
            replace(one, content=b"") for one in self._tables.exports.values() if one.state in fixed
        ]

    def void(self, job_id: str) -> None:
        self._tables.exports[job_id] = emptied(self._tables.exports[job_id])

    def change(self, job: ExportJob) -> None:
        self._tables.exports[job.id] = job

    def end(self, before: datetime) -> int:
        ended = [
            one
            for one in self._tables.exports.values()
            if one.changed_at < before and one.key.wrapped
        ]
        for one in ended:
            self._tables.exports[one.id] = emptied(one)
        return len(ended)

    def erasures(self, *, hold: bool) -> int:
        return self._tables.erasures

    def parts(self, indexes: Sequence[int]) -> Mapping[int, Mapping[int, tuple[StoredKey, bytes]]]:
        found: dict[int, dict[int, tuple[StoredKey, bytes]]] = {}
        for (index, group), row in self._tables.sealed.items():
            key = self._tables.keys.get(row.kid)
            if index in indexes and key is not None:
                stored = StoredKey(key.kid, key.kek, key.wrapped)
                found.setdefault(index, {})[group] = (stored, row.data)
        return found

    def erased(self, indexes: Sequence[int]) -> Collection[tuple[int, int]]:
        return {place for place in self._tables.erased if place[0] in indexes}

    def standing(
        self, since: datetime | None, until: datetime | None
    ) -> Sequence[ProducerStanding]:
        entries = [parse_entry(raw) for raw in self._tables.entries]
        sources = sorted({*self._tables.producers, *(one.src for one in self._tables.chains)})
        return [
            self._standing(src, [e.occurred_at for e in entries if e.src == src]) for src in sources
        ]

    def _standing(self, src: str, times: Sequence[datetime]) -> ProducerStanding:
        chains = [one for key, one in self._tables.chains.items() if key.src == src]
        newest = max(chains, key=lambda one: one.key.epoch, default=None)
        return ProducerStanding(
            src=src,
            epoch=newest.key.epoch if newest else 0,
            seq=newest.seq if newest else 0,
            gaps=tuple(
                (one.key.epoch, *gap)
                for one in sorted(chains, key=lambda one: one.key.epoch)
                for gap in one.gaps
            ),
            last_at=max(times, default=None),
            beats=src in self._tables.producers,
        )


def emptied(job: ExportJob) -> ExportJob:
    """Give a job as it stands when nothing of it may be read any more."""
    key = StoredKey(job.key.kid, job.key.kek, b"")
    return replace(job, key=key, state=ExportState.VOID, request=b"", content=b"")


def void_opened(tables: Tables) -> None:
    """Empty what an erasure may have made wrong."""
    for one in tables.exports.values():
        if one.opened and one.state in {ExportState.RECORDED, ExportState.READY}:
            tables.exports[one.id] = emptied(one)
