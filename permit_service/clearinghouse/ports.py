# SPDX-License-Identifier: Apache-2.0
"""What the use cases need from the outside, each guarantee in a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from permit_service.clearinghouse.domain.freshness import Heartbeat
from permit_service.clearinghouse.domain.permit import PermitDocument
from permit_service.clearinghouse.domain.trust import TrustedSource
from shared.events import Fact
from shared.ids import DatasetId, Revision
from shared.principal import Principal


class AccessTokens(Protocol):
    """Verifies what a client sent as its credential."""

    def verify(self, authorization: str) -> Principal:
        """Give the caller named by an `Authorization` header's value.

        Only an RFC 9068 access token for this clearinghouse passes. Raises AppError with a
        `token_*` code for everything else, and SourceUnreachable when the issuer's keys cannot be
        had; nothing unverified is ever given.
        """
        ...


class VisaSources(Protocol):
    """Asks one trusted source for a person's visas."""

    def fetch(self, source: TrustedSource, subject: str) -> Sequence[str]:
        """Give the visas the source has for exactly this subject now, unverified, at most 200.

        None for a person the source does not know. Raises SourceUnreachable when the source gave
        no usable answer.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedVisa:
    """A visa taken apart; nothing in it may be believed before `require_signed` returned."""

    raw: str = field(repr=False)
    header: Mapping[str, object] = field(repr=False)
    claims: Mapping[str, object] = field(repr=False)


class VisaSignatures(Protocol):
    """Takes visas apart and checks who signed them."""

    def open(self, raw: str) -> OpenedVisa:
        """Give header and claims; raise VisaInvalid unless it is one strict compact JWS."""
        ...

    def require_signed(self, visa: OpenedVisa, source: TrustedSource) -> None:
        """Raise VisaInvalid unless a key of the source's configured key set signed the visa.

        No other URL is ever fetched. Raises SourceUnreachable when the key set cannot be had.
        """
        ...


class PermitSignatures(Protocol):
    """Verifies permits with the permit issuer's own key set."""

    def document(self, jws: str) -> PermitDocument:
        """Give what a permit says; raise PermitInvalid unless its issuer signed exactly that.

        Raises SourceUnreachable when the key set cannot be had.
        """
        ...


class Spool(Protocol):
    """The durable record of decisions."""

    def writable(self) -> bool:
        """Say whether an entry would be taken now, without touching the disk."""
        ...

    def append(self, fact: Fact) -> None:
        """Record a fact: when this returns, its entry is fsynced in the hash chain.

        Raises AuditUnavailable when it was not recorded or nobody knows.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSnapshot:
    """Everything a feed's registers hold, and the cursor that continues from there."""

    registers: Sequence[Mapping[str, object]] = field(repr=False)
    cursor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedNews:
    """What followed a cursor, the newest heartbeats, and the next cursor.

    `urgent` are narrowings beyond the cursor: they come again when it is their turn.
    """

    changes: Sequence[Mapping[str, object]] = field(repr=False)
    heartbeats: Sequence[Heartbeat]
    cursor: int
    urgent: Sequence[Mapping[str, object]] = field(default=(), repr=False)


class Acknowledgements(Protocol):
    """The registry's ear for what this node enforces."""

    def acknowledge(self, enforced: Mapping[DatasetId, Revision]) -> None:
        """Have it noted; raise SourceUnreachable when it was not, or nobody knows."""
        ...


class Feed(Protocol):
    """One publisher's signed feed; whatever it gives was signed by that publisher."""

    def snapshot(self) -> FeedSnapshot:
        """Give the registers as they stand.

        Raises FeedFault when the answer or a signature is bad, SourceUnreachable when there is no
        answer.
        """
        ...

    def news(self, after: int, *, wait_seconds: float) -> FeedNews:
        """Give what followed the cursor, waiting for it at most so long. Raises like `snapshot`.

        Heartbeats alone do not end the wait.
        """
        ...

    def manifest(self, jws: str) -> Mapping[str, object]:
        """Give the claims of a cohort's manifest that stood in a signed body of this feed.

        The body's signature covers it. Its own is evidence for auditors: a permit may outlive the
        key that made it, and must not close the whole register when that key is gone. Raises
        FeedFault when it is not a manifest of this publisher.
        """
        ...
