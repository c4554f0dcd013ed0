# SPDX-License-Identifier: Apache-2.0
"""The correlation id and the W3C trace id of the work at hand.

Standard library only, so that any layer may ask. Ids are random or come validated from a caller;
nothing else is ever kept here.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_CORRELATION: Final = re.compile(r"[0-9a-f-]{16,64}", re.ASCII)
_TRACEPARENT: Final = re.compile(
    r"(?!ff)([0-9a-f]{2})-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-[0-9a-f]{2}(-.*)?",
    re.ASCII,
)
_MAX_TRACEPARENT: Final = 512

_correlation_id: ContextVar[str] = ContextVar("placet_correlation_id", default="")
_trace_id: ContextVar[str] = ContextVar("placet_trace_id", default="")


def current_correlation_id() -> str:
    """Give the id that ties together the log lines, answers and errors of this piece of work.

    The first call outside a request or `work_context` makes one and keeps it.
    """
    if not _correlation_id.get():
        _correlation_id.set(secrets.token_hex(16))
    return _correlation_id.get()


def current_trace_id() -> str:
    """Give the W3C trace id (32 hex digits); the first call outside a context makes one."""
    if not _trace_id.get():
        _trace_id.set(secrets.token_hex(16))
    return _trace_id.get()


def current_traceparent() -> str:
    """Give the `traceparent` header of an outgoing call: this trace, a fresh parent id."""
    return f"00-{current_trace_id()}-{secrets.token_hex(8)}-01"


def read_correlation_id(text: str | None) -> str | None:
    """Accept a caller's correlation id: 16 to 64 lower-case hex digits and dashes, else None.

    The alphabet is narrow on purpose: an id goes into every log line, so it must not be able to
    carry a name, an address or a token.
    """
    return text if text and _CORRELATION.fullmatch(text) else None


def read_traceparent(text: str | None) -> str | None:
    """Give the trace id of a `traceparent` header (W3C Trace Context section 3.2), else None."""
    found = _TRACEPARENT.fullmatch(text) if text and len(text) <= _MAX_TRACEPARENT else None
    if found is None or (found[1] == "00" and found[4]):
        return None
    return found[2]


def enter(correlation_id: str | None = None, trace_id: str | None = None) -> None:
    """Begin a piece of work in this thread, with the caller's ids or fresh ones."""
    _correlation_id.set(correlation_id or secrets.token_hex(16))
    _trace_id.set(trace_id or secrets.token_hex(16))


def leave() -> None:
    """End the piece of work, so that the next one in this thread does not inherit its ids."""
    _correlation_id.set("")
    _trace_id.set("")


@contextmanager
def work_context(correlation_id: str | None = None, trace_id: str | None = None) -> Iterator[None]:
    """Run one piece of work with its own ids, and restore those around it afterwards."""
    before = (_correlation_id.get(), _trace_id.get())
    enter(correlation_id, trace_id)
    try:
        yield
    finally:
        _correlation_id.set(before[0])
        _trace_id.set(before[1])
