# SPDX-License-Identifier: Apache-2.0
"""From a bearer token to a Principal, and the marks that every view carries.

Only RFC 9068 access tokens of one issuer, for this service's own resource id, open anything. A
visa, a passport, an identity token or a token for somebody else is named as what it is and
refused. Tokens and claims appear in no log, error or answer.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, Final, Protocol, TypeVar, cast

from flask import Flask, current_app, g, request

from shared.clock import Clock
from shared.errors import AppError, Forbidden
from shared.jose import (
    BadSignature,
    MalformedJws,
    UnverifiedJws,
    parse_jws,
    read_object,
    verify_parsed,
)
from shared.principal import Principal

ALGORITHMS: Final = ("RS256", "ES256")
AUTH_MARK: Final = "__placet_auth__"
ANY_MARK: Final = "__placet_any__"
PUBLIC_MARK: Final = "__placet_public__"
MAX_TOKEN_CHARS: Final = 8_192
_TYP: Final = "at+jwt"
_NOT_OURS: Final = frozenset({"ga4gh_visa_v1", "ga4gh_passport_v1"})
_VERIFIER: Final = "placet.verifier"
_VIEW = TypeVar("_VIEW", bound=Callable[..., Any])


class TokenMissing(AppError):
    """No bearer token came with the request."""

    code = "token_missing"


class TokenMalformed(AppError):
    """The bearer token cannot be read, or lacks a claim of RFC 9068 section 2.2."""

    code = "token_malformed"


class TokenNotAccessToken(AppError):
    """The bearer token is a visa, a passport or another JWT that is no access token."""

    code = "token_not_access_token"


class TokenExpired(AppError):
    """The access token has expired."""

    code = "token_expired"


class TokenIssuerUntrusted(AppError):
    """The token names another issuer, or no key of the trusted issuer signed it."""

    code = "token_issuer_untrusted"


class TokenAudience(AppError):
    """The access token is for another service."""

    code = "token_audience"


class KeySource(Protocol):
    """Where the issuer's public keys come from; `shared.http_client.RemoteKeySet` is one."""

    def jwks_with(self, kid: str) -> Mapping[str, Any]:
        """Give the current key set, looked up anew if it lacks `kid`; may raise AppError."""
        ...


class TokenVerifier:
    """Verifies access tokens of one issuer for one audience (RFC 9068 section 4)."""

    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        keys: KeySource | Callable[[], Mapping[str, Any]],
        clock: Clock,
        leeway: int = 30,
    ) -> None:
        """Keep what to demand; ValueError when issuer or audience is empty.

        An empty audience would accept everybody's tokens, so it is refused here and not skipped.
        """
        if not issuer or not audience:
            raise ValueError("a verifier needs an issuer and an audience")
        self._issuer = issuer
        self._audience = audience
        self._keys = keys
        self._clock = clock
        self._leeway = leeway

    def verify(self, token: str) -> Principal:
        """Give the caller, or raise the AppError (all of status 401) that says what is wrong."""
        jws, claims = _read(token)
        if jws.typ != _TYP or not _NOT_OURS.isdisjoint(claims):
            raise TokenNotAccessToken
        if claims.get("iss") != self._issuer:
            raise TokenIssuerUntrusted
        self._check_signature(jws)
        self._check_times(claims)
        return self._principal(claims)

    def _check_signature(self, jws: UnverifiedJws) -> None:
        if jws.header["alg"] not in ALGORITHMS or not jws.kid:
            raise TokenMalformed
        keys = self._keys() if callable(self._keys) else self._keys.jwks_with(jws.kid)
        try:
            verify_parsed(jws, keys, algorithms=ALGORITHMS)
        except BadSignature:
            raise TokenIssuerUntrusted from None

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock.now().timestamp()
        if now >= _seconds(claims, "exp") + self._leeway:
            raise TokenExpired
        begins = ["iat", "nbf"] if "nbf" in claims else ["iat"]
        if any(_seconds(claims, name) > now + self._leeway for name in begins):
            raise TokenMalformed

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        subject, client_id = _text(claims, "sub"), _text(claims, "client_id")
        _text(claims, "jti")
        # RFC 8707: the audience is a resource. A client's own id in `aud` (as in an identity
        # token) says nothing about which service the token opens.
        resources = _audiences(claims) - {client_id}
        if self._audience not in resources:
            raise TokenAudience
        scope = claims.get("scope", "")
        if not isinstance(scope, str):
            raise TokenMalformed
        return Principal(
            issuer=self._issuer,
            subject=subject,
            client_id=client_id,
            scopes=frozenset(scope.split()),
            is_service=subject == client_id,
        )


