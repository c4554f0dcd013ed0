# SPDX-License-Identifier: Apache-2.0
"""Who is signed in at the provider itself: login name and time, in the provider's own cookie.

No password and no token is kept. A sign-out ends every copy of the cookie as long as this process
lives: the provider of development keeps no database.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask import session

from services.devidp.registry import Registry, User
from shared.clock import Clock
from shared.pages.endings import new_session_id
from shared.pages.person import rules

_KEY: Final = "signed_in"
_LIMIT: Final = timedelta(hours=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A person and when she gave her password (the `auth_time` of OpenID Connect, in seconds)."""

    user: User
    auth_time: int


def check_password(registry: Registry, login: str, password: str) -> User | None:
    """Give the person if the password is right; in development it is the login name."""
    user = registry.user(login)
    right = hmac.compare_digest(login.encode(), password.encode())
    return user if right else None


def sign_in(user: User, clock: Clock) -> SignedIn:
    """Begin a session at the provider."""
    auth_time = int(clock.now().timestamp())
    sign_out()
    session.permanent = True
    session[_KEY] = {"sid": new_session_id(), "login": user.login, "auth_time": auth_time}
    return SignedIn(user=user, auth_time=auth_time)


def current(registry: Registry, clock: Clock) -> SignedIn | None:
    """Give who is signed in at the provider, None when nobody is or the session is over."""
    held = _held()
    if held is None or rules().ended.has(held["sid"]):
        return None
    user = registry.user(held["login"])
    age = clock.now().timestamp() - held["auth_time"]
    if user is None or age > _LIMIT.total_seconds():
        return None
    return SignedIn(user=user, auth_time=held["auth_time"])


def sign_out() -> None:
    """End the session at the provider."""
    held = _held()
    if held is not None:
        until = datetime.fromtimestamp(held["auth_time"], UTC) + _LIMIT
        rules().ended.end(held["sid"], until=until)
    session.clear()


def _held() -> dict[str, Any] | None:
    held = session.get(_KEY)
    return held if isinstance(held, dict) and "sid" in held else None
