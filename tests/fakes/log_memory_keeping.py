# SPDX-License-Identifier: Apache-2.0
"""What a log in memory keeps beside its entries: integrity runs."""

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
