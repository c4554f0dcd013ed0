# SPDX-License-Identifier: Apache-2.0
"""Who is signed in at the provider itself: login name and time, in the provider's own cookie.

No password and no token is kept.
"""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import session

from services.devidp.registry import Registry, User
from shared.clock import Clock

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
    session.clear()
    session.permanent = True
    session[_KEY] = {"login": user.login, "auth_time": auth_time}
    return SignedIn(user=user, auth_time=auth_time)


def current(registry: Registry, clock: Clock) -> SignedIn | None:
    """Give who is signed in at the provider, None when nobody is or the session is over."""
    held = session.get(_KEY)
    if not isinstance(held, dict):
        return None
    user = registry.user(held["login"])
    age = clock.now().timestamp() - held["auth_time"]
    if user is None or age > _LIMIT.total_seconds():
        return None
    return SignedIn(user=user, auth_time=held["auth_time"])


def sign_out() -> None:
    """End the session at the provider."""
    session.clear()
