# SPDX-License-Identifier: Apache-2.0
"""Reading many members' files through the gateway, with a few kept-open connections.

Each file is asked for until a decision comes: an answer that says "not now" (the gateway or the
clearinghouse is being restarted, its picture is not fresh yet) is no decision.
"""

import http.client
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from services.story.ledger import REASON_HEADER, TRACE_HEADER, Ledger

_CONNECTIONS: Final = 12
_SECONDS: Final = 30.0
_PATIENCE: Final = 240.0
_PAUSE: Final = 0.1
_OK: Final = 200
_NOT_NOW: Final = frozenset({"stale_state", "audit_unavailable"})
READ: Final = "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The decision on one path: the status, the reason given, and the file if it came."""

    status: int
    reason: str
    content: str


class Undecided(RuntimeError):
    """No decision came for a path within four minutes; the last answer is in the message."""


class Reader:
    """Reads paths through the gateway, several at a time, and notes each request."""

    def __init__(self, gateway: str, ledger: Ledger) -> None:
        self._host = urlsplit(gateway).netloc
        self._ledger = ledger
        self._local = threading.local()
        self._opened: list[http.client.HTTPConnection] = []

    def close(self) -> None:
        """Close every connection; the next request opens its own again."""
        for connection in self._opened:
            connection.close()

    def read(self, path: str, token: str) -> Outcome:
        """Ask for one path until it is decided."""
        return self._decided(path, lambda: token)

    def read_all(
        self, paths: Sequence[str], token: Callable[[], str], *, wanted: int = _CONNECTIONS
    ) -> Mapping[str, Outcome]:
        """Ask for many paths at once; `token` is called for each, so that none grows old."""
        with ThreadPoolExecutor(wanted) as pool:
            found: Iterable[Outcome] = pool.map(lambda path: self._decided(path, token), paths)
            outcomes = dict(zip(paths, found, strict=True))
        self.close()
        return outcomes

    def _decided(self, path: str, token: Callable[[], str]) -> Outcome:
        deadline = time.monotonic() + _PATIENCE
        last = "no answer"
        while time.monotonic() < deadline:
            outcome = self._once(path, token())
            if outcome is not None:
                if outcome.status == _OK or (outcome.reason and outcome.reason not in _NOT_NOW):
                    return outcome
                last = f"{outcome.status} {outcome.reason}"
            time.sleep(_PAUSE)
        raise Undecided(f"{path}: {last}")

    def _once(self, path: str, token: str) -> Outcome | None:
        opened = self._ledger.open(READ, path=path)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        connection = self._connection()
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()  # the next request opens it again
            return None
        reason = answer.headers.get(REASON_HEADER, "")
        trace_id = answer.headers.get(TRACE_HEADER, "")
        self._ledger.close(opened, status=answer.status, reason=reason, trace_id=trace_id)
        return Outcome(
            status=answer.status, reason=reason, content=content.decode(errors="replace")
        )

    def _connection(self) -> http.client.HTTPConnection:
        held: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if held is None:
            held = http.client.HTTPConnection(self._host, timeout=_SECONDS)
            self._local.connection = held
            self._opened.append(held)
        return held
