# SPDX-License-Identifier: Apache-2.0
"""What remains to be done after a withdrawal, by its level: made, assigned, closed with proof.

The text that proves it stays with whoever wrote it: its hash is kept, so that it can be shown to be
the one, and no words about a person come here.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from consent_registry.domain.errors import TaskDone, TaskUnknown
from consent_registry.domain.identifiers import is_own_id
from consent_registry.domain.levels import TASKS, Level, Task
from consent_registry.domain.register import Member
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, ValidationFailed
from shared.principal import Principal

DESK: Final = "rights.manage"
MAX_PROOF: Final = 20_000
_TASK: Final = "placet.rights.task.v1"


def make_tasks(
    uow: UnitOfWork,
    tools: Tools,
    members: Sequence[Member],
    level: Level,
    *,
    withdrawal_id: str,
    at: datetime,
) -> None:
    """Make the tasks of a level in each of these datasets. The caller commits."""
    uow.tasks.add(
        [
            Task(
                task_id=tools.ids.new(),
                pid=member.pid,
                dataset=member.dataset,
                withdrawal_id=withdrawal_id,
                level=level,
                kind=kind,
                created_at=at,
            )
            for member in members
            for kind in TASKS[level]
        ]
    )


def open_tasks(*, tools: Tools, principal: Principal) -> Sequence[Task]:
    """Give the desk every task that is not done, oldest first."""
    principal.require(DESK)
    with tools.reads() as uow:
        return uow.tasks.waiting()


def own_tasks(*, tools: Tools, principal: Principal) -> Sequence[Task]:
    """Give her the tasks that her withdrawals made, done or not."""
    with tools.reads() as uow:
        return uow.tasks.of(access.oneself(uow, principal))


def take_task(task_id: str, *, tools: Tools, principal: Principal) -> Task:
    """Take a task on oneself. Raises TaskDone for a closed one."""
    principal.require(DESK)
    with tools.units() as uow:
        task = _open(uow, task_id)
        uow.tasks.assign(task_id, (principal.issuer, principal.subject))
        _record(uow, task, "taken", tools.clock.now(), principal)
        uow.commit()
    return replace(task, owner=(principal.issuer, principal.subject))


def close_task(task_id: str, proof: str, *, tools: Tools, principal: Principal) -> Task:
    """Close a task with the text that says what was done, by whom, when. Raises TaskDone."""
    principal.require(DESK)
    if not 0 < len(proof.strip()) <= MAX_PROOF:
        fault = FieldFault("/proof", "what was done, by whom and when")
        raise ValidationFailed("the proof has faults", faults=[fault])
    digest = hashlib.sha256(proof.encode()).digest()
    now = tools.clock.now()
    with tools.units() as uow:
        task = _open(uow, task_id)
        if not uow.tasks.close(task_id, digest, now):
            raise TaskDone
        _record(uow, task, "done", now, principal, proof=digest.hex())
        uow.commit()
    return replace(task, done_at=now, proof=digest)


def _open(uow: UnitOfWork, task_id: str) -> Task:
    task = uow.tasks.get(task_id) if is_own_id(task_id) else None
    if task is None:
        raise TaskUnknown
    if task.done_at is not None:
        raise TaskDone
    return task


def _record(
    uow: UnitOfWork,
    task: Task,
    said: str,
    at: datetime,
    principal: Principal,
    *,
    proof: str = "",
) -> None:
    extra = {"task": task.task_id, **({"proof": proof} if proof else {})}
    reason = f"{task.kind.value}_{said}"
    uow.record(fact(_TASK, at, actor=principal, dataset=task.dataset, reason=reason, extra=extra))
