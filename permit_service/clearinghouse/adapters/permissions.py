# SPDX-License-Identifier: Apache-2.0
"""Fetch a person's visas from a trusted source's permissions API.

Calls the configured URL as this service, with the scope `visas.read`; the person's own token is
never passed on. An answer that cannot be read counts as none at all, not as "no visas".
"""

from collections.abc import Sequence
from typing import Final, Protocol
from urllib.parse import quote

from permit_service.clearinghouse.domain.errors import SourceUnreachable
from permit_service.clearinghouse.domain.trust import TrustedSource
from permit_service.clearinghouse.domain.visa import MAX_VISA_BYTES, MAX_VISAS, PASSPORT_CLAIM
from shared.http_client import Http, JsonClient, Limits, Unavailable, UpstreamRefused

SCOPE: Final = "visas.read"
LIMITS: Final = Limits(total_seconds=10.0, max_bytes=MAX_VISAS * MAX_VISA_BYTES + 65_536)
_NOT_FOUND: Final = 404


class TokenSource(Protocol):
    """Where this service's own access tokens come from."""

    def token(self, audience: str, scopes: Sequence[str]) -> str:
        """Give a token for one audience with these scopes."""
        ...


class PermissionsClient:
    """The port `VisaSources` over HTTP (GA4GH-style pull API, passports.md section 1.11)."""

    def __init__(self, tokens: TokenSource, http: Http) -> None:
        self._tokens = tokens
        self._http = http

    def fetch(self, source: TrustedSource, subject: str) -> Sequence[str]:
        """Ask one source about one person; see `ports.VisaSources`."""
        url = source.permissions_url.replace("{user}", quote(subject, safe=""))
        token = self._token(source)
        client = JsonClient(url, bearer=lambda: token, http=self._http)
        try:
            answer = client.get("", {"iss": source.subject_issuer})
        except UpstreamRefused as refusal:
            if refusal.status == _NOT_FOUND:
                return ()
            raise SourceUnreachable(context={"source": source.name}) from None
        except Unavailable:
            raise SourceUnreachable(context={"source": source.name}) from None
        visas = answer.get(PASSPORT_CLAIM)
        if not isinstance(visas, list):
            raise SourceUnreachable("no list of visas", context={"source": source.name})
        return tuple(visa for visa in visas if isinstance(visa, str))[:MAX_VISAS]

    def _token(self, source: TrustedSource) -> str:
        try:
            return self._tokens.token(source.audience, (SCOPE,))
        except (Unavailable, UpstreamRefused):
            raise SourceUnreachable(context={"source": source.name}) from None
