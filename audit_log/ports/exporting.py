# SPDX-License-Identifier: Apache-2.0
"""What evidence packs need beside the log itself: jobs, sealed parts, how producers stand."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from audit_log.domain.pack import ProducerStanding
from audit_log.ports.keys import StoredKey


class ExportState(StrEnum):
    """How far an export has come."""

    WAITING = "waiting"  # asked for
    RECORDED = "recorded"  # its content is fixed and said in the log; not yet published there
    READY = "ready"
    FAILED = "failed"
    VOID = "void"  # somebody's parts were erased meanwhile: ask again


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob:
    """An export as kept: what is personal in it lies encrypted under a key of its own.

    `request` and `content` are sealed with the key that `key` wraps; all three are emptied when
    the job ends. `opened` counts the parts in the content, `entry_id` names the export's entry.
    """

    id: str
    key: StoredKey = field(repr=False)
    state: ExportState
    asked_at: datetime
    changed_at: datetime
    request: bytes = field(repr=False)
    content: bytes = field(repr=False, default=b"")
    as_of: int
    count: int | None = None
    opened: int = 0
    entry_id: str | None = None
    fault: str | None = None

    @property
    def unfinished(self) -> bool:
        """Whether there is still something to do."""
        return self.state in {ExportState.WAITING, ExportState.RECORDED}


class Exports(Protocol):
    """The jobs and what they read, within one transaction of the log."""

    def number(self) -> int:
        """Give a number for a job's key, never given before to any key."""
        ...

    def add(self, job: ExportJob) -> None:
        """Keep a new job."""
        ...

    def get(self, job_id: str) -> ExportJob | None:
        """Give a job."""
        ...

    def next(self, after: str) -> ExportJob | None:
        """Give the unfinished job with the smallest id above `after`, locked to the end.

        One that another transaction holds is passed over.
        """
        ...

    def kept(self) -> Sequence[ExportJob]:
        """Give the jobs whose pack is fixed and still there, each without its content."""
        ...

    def void(self, job_id: str) -> None:
        """Empty a job's request, content and key for good."""
        ...

    def change(self, job: ExportJob) -> None:
        """Keep a job's new state."""
        ...

    def end(self, before: datetime) -> int:
        """Empty the requests, contents and keys of jobs last changed before; give how many."""
        ...

    def erasures(self, *, hold: bool) -> int:
        """Give how many erasures there were; with `hold`, none happens until the end."""
        ...

    def parts(self, indexes: Sequence[int]) -> Mapping[int, Mapping[int, tuple[StoredKey, bytes]]]:
        """Give the sealed parts of these entries by group number, with their wrapped keys.

        Those that were erased are left out.
        """
        ...

    def erased(self, indexes: Sequence[int]) -> Collection[tuple[int, int]]:
        """Give the parts of these entries that erasures destroyed, by index and group number."""
        ...

    def standing(
        self, since: datetime | None, until: datetime | None
    ) -> Sequence[ProducerStanding]:
        """Give how every producer stands, by source: its newest chain, the gaps of all of them.

        Remarks are those whose time touches the one from `since` (included) to `until`.
        """
        ...
