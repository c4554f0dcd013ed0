# SPDX-License-Identifier: Apache-2.0
"""The grants on Authlib, and what Authlib leaves to its users.

Added here: PKCE with S256 required at /authorize for every client, RFC 8707 resources at both
endpoints, codes that are spent atomically and whose replay revokes, and redirect errors whose
text cannot break Authlib's own error class.
"""

from collections.abc import Sequence
from typing import Any, Final

from authlib.common.security import generate_token
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, ClientCredentialsGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode

from services.devidp.clients import Binding, RequestClient, granted_scopes
from services.devidp.codes import CODE_LIFE, AuthorizationCode, CodeStore
from services.devidp.registry import Registry
from services.devidp.sessions import SignedIn
from services.devidp.tokens import TokenSigner
from shared.clock import Clock

_AUTH_METHODS: Final = ["client_secret_basic", "client_secret_post"]


class InvalidTargetError(OAuth2Error):  # type: ignore[misc] # authlib ships no types
    """The `resource` is missing, given twice, or unknown (RFC 8707 section 2)."""

    error = "invalid_target"
    description = "The request must name exactly one known resource."


class RequiredChallenge(CodeChallenge):  # type: ignore[misc] # authlib ships no types
    """PKCE for every client: Authlib asks only public ones, and only at the token endpoint.

    Without the second constant a challenge that comes without a method would count as `plain`.
    """

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 - Authlib's own attribute
    DEFAULT_CODE_CHALLENGE_METHOD = "S256"

    def validate_code_challenge(self, grant: Any, result: None) -> None:
        """Refuse an authorization request without a challenge."""
        if not grant.request.payload.data.get("code_challenge"):
            raise InvalidRequestError("A code_challenge with the method S256 is required.")
        super().validate_code_challenge(grant, result)


class ResourceAtAuthorize:
    """RFC 8707 at the authorization endpoint: exactly one `resource`, and a known one."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __call__(self, grant: Any) -> None:
        """Register the check with a grant: Authlib calls its extensions so."""
        grant.register_hook("after_validate_authorization_request_payload", self.check)

    def check(self, grant: Any, _result: None) -> None:
        """Raise InvalidTargetError unless the request names one resource open to the client."""
        target = one_resource(grant.request, self._registry)
        if target not in grant.request.client.registered.access:
            raise InvalidTargetError


class IdentityToken(OpenIDCode):  # type: ignore[misc] # authlib ships no types
    """The id_token beside an access token whose scope holds `openid`."""

    def __init__(self, signer: TokenSigner) -> None:
        super().__init__(require_nonce=False)
        self._signer = signer

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        """Leave nonces to the client, whose check they are (OpenID Connect Core 15.5.2)."""
        return False

    def encode_id_token(self, token: dict[str, str], request: OAuth2Request) -> str:
        """Sign the id_token with the active key."""
        return self._signer.id_token(
            request.client, request.user, request.authorization_code, token["access_token"]
        )


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc] # authlib ships no types
    """The code flow over the store; `registry`, `codes` and `clock` come with the subclass."""

    TOKEN_ENDPOINT_AUTH_METHODS = [*_AUTH_METHODS, "none"]  # noqa: RUF012 - Authlib's attribute

    registry: Registry
    codes: CodeStore
    clock: Clock

    @staticmethod
    def validate_authorization_redirect_uri(request: OAuth2Request, client: RequestClient) -> str:
        """Give the redirect address if it is registered.

        Authlib's own check quotes the address in an error text that allows only some ASCII.
        """
        redirect_uri = request.payload.redirect_uri
        if not redirect_uri or not client.check_redirect_uri(redirect_uri):
            raise InvalidRequestError("The redirect_uri is not registered for this client.")
        return str(redirect_uri)

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        """Keep what the code stands for, scopes already reduced to what is granted."""
        signed_in: SignedIn = request.user
        data = request.payload.data
        resource = one_resource(request, self.registry)
        token_id = generate_token(24)
        binding = Binding(resource=resource, token_id=token_id, user=signed_in.user)
        requested = (request.payload.scope or "").split()
        self.codes.put(
            AuthorizationCode(
                code=code,
                client_id=request.client.get_client_id(),
                redirect_uri=str(request.payload.redirect_uri),
                scope=" ".join(granted_scopes(requested, request.client.registered, binding)),
                resource=resource,
                login=signed_in.user.login,
                nonce=str(data.get("nonce", "")),
                code_challenge=str(data["code_challenge"]),
                auth_time=signed_in.auth_time,
                token_id=token_id,
                expires=self.clock.now() + CODE_LIFE,
            )
        )

    def query_authorization_code(
        self, code: str, client: RequestClient
    ) -> AuthorizationCode | None:
        """Spend the code; what fails after this cannot be tried again with it."""
        found = self.codes.spend(code)
        if found is None or found.client_id != client.get_client_id():
            return None
        given = self.request.payload.datalist.get("resource", [])
        if given not in ([], [found.resource]):
            raise InvalidTargetError
        return found

    def delete_authorization_code(self, authorization_code: AuthorizationCode) -> None:
        """Do nothing: the code was spent when it was presented."""

    def authenticate_user(self, authorization_code: AuthorizationCode) -> Any:
        """Give the person of the code, and bind the request's client to what it grants."""
        user = self.registry.user(authorization_code.login)
        if user is None:
            raise InvalidGrantError("The person is not known any more.")
        self.request.client.binding = Binding(
            resource=authorization_code.resource, token_id=authorization_code.token_id, user=user
        )
        return user


class ServiceGrant(ClientCredentialsGrant):  # type: ignore[misc] # authlib ships no types
    """Client credentials at exactly one resource; `registry` comes with the subclass."""

    TOKEN_ENDPOINT_AUTH_METHODS = _AUTH_METHODS

    registry: Registry

    def validate_token_request(self) -> None:
        """Authenticate the client and bind it to the resource it names."""
        super().validate_token_request()
        client: RequestClient = self.request.client
        resource = one_resource(self.request, self.registry)
        if resource not in client.registered.access:
            raise InvalidTargetError
        client.binding = Binding(resource=resource, token_id=generate_token(24))


def one_resource(request: OAuth2Request, registry: Registry) -> str:
    """Give the one known `resource` of a request; raises InvalidTargetError (RFC 8707)."""
    given: Sequence[str] = request.payload.datalist.get("resource", [])
    if len(given) != 1 or given[0] not in registry.resources:
        raise InvalidTargetError
    return given[0]