def install(app: Flask, verifier: TokenVerifier) -> None:
    """Make `requires` verify with this verifier in this application."""
    app.extensions[_VERIFIER] = verifier


def requires(*scopes: str) -> Callable[[_VIEW], _VIEW]:
    """Let only a bearer with all these scopes reach the view; with none, any verified bearer.

    The caller is then `current_principal()`. Goes directly under the route, so that nothing of a
    request is read before its caller is known.
    """

    def check(principal: Principal) -> None:
        for scope in scopes:
            principal.require(scope)

    return _guard(scopes, check)


def requires_any(*scopes: str) -> Callable[[_VIEW], _VIEW]:
    """Let only a bearer with at least one of these scopes reach the view."""

    def check(principal: Principal) -> None:
        if principal.scopes.isdisjoint(scopes):
            needed = " ".join(scopes)
            raise Forbidden(f"this needs one of the scopes {needed}", context={"scope": needed})

    guard = _guard(scopes, check)

    def decorate(view: _VIEW) -> _VIEW:
        guarded = guard(view)
        setattr(guarded, ANY_MARK, True)
        return guarded

    return decorate


def public(reason: str) -> Callable[[_VIEW], _VIEW]:
    """Mark a view as open to everybody, with the reason why that is right."""
    if not reason.strip():
        raise ValueError("an open view needs a reason")

    def mark(view: _VIEW) -> _VIEW:
        setattr(view, PUBLIC_MARK, reason)
        return view

    return mark


def auth_of(view: Callable[..., Any]) -> tuple[str, ...] | None:
    """Give the scopes a view requires, or None when it carries no such mark."""
    scopes = getattr(view, AUTH_MARK, None)
    return tuple(scopes) if scopes is not None else None


def any_suffices(view: Callable[..., Any]) -> bool:
    """Tell whether one of the scopes of `auth_of` is enough; otherwise all of them are needed."""
    return bool(getattr(view, ANY_MARK, False))


def reason_of(view: Callable[..., Any]) -> str | None:
    """Give the reason why a view is open, or None when it is not marked so."""
    return cast("str | None", getattr(view, PUBLIC_MARK, None))


def current_principal() -> Principal:
    """Give the caller of this request; LookupError in a view that does not require one."""
    principal = g.get("principal")
    if not isinstance(principal, Principal):
        raise LookupError("this view does not require a principal")  # noqa: TRY004 - absent, not mistyped
    return principal


def _guard(scopes: Sequence[str], check: Callable[[Principal], None]) -> Callable[[_VIEW], _VIEW]:
    def decorate(view: _VIEW) -> _VIEW:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            principal = _verifier().verify(bearer_token())
            check(principal)
            g.principal = principal
            return view(*args, **kwargs)

        setattr(guarded, AUTH_MARK, tuple(scopes))
        return cast("_VIEW", guarded)

    return decorate


def bearer_token() -> str:
    """Give the request's bearer token (RFC 6750 section 2.1); raise TokenMissing or -Malformed.

    Only the Authorization header counts: never a query, which ends up in logs, nor a cookie,
    which a browser sends by itself.
    """
    sent = request.headers.getlist("Authorization")
    if not sent:
        raise TokenMissing
    scheme, _, token = sent[0].partition(" ")
    if scheme.lower() != "bearer":
        raise TokenMissing
    if len(sent) != 1 or not token.strip():
        raise TokenMalformed
    return token.strip()


def _verifier() -> TokenVerifier:
    verifier = current_app.extensions.get(_VERIFIER)
    if not isinstance(verifier, TokenVerifier):
        raise LookupError("auth.install was not called here")  # noqa: TRY004 - absent, not mistyped
    return verifier


def _read(token: str) -> tuple[UnverifiedJws, Mapping[str, Any]]:
    if len(token) > MAX_TOKEN_CHARS or not token.isascii():
        raise TokenMalformed
    try:
        jws = parse_jws(token)
        return jws, read_object(jws.payload)
    except MalformedJws:
        raise TokenMalformed from None


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenMalformed
    return value


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise TokenMalformed
    return value


def _audiences(claims: Mapping[str, Any]) -> frozenset[str]:
    value = claims.get("aud")
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise TokenMalformed
    return frozenset(found)
