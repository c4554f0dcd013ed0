# SPDX-License-Identifier: Apache-2.0
"""What was published of each dataset in the public catalogue."""

from datetime import datetime
from typing import Protocol

from consent_registry.domain.published import Basis, Published
from shared.ids import DatasetId


class Catalogue(Protocol):
    """The published facts, within the unit of work's transaction."""

    def published(self, dataset: DatasetId) -> Published | None:
        """Give what was last published of a dataset; None when nothing was."""
        ...

    def basis(self, dataset: DatasetId) -> Basis | None:
        """Give how everybody stood when that was decided; None when nothing was, or long ago."""
        ...

    def publish(self, dataset: DatasetId, facts: Published, basis: Basis) -> None:
        """Keep what is published of a held dataset, in place of what was before."""
        ...

    def confirm(self, dataset: DatasetId, at: datetime) -> None:
        """Keep that what is published of a held dataset was looked at again, and stays."""
        ...
