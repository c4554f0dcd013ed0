# SPDX-License-Identifier: Apache-2.0
"""Second implementations of the clearinghouse's ports, as strict as the real ones."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from permit_service.clearinghouse.domain.errors import (
    FeedFault,
    PermitInvalid,
    SourceUnreachable,
    VisaInvalid,
)
from permit_service.clearinghouse.domain.freshness import Heartbeat
from permit_service.clearinghouse.domain.permit import PermitDocument, read_permit
from permit_service.clearinghouse.domain.trust import TrustedSource
from permit_service.clearinghouse.domain.visa import MAX_VISA_BYTES, MAX_VISAS
from permit_service.clearinghouse.ports import FeedNews, FeedSnapshot, OpenedVisa
from shared.auth import TokenExpired, TokenMissing
from shared.canonical import MalformedEntry
from shared.errors import AuditUnavailable
from shared.events import ChainPosition, Fact, SealedEntry, previous_of, seal
from shared.ids import Revision
from shared.principal import Principal
from tests.fakes.clearinghouse import ISSUER
from tests.fakes.kernel import START, CountingIds, CountingSalts


class MemorySpool:
    """Keeps sealed entries; `room` limits how many it takes from now on."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.entries: list[SealedEntry] = []
        self.room: int | None = None
        self._ids, self._salts = CountingIds(), CountingSalts()
        self._lock = threading.Lock()

    def writable(self) -> bool:
        return self.room is None or self.room > 0

    def append(self, fact: Fact) -> None:
        with self._lock:
            if not self.writable():
                raise AuditUnavailable("full")
            previous = previous_of(self.entries[-1]) if self.entries else ""
            position = ChainPosition(
                src="zz/clearinghouse/1", epoch=1, seq=len(self.entries) + 1, previous=previous
            )
            try:
                sealed = seal(fact, position, entry_id=self._ids.new(), salts=self._salts)
            except MalformedEntry:
                raise AuditUnavailable("the fact cannot be an entry") from None
            self.entries.append(sealed)
            self.facts.append(fact)
            if self.room is not None:
                self.room -= 1


def unsigned(header: Mapping[str, Any], claims: Mapping[str, Any], *, signed_by: str) -> str:
    """Write a visa that `OpenSignatures` reads: it says itself whose key signed it."""
    return json.dumps({"header": header, "claims": claims, "signed_by": signed_by})


class OpenSignatures:
    """Visas as plain JSON that names the key set that signed it; `down` key sets do not answer."""

    def __init__(self) -> None:
        self.down: set[str] = set()
        self.checked = 0

    def open(self, raw: str) -> OpenedVisa:
        try:
            visa = json.loads(raw) if len(raw) <= MAX_VISA_BYTES else None
        except ValueError:
            visa = None
        if not isinstance(visa, dict) or not {"header", "claims"} <= visa.keys():
            raise VisaInvalid("not a visa")
        return OpenedVisa(raw=raw, header=visa["header"], claims=visa["claims"])

    def require_signed(self, visa: OpenedVisa, source: TrustedSource) -> None:
        self.checked += 1
        if source.key_url in self.down:
            raise SourceUnreachable(context={"source": source.name})
        if json.loads(visa.raw).get("signed_by") != source.key_url:
            raise VisaInvalid("no trusted key made this signature")


class MemorySources:
    """What each source says of each person; `down` sources do not answer."""

    def __init__(self) -> None:
        self.visas: dict[tuple[str, str], list[str]] = {}
        self.down: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self.gate: threading.Event | None = None

    def fetch(self, source: TrustedSource, subject: str) -> Sequence[str]:
        self.asked.append((source.name, subject))
        if self.gate is not None:
            assert self.gate.wait(30)
        if source.name in self.down:
            raise SourceUnreachable(context={"source": source.name})
        return tuple(self.visas.get((source.name, subject), ()))[:MAX_VISAS]


class OpenPermits:
    """Permits as plain JSON; one that is not such is not signed. `down` keys do not answer."""

    def __init__(self) -> None:
        self.down = False

    def document(self, jws: str) -> PermitDocument:
        if self.down:
            raise SourceUnreachable("a key set cannot be had")
        try:
            body = json.loads(jws)
        except ValueError:
            raise PermitInvalid("the permit's issuer did not sign this") from None
        return read_permit(body, issuer=ISSUER)


@dataclass
class MemoryTokens:
    """Tokens are the names they were registered under; `down` keys do not answer."""

    known: dict[str, Principal] = field(default_factory=dict)
    down: bool = False

    def verify(self, authorization: str) -> Principal:
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer":
            raise TokenMissing
        if self.down:
            raise SourceUnreachable(context={"source": "token_keys"})
        if token not in self.known:
            raise TokenExpired
        return self.known[token]


class MemoryFeed:
    """A publisher's feed in memory; manifests are plain JSON.

    `snapshots` are register bodies as they stand, `changes` everything since, by position from 1.
    """

    def __init__(self, *snapshots: Mapping[str, object]) -> None:
        self.snapshots: list[Mapping[str, object]] = list(snapshots)
        self.changes: list[dict[str, object]] = []
        self.urgent: list[dict[str, object]] = []
        self.heartbeats: list[Heartbeat] = []
        self.snapshot_cursor = 0
        self.down = False
        self.asked: list[int | None] = []
        self.waits: list[float] = []

    def beat(self, register: str, revision: int, *, seconds: float = 0.0) -> None:
        """Say that a register stands at a revision, `seconds` after the start of time."""
        time = START.fromtimestamp(START.timestamp() + seconds, START.tzinfo)
        self.heartbeats = [beat for beat in self.heartbeats if beat.register != register]
        self.heartbeats.append(Heartbeat(register=register, revision=Revision(revision), time=time))

    def change(
        self, register: str, revision: int, kind: str, content: Mapping[str, object] | None = None
    ) -> None:
        position = len(self.changes) + 1
        envelope = {"position": position, "register": register, "revision": revision, "kind": kind}
        self.changes.append({**(content or {}), **envelope})

    def snapshot(self) -> FeedSnapshot:
        self.asked.append(None)
        if self.down:
            raise SourceUnreachable("the feed does not answer")
        return FeedSnapshot(registers=list(self.snapshots), cursor=self.snapshot_cursor)

    def news(self, after: int, *, wait_seconds: float) -> FeedNews:
        self.asked.append(after)
        self.waits.append(wait_seconds)
        if self.down:
            raise SourceUnreachable("the feed does not answer")
        return FeedNews(
            changes=self.changes[after:],
            heartbeats=list(self.heartbeats),
            cursor=max(after, len(self.changes)),
            urgent=list(self.urgent),
        )

    def manifest(self, jws: str) -> Mapping[str, object]:
        try:
            body = json.loads(jws)
        except ValueError:
            raise FeedFault("not signed by the publisher") from None
        assert isinstance(body, dict)
        return body
