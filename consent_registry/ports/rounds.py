# SPDX-License-Identifier: Apache-2.0
"""Rounds of notices: something that many people may have to hear of, gone through page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from consent_registry.domain.notices import NoticeKind
from shared.ids import DatasetId


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round: what of, and after whose id it goes on; empty at the beginning."""

    kind: NoticeKind
    about: str
    after: str = ""


class Rounds(Protocol):
    """The rounds and whom they may concern, within the unit of work's transaction.

    Whom: ids of people in their order, at most `limit` of those after `after`.
    """

    def open(self, kind: NoticeKind, about: str, at: datetime) -> bool:
        """Begin a round; False when it was begun before, whether or not it has ended."""
        ...

    def hold(self) -> Round | None:
        """Hold the oldest round that goes on; None when there is none, or others hold them."""
        ...

    def went(self, held: Round, after: str | None, at: datetime) -> None:
        """Note how far a held round is; None: it has ended."""
        ...

    def ending(
        self, begun: datetime, until: datetime, *, after: str, limit: int
    ) -> Mapping[str, Sequence[str]]:
        """Give who has consents that hold, and end by themselves in a time: events by person."""
        ...

    def mandates_ending(
        self, begun: datetime, until: datetime, *, after: str, limit: int
    ) -> Mapping[str, Sequence[str]]:
        """Give for whom authorities were recorded that end in a time: their ids by person."""
        ...

    def with_preferences(self, *, after: str, limit: int) -> Sequence[str]:
        """Give who ever said whom she wants to hear from."""
        ...

    def consenting_under(
        self, dataset: DatasetId, forms: Sequence[str], now: datetime, *, after: str, limit: int
    ) -> Sequence[str]:
        """Give who has a consent in a dataset that holds and was given under one of these forms."""
        ...
