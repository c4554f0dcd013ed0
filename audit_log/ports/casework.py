# SPDX-License-Identifier: Apache-2.0
"""What officers keep in the log's database: cases with their requests to open, saved searches."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from audit_log.domain.cases import Case, Officer, Reveal
from audit_log.domain.saved_queries import QueryRun, SavedQuery


class Cases(Protocol):
    """Cases, within one transaction of the log."""

    def add(self, case: Case) -> None:
        """Keep a new case."""
        ...

    def get(self, case_id: str) -> Case | None:
        """Give a case, locked to the end of the transaction."""
        ...

    def page(self, limit: int) -> Sequence[Case]:
        """Give cases, the newest first."""
        ...

    def close(self, case_id: str, at: datetime) -> None:
        """Close an open case for good."""
        ...

    def ask(self, reveal: Reveal) -> None:
        """Keep a new request to open."""
        ...

    def reveal(self, reveal_id: str) -> Reveal | None:
        """Give a request, locked to the end of the transaction."""
        ...

    def reveals(self, case_id: str) -> Sequence[Reveal]:
        """Give a case's requests, the oldest first."""
        ...

    def decide(self, reveal_id: str, approved: bool, by: Officer, at: datetime) -> None:
        """Decide a request once.

        Raises FourEyesNeeded, and keeps nothing, when it is the asker's own.
        """
        ...


class SavedQueries(Protocol):
    """Saved searches, within one transaction of the log."""

    def add(self, query: SavedQuery) -> None:
        """Keep a new search."""
        ...

    def get(self, query_id: str) -> SavedQuery | None:
        """Give a search, locked to the end of the transaction."""
        ...

    def owned(self, owner: Officer) -> Sequence[SavedQuery]:
        """Give an officer's searches, the oldest first."""
        ...

    def due(self, at: datetime) -> SavedQuery | None:
        """Give the search due the longest, locked; one that another holds is passed over."""
        ...

    def ran(self, run: QueryRun, next_at: datetime) -> None:
        """Keep a run and when the next one is due."""
        ...

    def put_off(self, query_id: str, next_at: datetime) -> None:
        """Let a search run later."""
        ...

    def end(self, query_id: str) -> None:
        """End a search: its filter and key are emptied, its runs stay."""
        ...

    def unnamed(self) -> SavedQuery | None:
        """Give a running search of which it was not noted whom it names, locked; None: no more."""
        ...

    def name(self, query_id: str, about: Sequence[bytes]) -> None:
        """Note the pseudonyms of whom a search names: erasing one of them ends it."""
        ...

    def runs(self, query_id: str, limit: int) -> Sequence[QueryRun]:
        """Give the runs of a search, the newest first."""
        ...
