# SPDX-License-Identifier: Apache-2.0
"""What is kept of the runs in which search rows were recomputed from the entries."""

from typing import Protocol

from audit_log.domain.statement import IntegrityRun


class IntegrityRuns(Protocol):
    """The runs, within one transaction of the log; a run once kept never changes."""

    def newest(self) -> IntegrityRun | None:
        """Give the run that was kept last."""
        ...

    def covering(self, size: int) -> IntegrityRun | None:
        """Give the newest run; an older one only when no newer one reaches this size."""
        ...

    def next_id(self) -> int:
        """Give the number of the next run; nobody else gets it before the transaction ends."""
        ...

    def add(self, run: IntegrityRun) -> None:
        """Keep a run under the number that `next_id` gave."""
        ...

    def wanted(self) -> int:
        """Give the largest size that an unfinished evidence pack rests on, 0 when there is none."""
        ...
