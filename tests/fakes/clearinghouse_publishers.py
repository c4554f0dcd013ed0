# SPDX-License-Identifier: Apache-2.0
"""The publishers of a played node: their real keys, what they sign, and their feeds."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

from shared.clock import to_rfc3339
from shared.jose import b64url
from shared.keys import Algorithm, KeyStore, SigningKey, sign_jws

_ALGORITHMS: Final[Mapping[str, Algorithm]] = {
    "idp": "RS256",
    "visa": "RS256",
    "evil": "RS256",
    "permit": "ES256",
    "permit-feed": "ES256",
    "consent": "ES256",
}


@cache
def keys(name: str) -> KeyStore:
    """Give the key store of one publisher, made once per run."""
    return KeyStore.create(Path(mkdtemp(prefix="placet-keys-")) / name, _ALGORITHMS[name])


def signed(body: Mapping[str, object], key: str, typ: str, **header: str) -> str:
    """Sign a body with a publisher's active key."""
    return sign_jws(json.dumps(body).encode(), keys(key).active(), typ=typ, header=header)


def unsigned_jwt(header: Mapping[str, object], body: Mapping[str, object]) -> str:
    """Write a token with `alg` none."""
    parts = (b64url(json.dumps(part).encode()) for part in ({**header, "alg": "none"}, body))
    return ".".join((*parts, ""))


@dataclass
class FeedState:
    """One publisher's feed: its registers as they stand, and every change so far."""

    name: str
    issuer: str
    registers: dict[str, dict[str, Any]] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)
    beating: bool = True
    news: threading.Condition = field(default_factory=threading.Condition)
    beats: dict[str, str] = field(default_factory=dict)
    cursor_on_the_road: int | None = None
    spoil_next: Callable[[dict[str, Any]], dict[str, Any]] | None = None

    @property
    def key(self) -> SigningKey:
        """The key that signs this feed."""
        return keys(self.name).active()

    def change(self, register: str, kind: str, content: Mapping[str, Any] | None = None) -> int:
        """Publish one step of a register; give its revision."""
        with self.news:
            body = self.registers.setdefault(register, {"register": register, "revision": 0})
            body["revision"] += 1
            self.changes.append(
                {
                    **(content or {}),
                    "position": len(self.changes) + 1,
                    "register": register,
                    "revision": body["revision"],
                    "kind": kind,
                }
            )
            self.news.notify_all()
            revision: int = body["revision"]
            return revision

    def snapshot(self) -> dict[str, object]:
        """Answer `/snapshot`."""
        with self.news:
            now = to_rfc3339(datetime.now(UTC))
            cursor = len(self.changes)
            around = {"iss": self.issuer, "time": now}
            bodies = [{"position": cursor, **body, **around} for body in self.registers.values()]
        return {
            "snapshots": [signed(body, self.name, "placet-snapshot+jwt") for body in bodies],
            "cursor": cursor if self.cursor_on_the_road is None else self.cursor_on_the_road,
        }

    def since(self, after: int, wait: float) -> dict[str, object]:
        """Answer a poll, waiting for news at most `wait` seconds."""
        with self.news:
            self.news.wait_for(lambda: len(self.changes) > after, timeout=min(wait, 0.2))
            found = self.changes[after:]
            if self.beating:
                self._beat()
            beats = list(self.beats.values())
            upto = max(after, len(self.changes))
        body: dict[str, Any] = {
            "iss": self.issuer,
            "time": to_rfc3339(datetime.now(UTC)),
            "after": after,
            "upto": upto,
            "changes": found,
        }
        if self.spoil_next is not None:
            body, self.spoil_next = self.spoil_next(body), None
        batch = signed(body, self.name, "placet-changes+jwt")
        return {"batch": batch, "heartbeats": beats, "cursor": upto}

    def _beat(self) -> None:
        now = to_rfc3339(datetime.now(UTC))
        for name, body in self.registers.items():
            beat = {
                "iss": self.issuer,
                "register": name,
                "revision": body["revision"],
                "time": now,
            }
            self.beats[name] = signed(beat, self.name, "placet-heartbeat+jwt")
