# SPDX-License-Identifier: Apache-2.0
"""What was published of each dataset in the public catalogue."""

from typing import Protocol

from consent_registry.domain.catalogue import Published
from shared.ids import DatasetId


class Catalogue(Protocol):
    """The published facts, within the unit of work's transaction."""

    def published(self, dataset: DatasetId) -> Published | None:
        """Give what was last published of a dataset; None when nothing was."""
        ...

    def publish(self, dataset: DatasetId, facts: Published) -> None:
        """Keep what is published of a held dataset, in place of what was before."""
        ...
