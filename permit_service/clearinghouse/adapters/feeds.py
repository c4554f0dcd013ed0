# SPDX-License-Identifier: Apache-2.0
"""Read one publisher's signed feed over HTTP.

Every register, batch and heartbeat is a JWS of its own type, signed by a key of the pinned key set
and naming the pinned issuer (`shared.feed`). Nothing unsigned is passed on: a cursor must be the
one that stands in the signed registers or batch.
"""

from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeVar

from permit_service.clearinghouse.domain.errors import FeedFault, SourceUnreachable
from permit_service.clearinghouse.domain.feed_reading import field
from permit_service.clearinghouse.domain.freshness import Heartbeat
from permit_service.clearinghouse.ports import FeedNews, FeedSnapshot
from shared.canonical import JSON
from shared.feed import FeedError, read_changes, read_heartbeat, read_snapshot
from shared.http_client import JsonClient, Limits, Unavailable, UpstreamRefused
from shared.ids import DatasetId, Revision
from shared.jose import BadSignature, has_key, parse_jws, read_object

SCOPE: Final = "feed.read"
MAX_WAIT_SECONDS: Final = 20
"""The longest wait that a publisher grants."""
LIMITS: Final = Limits(total_seconds=120.0, max_bytes=256 * 1024 * 1024)
READ_SECONDS: Final = 10.0
_SNAPSHOT_SECONDS: Final = 20.0
_MANIFEST: Final = "placet-manifest+jwt"

_T = TypeVar("_T")
Keys = Mapping[str, object]


class KeySet(Protocol):
    """The publisher's public keys (`shared.http_client.RemoteKeySet`)."""

    def jwks_with(self, kid: str) -> Keys:
        """Give the key set, looked up anew if it lacks `kid`; may raise Unavailable."""
        ...


class HttpFeed:
    """The port `Feed`; `client` is based at the feed's URL."""

    def __init__(
        self,
        client: JsonClient,
        keys: KeySet,
        *,
        issuer: str,
        wait_seconds: float = MAX_WAIT_SECONDS,
    ) -> None:
        self._client = client
        self._keys = keys
        self._issuer = issuer
        self._wait_seconds = wait_seconds

    def snapshot(self) -> FeedSnapshot:
        """Fetch the registers; see `ports.Feed`."""
        answer = self._get("/snapshot", {}, _SNAPSHOT_SECONDS)
        registers = [
            self._read(jws, lambda token, keys: read_snapshot(token, keys, issuer=self._issuer))
            for jws in _texts(answer, "snapshots")
        ]
        cursor = field(answer, "cursor", int)
        # A feed without registers has had no change: nothing in it could have been left out.
        if {register.position for register in registers} | {cursor} != {cursor if registers else 0}:
            raise FeedFault("the cursor is not the registers'")
        return FeedSnapshot(registers=[register.body() for register in registers], cursor=cursor)

    def news(self, after: int, *, wait_seconds: float) -> FeedNews:
        """Fetch what followed; see `ports.Feed`."""
        wait = min(wait_seconds, self._wait_seconds)
        answer = self._get("", {"after": str(after), "wait": f"{wait:g}"}, wait)
        batch = self._read(
            field(answer, "batch", str),
            lambda token, keys: read_changes(token, keys, issuer=self._issuer, after=after),
        )
        if field(answer, "cursor", int) != batch.upto:
            raise FeedFault("the cursor is not the batch's")
        return FeedNews(
            changes=[change.body() for change in batch.changes],
            heartbeats=[self._heartbeat(jws) for jws in _texts(answer, "heartbeats")],
            cursor=batch.upto,
            urgent=[change.body() for change in batch.urgent],
        )

    def acknowledge(self, enforced: Mapping[DatasetId, Revision]) -> None:
        """Tell the publisher; see `ports.Acknowledgements`."""
        body: dict[str, JSON] = {
            "acknowledgements": [
                {"dataset": dataset, "revision": revision}
                for dataset, revision in sorted(enforced.items())
            ]
        }
        try:
            self._client.post("/acknowledgements", body)
        except (Unavailable, UpstreamRefused):
            raise SourceUnreachable("the publisher takes no acknowledgement") from None

    def manifest(self, jws: str) -> Mapping[str, object]:
        """Read a cohort's manifest; see `ports.Feed`."""
        try:
            parsed = parse_jws(jws)
            body = read_object(parsed.payload)
        except BadSignature as fault:
            raise FeedFault(str(fault)) from None
        if parsed.typ != _MANIFEST or body.get("iss") != self._issuer:
            raise FeedFault("not a manifest of this publisher")
        return body

    def _heartbeat(self, jws: str) -> Heartbeat:
        beat = self._read(jws, lambda token, keys: read_heartbeat(token, keys, issuer=self._issuer))
        return Heartbeat(register=beat.register, revision=Revision(beat.revision), time=beat.time)

    def _get(self, path: str, params: Mapping[str, str], patience: float) -> Mapping[str, object]:
        try:
            return self._client.get(path, params, read_seconds=patience + READ_SECONDS)
        except (Unavailable, UpstreamRefused):
            raise SourceUnreachable("the feed does not answer") from None

    def _read(self, token: str, read: Callable[[str, Keys], _T]) -> _T:
        """Verify and read a token with the publisher's present keys; FeedFault when it is bad."""
        try:
            kid = parse_jws(token).kid
            keys = self._keys.jwks_with(kid)
            if not has_key(keys, kid):
                raise FeedFault("no key of the publisher is named")
            return read(token, keys)
        except (FeedError, BadSignature) as fault:
            raise FeedFault(str(fault)) from None
        except (Unavailable, UpstreamRefused):
            raise SourceUnreachable("the publisher's keys cannot be had") from None


def _texts(answer: Mapping[str, object], name: str) -> list[str]:
    texts: list[object] = field(answer, name, list)
    if not all(isinstance(text, str) for text in texts):
        raise FeedFault(f"{name} holds something else than texts")
    return [str(text) for text in texts]
