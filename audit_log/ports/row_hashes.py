# SPDX-License-Identifier: Apache-2.0
"""Hashes of rows that no entry can be made from: kept beside them, and said by the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol


class ChangedRow(NamedTuple):
    """A row whose hash the log has not said yet; an empty digest says that it is gone."""

    table: str
    key: str
    digest: bytes


class RowHashes(Protocol):
    """The hashes that are to be said."""

    def say(self, limit: int, at: datetime) -> int:
        """Say changed rows in one entry, in one transaction with the mark that they are said.

        Gives how many there were; rows that somebody is changing wait for the next time.
        """
        ...


class RowSums(Protocol):
    """The sums over hashes of rows that change too often to be said one by one."""

    def sum_up(self, limit: int, at: datetime) -> int:
        """Take changed rows into their tables' sums, and say those in one entry, all or nothing.

        Gives how many there were; rows that somebody is changing wait for the next time.
        """
        ...


class HashedRow(NamedTuple):
    """A row's hash as it is, as it is kept, and as it was marked said; None where there is none."""

    table: str
    key: str
    actual: bytes | None
    kept: bytes | None
    said: bytes | None
    logged: bool


class InspectedKey(NamedTuple):
    """A data key as stored: whose it is, when it was destroyed, and by which erasures of it.

    `said_at` is when the last of them says so.
    """

    kid: int
    kind: str
    subject: bytes | None
    erased_at: datetime | None
    said_at: datetime | None
    erasures: Sequence[str] = ()


class InspectedHold(NamedTuple):
    """A hold as stored: when it was asked for to be lifted, and when it was."""

    id: str
    lift_asked_at: datetime | None
    lifted_at: datetime | None


class ErasedPlaces(NamedTuple):
    """The places that an erasure emptied, and the hash over them that it said; None for none."""

    erasure: str
    digest: bytes | None
    places: list[tuple[int, int]]
