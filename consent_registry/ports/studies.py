# SPDX-License-Identifier: Apache-2.0
"""The studies and which of them each dataset belongs to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from consent_registry.domain.studies import Reach, Study
from shared.ids import DatasetId


class Studies(Protocol):
    """Descriptions and placements, both only ever added to."""

    def add(self, version: Study) -> bool:
        """Keep a version; False, and nothing done, when that number is taken."""
        ...

    def get(self, study: str) -> Study | None:
        """Give the newest version."""
        ...

    def every(self) -> Sequence[Study]:
        """Give the newest version of each study, by its name."""
        ...

    def versions(self, study: str) -> Sequence[Study]:
        """Give all that was ever said of it, oldest first."""
        ...

    def place(self, dataset: DatasetId, study: str, at: datetime) -> None:
        """Put a held dataset in a study, out of the one it was in; an empty name takes it out."""
        ...

    def of(self, datasets: Sequence[DatasetId]) -> Mapping[DatasetId, Study]:
        """Give the newest version of each dataset's study; a dataset in none is left out."""
        ...

    def datasets(self, study: str) -> Sequence[DatasetId]:
        """Give the datasets that are in a study now, by name."""
        ...

    def reach(self, datasets: Sequence[DatasetId]) -> Reach:
        """Give every placement of these datasets, and all that was said of the studies met."""
        ...
