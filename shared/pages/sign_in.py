# SPDX-License-Identifier: Apache-2.0
"""Sign-in to the pages at an OpenID Provider: code flow with PKCE (S256), through Authlib.

What this module checks itself, because Authlib's client does not: the `iss` of the callback
(RFC 9207), that the provider's metadata names exactly the configured issuer, that the id_token is
RS256 and carries our nonce, and that id_token and access token speak of the same subject. The
access token is verified by the verifier of the service's API. No token outlives the callback.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Final
from urllib.parse import urlencode

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from shared.auth import TokenVerifier
from shared.clock import Clock
from shared.errors import AppError
from shared.http_client import RemoteKeySet
from shared.http_exchange import (
    CONNECT_SECONDS,
    READ_SECONDS,
    Http,
    Unavailable,
    UpstreamRefused,
    accept,
)
from shared.jose import BadSignature, parse_jws, read_object, verify_parsed
from shared.pages.person import Person
from shared.settings import Secret

CALLBACK: Final = "/sign-in/callback"
SIGNED_OUT: Final = "/signed-out"

_TIMEOUT: Final = (CONNECT_SECONDS, READ_SECONDS)
_METADATA_SECONDS: Final = 300.0
_LEEWAY: Final = 30
_ALGORITHMS: Final = ("RS256",)
_NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class SignInFailed(AppError):
    """The provider's answer cannot be trusted or belongs to no sign-in begun here."""

    code = "sign_in_failed"


class SignInRefused(AppError):
    """The provider said no, or the person turned back there."""

    code = "sign_in_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A sign-in under way; its browser keeps it in a signed cookie for ten minutes.

    The verifier may stand there: it protects a code from everyone but this browser.
    """

    state: str
    nonce: str
    code_verifier: str
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The provider's metadata as fetched, and when."""

    metadata: Mapping[str, Any]
    keys: RemoteKeySet
    fetched: float

    def endpoint(self, name: str) -> str:
        """Give the address of an endpoint that every usable provider has."""
        return str(self.metadata[name])


