# SPDX-License-Identifier: Apache-2.0
"""The authorization server assembled from Authlib's parts and ours.

Assembly only; the rules stand in `grants`, `codes`, `clients` and `tokens`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.rpinitiated import EndSessionEndpoint
from flask import Flask
from joserfc.jwk import KeySet, import_key

from services.devidp import sessions
from services.devidp.clients import RequestClient
from services.devidp.codes import CodeStore
from services.devidp.grants import (
    CodeGrant,
    IdentityToken,
    RequiredChallenge,
    ResourceAtAuthorize,
    ServiceGrant,
)
from services.devidp.registry import Registry
from services.devidp.tokens import ALGORITHM, TokenGenerator, TokenSigner
from shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Everything the provider's addresses work with."""

    registry: Registry
    signer: TokenSigner
    codes: CodeStore
    clock: Clock
    server: AuthorizationServer
    issuer_parameter: IssuerParameter

    @property
    def issuer(self) -> str:
        """Give the issuer: the provider's public URL, exactly."""
        return self.signer.issuer


class _Issuer(IssuerParameter):  # type: ignore[misc] # authlib ships no types
    """RFC 9207: every authorization response, errors included, says who it comes from."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def get_issuer(self) -> str:
        return self._issuer


class _EndSession(EndSessionEndpoint):  # type: ignore[misc] # authlib ships no types
    """RP-initiated logout; only registered addresses are ever redirected to."""

    signer: TokenSigner

    def get_server_jwks(self) -> KeySet:
        keys = self.signer.keys.public_jwks()["keys"]
        return KeySet([import_key(key) for key in keys])

    def get_algorithms(self) -> list[str]:
        return [ALGORITHM]

    def is_post_logout_redirect_uri_legitimate(
        self,
        request: OAuth2Request,
        post_logout_redirect_uri: str,
        client: RequestClient,
        logout_hint: str | None,
    ) -> bool:
        """Trust a confidential client's own registered page without an id_token.

        Pages keep no token, so they have none to show; the worst a forger gains is a sign-out.
        """
        return client.registered.secret_file is not None

    def end_session(self, end_session_request: Any) -> None:
        sessions.sign_out()


def build_provider(
    app: Flask,
    *,
    registry: Registry,
    secrets: Mapping[str, str],
    signer: TokenSigner,
    clock: Clock,
) -> Provider:
    """Assemble the provider; `secrets` are the confidential clients' by client id."""
    codes = CodeStore(clock)
    server = AuthorizationServer()

    def find_client(client_id: str) -> RequestClient | None:
        client = registry.client(client_id)
        return RequestClient(client, secrets.get(client_id)) if client else None

    def keep_nothing(token: object, request: object) -> None:
        """Access tokens verify by themselves; nothing about them is stored."""

    server.init_app(app, query_client=find_client, save_token=keep_nothing)
    server.register_token_generator("default", TokenGenerator(signer))
    issuer_parameter = _Issuer(signer.issuer)
    server.register_extension(issuer_parameter)
    server.register_grant(
        _with(CodeGrant, {"registry": registry, "codes": codes, "clock": clock}),
        [RequiredChallenge(), ResourceAtAuthorize(registry), IdentityToken(signer)],
    )
    server.register_grant(_with(ServiceGrant, {"registry": registry}))
    server.register_endpoint(_with(_EndSession, {"signer": signer}))
    return Provider(
        registry=registry,
        signer=signer,
        codes=codes,
        clock=clock,
        server=server,
        issuer_parameter=issuer_parameter,
    )


def _with(base: type, parts: Mapping[str, object]) -> type:
    """Give a subclass that carries its parts: Authlib makes one object of it for each request."""
    return type(base.__name__, (base,), dict(parts))
