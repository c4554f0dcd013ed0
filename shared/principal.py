# SPDX-License-Identifier: Apache-2.0
"""Who is calling, as far as a verified access token says.

Never holds a name, an address or the token itself.
"""

from dataclasses import dataclass

from shared.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Principal:
    """The authenticated caller: an account `(issuer, subject)` acting through a client.

    `is_service` is true for a client-credentials token, whose subject is the client itself
    (RFC 9068 section 2.2).
    """

    issuer: str
    subject: str
    client_id: str
    scopes: frozenset[str]
    is_service: bool

    def require(self, scope: str) -> None:
        """Raise Forbidden unless the token grants this scope."""
        if scope not in self.scopes:
            raise Forbidden(f"this needs the scope {scope}", context={"scope": scope})
