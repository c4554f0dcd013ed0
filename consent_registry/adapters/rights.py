# SPDX-License-Identifier: Apache-2.0
"""`RightsRequests` and `Tasks` on PostgreSQL."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from consent_registry.adapters.person_keys import PersonKeys
from consent_registry.adapters.sealing import SALT_BYTES, PersonSealer
from consent_registry.adapters.tables import (
    RIGHTS_REQUEST,
    RIGHTS_STEP,
    WITHDRAWAL_TASK,
)
from consent_registry.domain.levels import Level, Task, TaskKind
from consent_registry.domain.rights import Right, RightsRequest, Step, StepKind
from shared.periods import Calendar


class SqlRightsRequests:
    """The port `RightsRequests`; `salts(n)` gives n fresh random bytes.

    The clock of a request is counted by the calendar in force when it was received.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        keys: PersonKeys,
        sealer: PersonSealer,
        salts: Callable[[int], bytes],
        calendar_at: Callable[[datetime], Calendar],
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._sealer = sealer
        self._salts = salts
        self._calendar_at = calendar_at

    def add(self, request: RightsRequest, words: str) -> None:
        """Insert a row, the words sealed."""
        sealed = None
        if words:
            key = self._keys.to_seal([request.pid])[request.pid]
            salt = self._salts(SALT_BYTES)
            sealed = self._sealer.seal(key, request.request_id, salt, words.encode())
        self._connection.execute(
            insert(RIGHTS_REQUEST).values(
                request_id=request.request_id,
                pid=request.pid,
                asks_for=request.right.value,
                received_at=request.received_at,
                country=request.country,
                words=sealed,
                is_open=True,
            )
        )
        for number, step in enumerate(request.steps):
            self._insert(request.request_id, number, step)

    def get(self, request_id: str) -> RightsRequest | None:
        """Read a row."""
        return self._one(select(RIGHTS_REQUEST).where(RIGHTS_REQUEST.c.request_id == request_id))

    def hold(self, request_id: str) -> RightsRequest | None:
        """Lock a row."""
        wanted = select(RIGHTS_REQUEST).where(RIGHTS_REQUEST.c.request_id == request_id)
        return self._one(wanted.with_for_update())

    def of(self, pid: str) -> Sequence[RightsRequest]:
        """Read a person's rows."""
        wanted = select(RIGHTS_REQUEST).where(RIGHTS_REQUEST.c.pid == pid)
        return self._all(wanted.order_by(RIGHTS_REQUEST.c.received_at.desc()))

    def waiting(self) -> Sequence[RightsRequest]:
        """Read the open rows."""
        wanted = select(RIGHTS_REQUEST).where(RIGHTS_REQUEST.c.is_open)
        return self._all(wanted.order_by(RIGHTS_REQUEST.c.received_at))

    def words(self, request_id: str) -> str | None:
        """Open."""
        wanted = select(RIGHTS_REQUEST.c.pid, RIGHTS_REQUEST.c.words).where(
            RIGHTS_REQUEST.c.request_id == request_id
        )
        row = self._connection.execute(wanted).one_or_none()
        if row is None or row.words is None:
            return None
        key = self._keys.known([row.pid]).get(row.pid)
        if key is None:
            return None
        opened = self._sealer.open(key, request_id, bytes(row.words))
        return None if opened is None else opened[1].decode()

    def append(self, request: RightsRequest, step: Step) -> RightsRequest:
        """Insert a step."""
        self._insert(request.request_id, len(request.steps), step)
        after = replace(request, steps=(*request.steps, step))
        self._connection.execute(
            update(RIGHTS_REQUEST)
            .where(RIGHTS_REQUEST.c.request_id == request.request_id)
            .values(is_open=after.is_open)
        )
        return after

    def _insert(self, request_id: str, number: int, step: Step) -> None:
        issuer, subject = step.by or (None, None)
        self._connection.execute(
            insert(RIGHTS_STEP).values(
                request_id=request_id,
                number=number,
                kind=step.kind.value,
                at=step.at,
                code=step.code,
                desk_issuer=issuer,
                desk_subject=subject,
                policy_sha256=step.policy_sha256 or None,
            )
        )

    def _one(self, wanted: Select[Any]) -> RightsRequest | None:
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else self._request(row)

    def _all(self, wanted: Select[Any]) -> Sequence[RightsRequest]:
        return [self._request(row) for row in self._connection.execute(wanted).all()]

    def _request(self, row: Row[Any]) -> RightsRequest:
        steps = select(RIGHTS_STEP).where(RIGHTS_STEP.c.request_id == row.request_id)
        found = self._connection.execute(steps.order_by(RIGHTS_STEP.c.number))
        return RightsRequest(
            request_id=row.request_id,
            pid=row.pid,
            right=Right(row.asks_for),
            received_at=row.received_at,
            calendar=self._calendar_at(row.received_at),
            country=row.country,
            steps=tuple(_step(step) for step in found),
        )


