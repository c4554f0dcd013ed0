# SPDX-License-Identifier: Apache-2.0
"""Which sessions were ended: a signed cookie that somebody copied would go on without this.

A session is named by a random id that stands only in its cookie. What is kept is the id's digest,
until the session would have ended by itself.
"""

import hashlib
import secrets
from datetime import datetime
from typing import Protocol

from shared.clock import Clock
from shared.errors import AppError


class SessionsUnknown(AppError):
    """Nobody can tell now whether a session was ended, so none is believed."""

    code = "service_unavailable"


class EndedSessions(Protocol):
    """The sessions of one service that were ended before their time."""

    def end(self, session_id: str, *, until: datetime) -> None:
        """When this returns, the session is ended for every process of the service.

        It may be forgotten after `until`, when it ends by itself. Raises SessionsUnknown.
        """
        ...

    def has(self, session_id: str) -> bool:
        """Tell whether the session was ended; raises SessionsUnknown when that is not known."""
        ...


class MemoryEndedSessions:
    """EndedSessions of a service with one process that may forget them with its own end."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ended: dict[str, datetime] = {}

    def end(self, session_id: str, *, until: datetime) -> None:
        """Remember it, and forget those that are over anyway."""
        now = self._clock.now()
        for digest in [known for known, end in self._ended.copy().items() if end < now]:
            self._ended.pop(digest, None)
        self._ended[digest_of(session_id)] = until

    def has(self, session_id: str) -> bool:
        """Tell whether it was ended."""
        return digest_of(session_id) in self._ended


def new_session_id() -> str:
    """Make the id of a new session; it is a secret of the browser."""
    return secrets.token_urlsafe(16)


def digest_of(session_id: str) -> str:
    """Give what is kept of a session's id: SHA-256, in hex digits."""
    return hashlib.sha256(session_id.encode()).hexdigest()
