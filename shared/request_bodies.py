# SPDX-License-Identifier: Apache-2.0
"""Gather a request's body whole before any thread works on it, within a size and a time.

A body that is announced and never sent costs a waiting task here, not one of the few threads that
answer. The time is a first grace and then what a slow but honest line needs for what has come.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.errors import AppError

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

_MEBIBYTE: Final = 1024 * 1024


class BodyLate(AppError):
    """The body did not arrive in its time."""

    code = "request_timeout"


class BodyTooLarge(AppError):
    """The body is longer than any address here reads."""

    code = "payload_too_large"


class BodiesCrowded(AppError):
    """So many long bodies are on their way that this one has to come later."""

    code = "service_unavailable"


class ClientGone(Exception):
    """The client left before its body was whole; nobody is there to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLimits:
    """What a body may cost.

    `most_bytes` bounds any body; a view may allow less. A body may take `grace_seconds`, and one
    second more for each `bytes_per_second` that arrived. What exceeds `memory_bytes` waits on disk,
    and only `on_disk` such bodies do so at once.
    """

    most_bytes: int = _MEBIBYTE
    grace_seconds: float = 10.0
    bytes_per_second: int = 16 * 1024
    memory_bytes: int = _MEBIBYTE
    on_disk: int = 4


class Bodies:
    """The bodies on their way to one process; used on its event loop only."""

    def __init__(self, limits: BodyLimits) -> None:
        self._limits = limits
        self._places_on_disk = limits.on_disk

    async def gather(self, announced: int | None, receive: Receive) -> "Body":
        """Read the whole body; the caller closes what it gets.

        `announced` is its length in bytes, None when only its end will tell: a body announced as
        too large is refused unread. Raises BodyTooLarge, BodyLate, BodiesCrowded and ClientGone.
        """
        if announced is not None and announced > self._limits.most_bytes:
            raise BodyTooLarge("the announced body is too large")
        body = Body(self)
        try:
            if announced != 0:
                await self._fill(body, receive)
        except BaseException:
            body.close()
            raise
        body.file.seek(0)
        return body

    async def _fill(self, body: "Body", receive: Receive) -> None:
        loop = asyncio.get_running_loop()
        begun, limits = loop.time(), self._limits
        more = True
        while more:
            allowed = limits.grace_seconds + body.length / limits.bytes_per_second
            try:
                async with asyncio.timeout_at(begun + allowed):
                    message = await receive()
            except TimeoutError:
                raise BodyLate("the body did not arrive in time") from None
            if message["type"] != "http.request":
                raise ClientGone
            body.add(message.get("body", b""), limits)
            more = bool(message.get("more_body", False))

    def take_place(self) -> None:
        """Let one more body onto the disk; raises BodiesCrowded when all places are taken."""
        if self._places_on_disk == 0:
            raise BodiesCrowded("too many long bodies at once")
        self._places_on_disk -= 1

    def give_place(self) -> None:
        """Free a place on the disk."""
        self._places_on_disk += 1


class Body:
    """One gathered body: `file` at its beginning, `length` in bytes."""

    def __init__(self, among: Bodies) -> None:
        self._among = among
        self._on_disk = False
        self.length = 0
        self.file: Final = tempfile.SpooledTemporaryFile(max_size=0)  # noqa: SIM115 - see close

    def add(self, chunk: bytes, limits: BodyLimits) -> None:
        """Append what arrived."""
        self.length += len(chunk)
        if self.length > limits.most_bytes:
            raise BodyTooLarge("the body is too large")
        if self.length > limits.memory_bytes and not self._on_disk:
            self._among.take_place()
            self._on_disk = True
            self.file.rollover()
        self.file.write(chunk)

    def close(self) -> None:
        """Forget the body."""
        self.file.close()
        if self._on_disk:
            self._on_disk = False
            self._among.give_place()
