# SPDX-License-Identifier: Apache-2.0
"""What a verification found, for a person and for a script."""

from dataclasses import dataclass
from typing import Any

from audit_log.domain.checkpoint import Checkpoint
from audit_log.usecases.flaws import Flaw


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a verification found."""

    origin: str
    size: int
    root: bytes
    flaws: tuple[Flaw, ...]

    @classmethod
    def of(cls, checkpoint: Checkpoint, flaws: tuple[Flaw, ...]) -> "Report":
        """Make the report about one checkpoint."""
        return cls(
            origin=checkpoint.origin, size=checkpoint.size, root=checkpoint.root, flaws=flaws
        )

    def as_json(self) -> dict[str, Any]:
        """Write the report for a script."""
        return {
            "verified": not self.flaws,
            "origin": self.origin,
            "size": self.size,
            "root": self.root.hex(),
            "flaws": [
                {"table": flaw.table, "row": flaw.row, "what": flaw.what} for flaw in self.flaws
            ],
        }
