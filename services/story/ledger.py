# SPDX-License-Identifier: Apache-2.0
"""The player's own record of what it sent and what was answered, kept outside the suite.

Every request carries a W3C trace id of its own; the log's entries name it (`tr`). The gateway
gives its own trace ids and answers with them. So each answer can be held against the entries it
must have left: nothing lost, nothing doubled.
"""

import secrets
import threading
from dataclasses import dataclass, replace

REASON_HEADER = "X-Placet-Reason"
TRACE_HEADER = "X-Correlation-ID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request. `status` is None when no answer came, so that nobody knows what it did.

    Repetitions of one wish share `wish`. `trace_id` is what the log knows the request by.
    """

    trace_id: str
    kind: str
    wish: str
    status: int | None = None
    reason: str = ""
    path: str = ""

    @property
    def accepted(self) -> bool:
        """Say whether the suite promised that it was done."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004  RFC 9110


class Ledger:
    """Requests in the order of sending; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: dict[str, Sent] = {}

    def open(self, kind: str, *, wish: str = "", path: str = "") -> str:
        """Note that a request of this kind is about to be sent; give its trace id."""
        trace_id = secrets.token_hex(16)
        sent = Sent(trace_id=trace_id, kind=kind, wish=wish or trace_id, path=path)
        with self._lock:
            self._sent[trace_id] = sent
        return trace_id

    def close(self, opened: str, *, status: int, reason: str = "", trace_id: str = "") -> None:
        """Note the answer; `trace_id` where the gateway gave the request another one."""
        with self._lock:
            self._sent[opened] = replace(
                self._sent[opened], status=status, reason=reason, trace_id=trace_id or opened
            )

    def sent(self) -> tuple[Sent, ...]:
        """Give everything noted so far."""
        with self._lock:
            return tuple(self._sent.values())


def traceparent(trace_id: str) -> str:
    """Give the header that carries a trace id (W3C Trace Context)."""
    return f"00-{trace_id}-{secrets.token_hex(8)}-01"
