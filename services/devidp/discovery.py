# SPDX-License-Identifier: Apache-2.0
"""The provider's metadata (OpenID Connect Discovery 1.0, RFC 8414)."""

from typing import Any

from authlib.oidc.discovery import OpenIDProviderMetadata

from services.devidp.registry import GrantType, Registry
from services.devidp.tokens import ALGORITHM


def metadata(issuer: str, registry: Registry) -> dict[str, Any]:
    """Describe the provider, checked against Authlib's model of the specification."""
    scopes = {scope for held in registry.resources.values() for scope in held}
    document: dict[str, Any] = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "end_session_endpoint": f"{issuer}/end_session",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": sorted(grant.value for grant in GrantType),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "scopes_supported": ["openid", *sorted(scopes)],
        "claims_supported": ["sub", "name", "preferred_username"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
    if issuer.startswith("https://"):
        OpenIDProviderMetadata(document).validate()
    return document
