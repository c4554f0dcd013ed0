# SPDX-License-Identifier: Apache-2.0
"""A registered client as Authlib's grants see it, for the length of one request.

The binding (resource, token id, person) is how a grant tells the token generator what Authlib's
interface has no argument for; each request has its own object.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.devidp.registry import LOOPBACK, Client, GrantType, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What the token of this request is bound to beyond client and scope."""

    resource: str
    token_id: str
    user: User | None = None


class RequestClient:
    """The client of one request, in the shape of `authlib.oauth2.rfc6749.ClientMixin`."""

    def __init__(self, client: Client, secret: str | None) -> None:
        self.registered = client
        self.binding: Binding | None = None
        self._secret = secret

    @property
    def client_metadata(self) -> dict[str, list[str]]:
        """What RP-initiated logout looks up."""
        return {"post_logout_redirect_uris": list(self.registered.post_logout_redirect_uris)}

    def get_client_id(self) -> str:
        """Give the client's id."""
        return self.registered.client_id

    def get_default_redirect_uri(self) -> None:
        """There is no default: every request names its redirect address."""

    def get_allowed_scope(self, scope: str | None) -> str:
        """Reduce requested scopes to what client and person may have at the bound resource.

        Before the resource is known nothing is reduced: nothing is granted yet either.
        """
        requested = (scope or "").split()
        if self.binding is None:
            return " ".join(requested)
        return " ".join(granted_scopes(requested, self.registered, self.binding))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Compare exactly; a registered loopback address stands for all ports (RFC 8252)."""
        return any(
            redirect_uri == registered
            or (registered == LOOPBACK and _without_port(redirect_uri) == LOOPBACK)
            for registered in self.registered.redirect_uris
        )

    def check_client_secret(self, client_secret: str) -> bool:
        """Compare in constant time."""
        known = (self._secret or "").encode()
        return bool(known) and hmac.compare_digest(known, client_secret.encode())

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Hold confidential clients to a secret and public ones to none."""
        if self.registered.secret_file is None:
            return method == "none"
        return method in {"client_secret_basic", "client_secret_post"}

    def check_response_type(self, response_type: str) -> bool:
        """Only the code flow exists here."""
        return response_type == "code" and self.check_grant_type(GrantType.CODE.value)

    def check_grant_type(self, grant_type: str) -> bool:
        """Tell whether the client is registered for a grant."""
        return grant_type in {grant.value for grant in self.registered.grant_types}


def granted_scopes(requested: Iterable[str], client: Client, binding: Binding) -> list[str]:
    """Give requested ∩ allowed to the client ∩ allowed to the person, at one resource.

    `openid` is granted to people only: a service has no identity to show.
    """
    allowed = client.access.get(binding.resource, frozenset())
    if binding.user is not None:
        allowed = (allowed & binding.user.access.get(binding.resource, frozenset())) | {"openid"}
    return sorted(set(requested) & allowed)


def _without_port(url: str) -> str:
    """Take the port out of a URL; give it back unchanged when it cannot be parsed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    return url.replace(f":{port}", "", 1) if port else url
