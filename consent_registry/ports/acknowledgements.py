# SPDX-License-Identifier: Apache-2.0
"""What is kept of the nodes' acknowledgements."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from consent_registry.domain.acknowledgements import Acknowledgement
from shared.ids import DatasetId, Revision


class Acknowledgements(Protocol):
    """The newest word of each node about each dataset."""

    def keep(self, said: Acknowledgement) -> Revision:
        """Replace the node's word about the dataset; gives the revision of the one before, or 0."""
        ...

    def narrowed_between(self, dataset: DatasetId, after: Revision, upto: Revision) -> bool:
        """Say whether anybody left after one revision, up to and with another."""
        ...

    def every(self) -> Sequence[tuple[Acknowledgement, datetime | None]]:
        """Give every word, and when the first change it does not cover was recorded."""
        ...
