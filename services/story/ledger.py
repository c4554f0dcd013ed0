# SPDX-License-Identifier: Apache-2.0
"""The player's own record of what it sent and what was answered, kept outside the suite.

Every request carries a W3C trace id of its own. The log's entries name it (`tr`), so that each
answer can be held against the entries it must have left: nothing lost, nothing doubled.
"""

import secrets
import threading
from dataclasses import dataclass
from typing import Final

REASON_HEADER: Final = "X-Placet-Reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request. `status` is None when no answer came, so that nobody knows what it did."""

    trace_id: str
    kind: str
    status: int | None = None
    reason: str = ""

    @property
    def accepted(self) -> bool:
        """Say whether the suite promised that it was done."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004  RFC 9110


class Ledger:
    """Requests by trace id; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: dict[str, Sent] = {}

    def open(self, kind: str) -> str:
        """Note that a request of this kind is about to be sent; give its trace id."""
        trace_id = secrets.token_hex(16)
        with self._lock:
            self._sent[trace_id] = Sent(trace_id=trace_id, kind=kind)
        return trace_id

    def close(self, trace_id: str, *, status: int, reason: str = "") -> None:
        """Note the answer."""
        with self._lock:
            kind = self._sent[trace_id].kind
            self._sent[trace_id] = Sent(trace_id=trace_id, kind=kind, status=status, reason=reason)

    def sent(self) -> tuple[Sent, ...]:
        """Give everything noted so far, in the order of sending."""
        with self._lock:
            return tuple(self._sent.values())


def traceparent(trace_id: str) -> str:
    """Give the header that carries a trace id (W3C Trace Context)."""
    return f"00-{trace_id}-{secrets.token_hex(8)}-01"
