# SPDX-License-Identifier: Apache-2.0
"""What is kept of the nodes' acknowledgements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from consent_registry.domain.acknowledgements import Acknowledgement, NodeStep, Word
from shared.ids import DatasetId, Revision


class Acknowledgements(Protocol):
    """Who reads the feed, and the newest word of each node about each dataset."""

    def keep(self, said: Acknowledgement) -> Revision:
        """Replace the node's word about the dataset; gives the revision of the one before, or 0."""
        ...

    def narrowed_between(self, dataset: DatasetId, after: Revision, upto: Revision) -> bool:
        """Say whether anybody left after one revision, up to and with another."""
        ...

    def note(self, node: str, at: datetime) -> None:
        """Remember for ever that a node was seen, and about when it was last."""
        ...

    def seen(self) -> Sequence[str]:
        """Give every node that was ever seen."""
        ...

    def step(self, step: NodeStep) -> None:
        """Add a step; none is ever altered."""
        ...

    def last_step(self, node: str) -> datetime | None:
        """Give when the newest step about a node was taken."""
        ...

    def retired(self) -> Mapping[str, NodeStep]:
        """Give by node the step that retired it, where it is its newest."""
        ...

    def every(self, expected: Sequence[str]) -> Sequence[Word]:
        """Give the word of every node ever seen, and of each expected one, about every dataset."""
        ...
