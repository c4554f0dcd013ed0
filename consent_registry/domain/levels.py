# SPDX-License-Identifier: Apache-2.0
"""How far a withdrawal goes (law.md C-3), and what has to be done for each level.

What is stopped here is stopped at once; a task is what somebody has to do elsewhere, and prove.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Final


class Level(Enum):
    """How far; from the least to the most."""

    NO_FURTHER_CONTACT = "no_further_contact"
    NO_FURTHER_ACCESS = "no_further_access"
    NO_FURTHER_USE = "no_further_use"
    DESTROY_LINKAGE = "destroy_linkage"
    DESTROY_ALL = "destroy_all"


class TaskKind(Enum):
    """What has to be done by the holder of the data."""

    STOP_CONTACT = "stop_contact"
    CLOSE_ACCESS = "close_access"
    STOP_USE = "stop_use"
    DELETE_COPIES = "delete_copies"
    DESTROY_LINK = "destroy_link"
    DESTROY_DATA = "destroy_data"
    DESTROY_SAMPLES = "destroy_samples"


_USE: Final = (TaskKind.CLOSE_ACCESS, TaskKind.STOP_USE, TaskKind.DELETE_COPIES)
TASKS: Final[Mapping[Level, tuple[TaskKind, ...]]] = MappingProxyType(
    {
        Level.NO_FURTHER_CONTACT: (TaskKind.STOP_CONTACT,),
        Level.NO_FURTHER_ACCESS: (TaskKind.CLOSE_ACCESS,),
        Level.NO_FURTHER_USE: _USE,
        Level.DESTROY_LINKAGE: (*_USE, TaskKind.DESTROY_LINK),
        Level.DESTROY_ALL: (
            *(*_USE, TaskKind.DESTROY_LINK),
            *(TaskKind.DESTROY_DATA, TaskKind.DESTROY_SAMPLES),
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to be done in one dataset; `proof` is the SHA-256 of the text that says it was."""

    task_id: str
    pid: str
    dataset: str
    withdrawal_id: str | None
    level: Level
    kind: TaskKind
    created_at: datetime
    owner: tuple[str, str] | None = None
    done_at: datetime | None = None
    proof: bytes | None = None
