# SPDX-License-Identifier: Apache-2.0
"""What use cases need of the requests under GDPR 15 to 21, and of the tasks after a withdrawal."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from consent_registry.domain.levels import Task
from consent_registry.domain.rights import RightsRequest, Step


class RightsRequests(Protocol):
    """Requests: what happened to one is appended, never changed."""

    def add(self, request: RightsRequest, words: str) -> None:
        """Keep a new request with its first step; the person's words are sealed under her key.

        Raises ParticipantUnknown when there are words of somebody erased.
        """
        ...

    def get(self, request_id: str) -> RightsRequest | None:
        """Give a request."""
        ...

    def hold(self, request_id: str) -> RightsRequest | None:
        """Give a request as last committed, and keep everyone else from moving it on."""
        ...

    def of(self, pid: str) -> Sequence[RightsRequest]:
        """Give a person's requests, newest first."""
        ...

    def waiting(self) -> Sequence[RightsRequest]:
        """Give every request that waits for an answer."""
        ...

    def words(self, request_id: str) -> str | None:
        """Open what the person wrote; None when she wrote nothing or was erased."""
        ...

    def append(self, request: RightsRequest, step: Step) -> RightsRequest:
        """Append a step to a held request; gives the request after it."""
        ...


class Tasks(Protocol):
    """What remains to be done after withdrawals."""

    def add(self, tasks: Sequence[Task]) -> None:
        """Keep new tasks."""
        ...

    def get(self, task_id: str) -> Task | None:
        """Give a task."""
        ...

    def of(self, pid: str) -> Sequence[Task]:
        """Give a person's tasks in the order they were made."""
        ...

    def waiting(self) -> Sequence[Task]:
        """Give every task that is not done, oldest first."""
        ...

    def assign(self, task_id: str, owner: tuple[str, str]) -> None:
        """Say who sees to an open task."""
        ...

    def close(self, task_id: str, proof: bytes, at: datetime) -> bool:
        """Close an open task with its proof; False, and nothing done, when it was closed."""
        ...
