# SPDX-License-Identifier: Apache-2.0
"""What the provider signs: access tokens (RFC 9068) and id_tokens (OpenID Connect Core).

Both are signed with the store's active key alone and name it in `kid`. Authlib's own generators
are not used for the bytes: they sign a set with a random member and a single key without a `kid`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oidc.core.grants.util import create_half_hash

from services.devidp.clients import Binding, RequestClient
from services.devidp.codes import TOKEN_LIFE, AuthorizationCode, CodeStore
from services.devidp.registry import Registry, User
from shared.clock import Clock
from shared.jose import BadSignature, parse_jws, read_object, verify_parsed
from shared.keys import KeyStore, sign_jws

ALGORITHM: Final = "RS256"
ACCESS_TOKEN: Final = "at+jwt"  # noqa: S105 - a media type
LIFE_SECONDS: Final = int(TOKEN_LIFE.total_seconds())


class InvalidAccessToken(ValueError):
    """A bearer token that this provider did not sign, that is over, or that was revoked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSigner:
    """Signs and checks the provider's own tokens."""

    issuer: str
    keys: KeyStore
    clock: Clock

    def access_token(self, client: RequestClient, scope: str) -> str:
        """Sign an access token for what the client is bound to (RFC 9068 section 2.2)."""
        binding = _bound(client)
        now = self._now()
        return self._sign(
            {
                "iss": self.issuer,
                "sub": binding.user.subject if binding.user else client.get_client_id(),
                "aud": binding.resource,
                "client_id": client.get_client_id(),
                "scope": scope,
                "iat": now,
                "exp": now + LIFE_SECONDS,
                "jti": binding.token_id,
            },
            ACCESS_TOKEN,
        )

    def id_token(
        self, client: RequestClient, user: User, code: AuthorizationCode, access_token: str
    ) -> str:
        """Sign an id_token that answers the nonce of the request and names the access token."""
        now = self._now()
        claims = {
            "iss": self.issuer,
            "sub": user.subject,
            "aud": client.get_client_id(),
            "iat": now,
            "exp": now + LIFE_SECONDS,
            "auth_time": code.auth_time,
            "at_hash": create_half_hash(access_token, ALGORITHM).decode("ascii"),
            **profile(user),
        }
        if code.nonce:
            claims["nonce"] = code.nonce
        return self._sign(claims, "JWT")

    def check_access_token(self, token: str) -> Mapping[str, Any]:
        """Give the claims of a living access token of ours; raises InvalidAccessToken."""
        try:
            jws = parse_jws(token)
            payload = verify_parsed(jws, self.keys.public_jwks(), algorithms=(ALGORITHM,))
            claims = read_object(payload)
        except BadSignature as fault:
            raise InvalidAccessToken("not a token of this provider") from fault
        if jws.typ != ACCESS_TOKEN or claims.get("iss") != self.issuer:
            raise InvalidAccessToken("not an access token of this provider")
        if claims["exp"] <= self._now():
            raise InvalidAccessToken("the token has expired")
        return claims

    def _sign(self, claims: Mapping[str, Any], typ: str) -> str:
        payload = json.dumps(claims, separators=(",", ":")).encode()
        return sign_jws(payload, self.keys.active(), typ=typ)

    def _now(self) -> int:
        return int(self.clock.now().timestamp())


class TokenGenerator(BearerTokenGenerator):  # type: ignore[misc] # authlib ships no types
    """Authlib's token response around our access tokens; there are no refresh tokens."""

    def __init__(self, signer: TokenSigner) -> None:
        self._signer = signer
        super().__init__(self._generate, expires_generator=LIFE_SECONDS)

    def _generate(
        self,
        client: RequestClient,
        grant_type: str,
        user: User | None,
        scope: str,
    ) -> str:
        return self._signer.access_token(client, scope)


def profile(user: User) -> dict[str, str]:
    """Give the claims about a person that `openid` opens here."""
    return {"name": user.name, "preferred_username": user.login}


def user_info(
    signer: TokenSigner, codes: CodeStore, registry: Registry, token: str
) -> Mapping[str, str]:
    """Answer userinfo (OpenID Connect Core section 5.3) for a bearer token.

    Raises InvalidAccessToken also for a token without `openid`, a service's or a revoked one.
    """
    claims = signer.check_access_token(token)
    if codes.is_revoked(str(claims["jti"])):
        raise InvalidAccessToken("the token was revoked")
    if "openid" not in str(claims["scope"]).split():
        raise InvalidAccessToken("the token does not open userinfo")
    user = next((user for user in registry.users if user.subject == claims["sub"]), None)
    if user is None:
        raise InvalidAccessToken("the token speaks of nobody known")
    return {"sub": user.subject, **profile(user)}


def _bound(client: RequestClient) -> Binding:
    if client.binding is None:
        raise RuntimeError("a token was asked for before its resource was known")
    return client.binding