class SignIn:
    """The relying party of one service's pages."""

    def __init__(
        self,
        *,
        issuer: str,
        client_id: str,
        client_secret: Secret,
        public_url: str,
        audience: str,
        scopes: tuple[str, ...],
        verifier: TokenVerifier,
        clock: Clock,
    ) -> None:
        """Know the provider by its issuer; nothing is fetched before the first sign-in.

        `audience` is sent as `resource` (RFC 8707), so that the access token is one the service's
        own API accepts; `scopes` are what the pages can use, and a person gets those she holds.
        """
        self.issuer: Final = issuer
        self.client_id: Final = client_id
        self.clock: Final = clock
        self._client_secret = client_secret
        self._redirect_uri = public_url + CALLBACK
        self._signed_out_uri = public_url + SIGNED_OUT
        self._audience = audience
        self._scope = " ".join(("openid", *scopes))
        self._verifier = verifier
        self._http = Http(clock=clock)
        self._provider: Provider | None = None
        self._lock = Lock()

    def begin(self, back: str) -> tuple[str, Attempt]:
        """Give the provider's address for a new attempt, and the attempt to keep.

        Raises Unavailable when the provider does not answer.
        """
        attempt = Attempt(
            state=generate_token(32),
            nonce=generate_token(32),
            code_verifier=generate_token(64),
            back=back,
        )
        with self._session() as session:
            url, _ = session.create_authorization_url(
                self._known_provider().endpoint("authorization_endpoint"),
                state=attempt.state,
                code_verifier=attempt.code_verifier,
                nonce=attempt.nonce,
                resource=self._audience,
            )
        return str(url), attempt

    def finish(self, answer: Mapping[str, str], attempt: Attempt) -> Person:
        """Turn the provider's answer at the callback into the person who signed in.

        Raises SignInFailed for an answer to another attempt, from another issuer or with a token
        that does not hold; SignInRefused when the provider reports an error; Unavailable when it
        cannot be reached; and the verifier's errors for an access token the API would refuse.
        """
        if answer.get("state") != attempt.state:
            raise SignInFailed("the answer belongs to another sign-in")
        provider = self._known_provider()
        self._check_issuer(answer, provider)
        if "error" in answer:
            raise SignInRefused("the sign-in was not completed")
        tokens = self._redeem(answer.get("code", ""), attempt, provider)
        access_token = str(tokens.get("access_token", ""))
        claims = self._identity(str(tokens.get("id_token", "")), access_token, attempt, provider)
        principal = self._verifier.verify(access_token)
        if principal.subject != claims["sub"] or principal.is_service:
            raise SignInFailed("the tokens speak of different subjects")
        return Person(
            issuer=principal.issuer,
            subject=principal.subject,
            name=_display_name(claims),
            scopes=principal.scopes,
        )

    def sign_out_url(self) -> str:
        """Give the address that also ends the session at the provider (RP-initiated logout).

        It is our own page when the provider offers no such endpoint or cannot be reached: the
        local session is over in any case.
        """
        try:
            endpoint = self._known_provider().metadata.get("end_session_endpoint")
        except Unavailable:
            return self._signed_out_uri
        if not endpoint:
            return self._signed_out_uri
        query = {"client_id": self.client_id, "post_logout_redirect_uri": self._signed_out_uri}
        return f"{endpoint}?{urlencode(query)}"

    def _session(self) -> OAuth2Session:
        return OAuth2Session(
            client_id=self.client_id,
            client_secret=self._client_secret.reveal(),
            scope=self._scope,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            default_timeout=_TIMEOUT,
            trust_env=False,
        )

    def _check_issuer(self, answer: Mapping[str, str], provider: Provider) -> None:
        """Hold the callback's `iss` against the configured issuer (RFC 9207 section 2.4)."""
        announced = provider.metadata.get("authorization_response_iss_parameter_supported")
        if "iss" not in answer and announced is not True:
            return
        if answer.get("iss") != self.issuer:
            raise SignInFailed("the answer comes from another provider")

    def _redeem(self, code: str, attempt: Attempt, provider: Provider) -> Mapping[str, Any]:
        try:
            with self._session() as session:
                tokens: Mapping[str, Any] = session.fetch_token(
                    provider.endpoint("token_endpoint"),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=attempt.code_verifier,
                    redirect_uri=self._redirect_uri,
                    resource=self._audience,
                    allow_redirects=False,
                )
        except OAuthError as refused:
            raise SignInRefused("the provider did not accept the code") from refused
        except (requests.RequestException, ValueError) as failure:
            raise Unavailable("the sign-in provider does not answer") from failure
        return tokens

    def _identity(
        self, id_token: str, access_token: str, attempt: Attempt, provider: Provider
    ) -> Mapping[str, Any]:
        """Verify the id_token (OpenID Connect Core section 3.1.3.7) and give its claims."""
        try:
            jws = parse_jws(id_token)
            keys = provider.keys.jwks_with(jws.kid)
            payload = verify_parsed(jws, keys, algorithms=_ALGORITHMS)
            claims = CodeIDToken(
                read_object(payload),
                dict(jws.header),
                options={
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self.client_id},
                    "nonce": {"essential": True, "value": attempt.nonce},
                },
                params={
                    "client_id": self.client_id,
                    "nonce": attempt.nonce,
                    "access_token": access_token,
                },
            )
            claims.validate(now=int(self.clock.now().timestamp()), leeway=_LEEWAY)
        except (BadSignature, JoseError, ValueError) as fault:
            raise SignInFailed("the id_token does not hold") from fault
        except UpstreamRefused as refused:
            raise Unavailable("the sign-in provider publishes no keys") from refused
        return dict(claims)

    def _known_provider(self) -> Provider:
        """Give the provider's metadata, at most five minutes old."""
        with self._lock:
            now = self.clock.monotonic()
            known = self._provider
            if known is not None and now - known.fetched < _METADATA_SECONDS:
                return known
            metadata = self._fetch_metadata()
            if known is not None and known.metadata["jwks_uri"] == metadata["jwks_uri"]:
                fresh = replace(known, metadata=metadata, fetched=now)
            else:
                keys = RemoteKeySet(str(metadata["jwks_uri"]), self.clock)
                fresh = Provider(metadata=metadata, keys=keys, fetched=now)
            self._provider = fresh
            return fresh

    def _fetch_metadata(self) -> Mapping[str, Any]:
        url = f"{self.issuer}/.well-known/openid-configuration"
        try:
            metadata = accept(self._http.send("GET", url)).json()
        except UpstreamRefused as refused:
            raise Unavailable("the sign-in provider publishes no metadata") from refused
        if metadata.get("issuer") != self.issuer:
            raise Unavailable("the sign-in provider does not name the configured issuer")
        if not all(isinstance(metadata.get(name), str) for name in _NEEDED):
            raise Unavailable("the sign-in provider's metadata is incomplete")
        return metadata


def _display_name(claims: Mapping[str, Any]) -> str:
    """Choose the name to show: the person's own, else her login, else the subject."""
    for claim in ("name", "preferred_username", "sub"):
        value = claims.get(claim)
        if isinstance(value, str) and value:
            return value[:100]
    return ""
