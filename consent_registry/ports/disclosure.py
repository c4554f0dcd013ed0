# SPDX-License-Identifier: Apache-2.0
"""What is remembered of the numbers that were shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from consent_registry.domain.disclosure import StandIn
from consent_registry.domain.shown import ShownState
from shared.ids import DatasetId, Ordinal


class StandIns(Protocol):
    """The stand-ins of datasets, within the unit of work's transaction.

    Whoever adds holds the dataset.
    """

    def near(
        self, dataset: DatasetId, sizes: Sequence[int], *, within: int, state: int
    ) -> Sequence[StandIn]:
        """Give those of a state whose size is at most `within` from one of these, earliest first.

        The empty one is always among them, once there is one.
        """
        ...

    def add(self, dataset: DatasetId, made: Sequence[StandIn], *, state: int) -> None:
        """Remember more, behind all others, as sets of a state."""
        ...


class ShownStates(Protocol):
    """The state of each dataset that its shown numbers are of, within the transaction."""

    def of(self, dataset: DatasetId) -> ShownState | None:
        """Give the state that numbers are counted on now; None before the first."""
        ...

    def changed(
        self, dataset: DatasetId, state: ShownState, at: datetime, *, limit: int
    ) -> Sequence[Ordinal]:
        """Give those who changed since in any way, or turned by itself by an instant.

        If they are more than the limit, that many of them. Those who became members since are not
        among them for that alone.
        """
        ...

    def move(self, dataset: DatasetId, to: ShownState) -> None:
        """Put another state in its place; stand-ins of all but these two are forgotten.

        The empty one stays. Whoever moves holds the dataset.
        """
        ...
