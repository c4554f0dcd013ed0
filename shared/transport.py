# SPDX-License-Identifier: Apache-2.0
"""The road between services, as a port: what the outbox hands over and what a transport promises.

Two adapters exist, `shared.kafka_io` and `shared.http_io`; one conformance suite runs on both and
on the fake. This module never sends anything itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, Protocol

from shared.events import SealedEntry

SEALED_HEADER: Final = "placet-sealed"


class RowKind(StrEnum):
    """What an outbox row holds."""

    ENTRY = "entry"  # an audit entry: value = the bytes of its leaf
    MESSAGE = "message"  # a domain message: value = its payload as canonical JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One thing to send. A message's `headers` are its CloudEvents 1.0 attributes (`ce_*`).

    `id` rises in commit order. `sealed` is the binary header of an entry's personal parts; it is
    empty for a message.
    """

    id: int
    kind: RowKind
    topic: str
    key: str
    headers: Mapping[str, str]
    value: bytes
    sealed: bytes = b""


class TransportError(Exception):
    """Nothing was accepted. `code` and `cause` are words of a program, never of a message."""

    code: ClassVar[str] = "transport_error"

    def __init__(self, cause: str) -> None:
        super().__init__(f"{self.code}: {cause}")
        self.cause: Final = cause


class TransportUnavailable(TransportError):
    """The other side cannot be reached or cannot accept now; sending again later may work."""

    code = "transport_unavailable"


class TransportRefused(TransportError):
    """The other side refuses this very batch; it will refuse it again until someone acts."""

    code = "transport_refused"


class Transport(Protocol):
    """Sends outbox rows, at least once and in order."""

    def send(self, batch: Sequence[OutboxRow]) -> int:
        """Give how many rows, counted from the first, the other side has durably accepted.

        Rows of one key arrive in the order given. A row beyond the number may have arrived too: the
        receiver drops what it has seen (entries by src, epoch and seq; messages by id). An empty
        batch gives 0. When not even the first row was accepted the reason is raised:
        TransportUnavailable or TransportRefused.
        """
        ...

    def close(self) -> None:
        """Let go of connections; nothing may be sent afterwards."""
        ...


def entry_row(sealed: SealedEntry, *, row_id: int, topic: str) -> OutboxRow:
    """Make the row of a sealed entry: key is its `src`, so that one chain stays in order.

    It has no headers but the sealed one: an entry says all that an envelope would (ADR 0023).
    """
    return OutboxRow(
        id=row_id,
        kind=RowKind.ENTRY,
        topic=topic,
        key=sealed.src,
        headers={},
        value=sealed.entry,
        sealed=sealed.sealed,
    )