def _step(row: Row[Any]) -> Step:
    by = None if row.desk_issuer is None else (row.desk_issuer, row.desk_subject)
    return Step(
        kind=StepKind(row.kind),
        at=row.at,
        code=row.code,
        by=by,
        policy_sha256=row.policy_sha256 or "",
    )


class SqlTasks:
    """The port `Tasks`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, tasks: Sequence[Task]) -> None:
        """Insert rows."""
        rows = [
            {
                "task_id": task.task_id,
                "pid": task.pid,
                "dataset": task.dataset,
                "withdrawal_id": task.withdrawal_id,
                "level": task.level.value,
                "kind": task.kind.value,
                "created_at": task.created_at,
            }
            for task in tasks
        ]
        if rows:
            self._connection.execute(insert(WITHDRAWAL_TASK), rows)

    def get(self, task_id: str) -> Task | None:
        """Read a row."""
        wanted = select(WITHDRAWAL_TASK).where(WITHDRAWAL_TASK.c.task_id == task_id)
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else _task(row)

    def of(self, pid: str) -> Sequence[Task]:
        """Read a person's rows."""
        wanted = select(WITHDRAWAL_TASK).where(WITHDRAWAL_TASK.c.pid == pid)
        ordered = wanted.order_by(WITHDRAWAL_TASK.c.created_at, WITHDRAWAL_TASK.c.task_id)
        return [_task(row) for row in self._connection.execute(ordered)]

    def waiting(self) -> Sequence[Task]:
        """Read the open rows."""
        wanted = select(WITHDRAWAL_TASK).where(WITHDRAWAL_TASK.c.done_at.is_(None))
        ordered = wanted.order_by(WITHDRAWAL_TASK.c.created_at, WITHDRAWAL_TASK.c.task_id)
        return [_task(row) for row in self._connection.execute(ordered)]

    def assign(self, task_id: str, owner: tuple[str, str]) -> None:
        """Set the owner."""
        task = WITHDRAWAL_TASK.c
        self._connection.execute(
            update(WITHDRAWAL_TASK)
            .where(task.task_id == task_id, task.done_at.is_(None))
            .values(owner_issuer=owner[0], owner_subject=owner[1])
        )

    def close(self, task_id: str, proof: bytes, at: datetime) -> bool:
        """Set proof and time, once."""
        task = WITHDRAWAL_TASK.c
        statement = (
            update(WITHDRAWAL_TASK)
            .where(task.task_id == task_id, task.done_at.is_(None))
            .values(done_at=at, proof_sha256=proof)
            .returning(task.task_id)
        )
        return self._connection.execute(statement).one_or_none() is not None


def _task(row: Row[Any]) -> Task:
    owner = None if row.owner_issuer is None else (row.owner_issuer, row.owner_subject)
    return Task(
        task_id=row.task_id,
        pid=row.pid,
        dataset=row.dataset,
        withdrawal_id=row.withdrawal_id,
        level=Level(row.level),
        kind=TaskKind(row.kind),
        created_at=row.created_at,
        owner=owner,
        done_at=row.done_at,
        proof=None if row.proof_sha256 is None else bytes(row.proof_sha256),
    )
