# SPDX-License-Identifier: Apache-2.0
"""Authorization codes and revoked tokens, in memory.

A code is spent by its first presentation, whatever comes of it. Presenting it again revokes the
token it gave (RFC 6749 section 4.1.2). Nothing survives a restart.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from shared.clock import Clock

CODE_LIFE: Final = timedelta(seconds=60)
TOKEN_LIFE: Final = timedelta(seconds=600)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationCode:
    """What a code stands for.

    `token_id` is the `jti` of the one token the code can give; it is fixed before the code leaves,
    so that a replay revokes that token even while it is being issued.
    """

    code: str
    client_id: str
    redirect_uri: str
    scope: str
    resource: str
    login: str
    nonce: str
    code_challenge: str
    auth_time: int
    token_id: str
    expires: datetime

    # Authlib's grant and its PKCE and OpenID extensions read a code through these names.

    @property
    def code_challenge_method(self) -> str:
        """Only S256 exists here (RFC 7636)."""
        return "S256"

    def get_redirect_uri(self) -> str:
        """Give the redirect address that the token request must repeat."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """Give the scopes that were granted."""
        return self.scope


class CodeStore:
    """All codes that are out, and the ids of tokens revoked before their end."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._live: dict[str, AuthorizationCode] = {}
        self._spent: dict[str, AuthorizationCode] = {}
        self._revoked: dict[str, datetime] = {}

    def put(self, code: AuthorizationCode) -> None:
        """Hand out a code."""
        with self._lock:
            self._forget_old()
            self._live[code.code] = code

    def spend(self, code: str) -> AuthorizationCode | None:
        """Take a code out of circulation; of any number of simultaneous callers one gets it.

        None for a code that is unknown, expired or spent; a spent one revokes its token.
        """
        now = self._clock.now()
        with self._lock:
            replayed = self._spent.get(code)
            if replayed is not None:
                self._revoked[replayed.token_id] = now + TOKEN_LIFE
                return None
            found = self._live.pop(code, None)
            if found is None:
                return None
            self._spent[code] = found
            return found if now < found.expires else None

    def is_revoked(self, token_id: str) -> bool:
        """Tell whether a token was revoked."""
        with self._lock:
            return token_id in self._revoked

    def _forget_old(self) -> None:
        """Drop codes whose replay could no longer hit a living token, and ended revocations."""
        now = self._clock.now()
        horizon = now - TOKEN_LIFE
        self._live = {key: code for key, code in self._live.items() if code.expires > now}
        self._spent = {key: code for key, code in self._spent.items() if code.expires > horizon}
        self._revoked = {key: until for key, until in self._revoked.items() if until > now}
