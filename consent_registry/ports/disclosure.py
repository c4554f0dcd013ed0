# SPDX-License-Identifier: Apache-2.0
"""What is remembered of the numbers that were shown."""

from collections.abc import Sequence
from typing import Protocol

from consent_registry.domain.disclosure import StandIn
from shared.ids import DatasetId


class StandIns(Protocol):
    """The stand-ins of datasets, within the unit of work's transaction.

    Whoever adds holds the dataset.
    """

    def near(self, dataset: DatasetId, sizes: Sequence[int], *, within: int) -> Sequence[StandIn]:
        """Give those whose size is at most `within` from one of these, earliest first.

        The empty one is always among them, once there is one.
        """
        ...

    def add(self, dataset: DatasetId, made: Sequence[StandIn]) -> None:
        """Remember more, behind all others."""
        ...
