# SPDX-License-Identifier: Apache-2.0
"""What it takes to hold every projection against the events it comes from."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from shared.ids import DatasetId, Ordinal


class Numbered(NamedTuple):
    """A number of a dataset; `living` unless it is nobody's, or of somebody who was erased."""

    ordinal: Ordinal
    living: bool


class Projected(Protocol):
    """The projections as they are stored, whether or not anything stands behind them."""

    def numbers(self, dataset: DatasetId, after: Ordinal | None, limit: int) -> Sequence[Numbered]:
        """Give, in order, numbers after this one that have a member, a standing or a bar."""
        ...

    def living(self, dataset: DatasetId, ordinals: Sequence[Ordinal]) -> Mapping[Ordinal, str]:
        """Give the ids of those whose numbers these are; erased people are not among them."""
        ...

    def altered_terms(self) -> Sequence[int]:
        """Give the ids of stored terms that are not those of their SHA-256."""
        ...
