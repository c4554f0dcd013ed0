# SPDX-License-Identifier: Apache-2.0
"""Who asks and under which trace: what every use case is told about its caller."""

from dataclasses import dataclass

from permit_service.domain.account import AccountKey
from shared.events import Actor
from shared.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The authenticated caller and the W3C trace id (32 hex digits) of the request."""

    principal: Principal
    trace_id: str

    @property
    def key(self) -> AccountKey:
        """The caller as an account."""
        return AccountKey(self.principal.issuer, self.principal.subject)

    def actor(self) -> Actor:
        """Give the caller as the sealed part of an audit entry."""
        return Actor(
            issuer=self.principal.issuer,
            subject=self.principal.subject,
            client_id=self.principal.client_id,
        )
