# SPDX-License-Identifier: Apache-2.0
"""Who is signed in to the pages: the session's five facts, and the decorator that asks for them.

The session is a signed cookie and holds {iss, sub, name, scopes, exp}. It never holds a token,
and nothing here verifies one: `shared.pages.sign_in` does that before it calls `remember`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Final, ParamSpec
from urllib.parse import urlencode, urlsplit

from flask import current_app, g, redirect, request, session
from flask.typing import ResponseReturnValue

from shared.auth import AUTH_MARK
from shared.clock import Clock
from shared.principal import Principal

P = ParamSpec("P")

_PERSON: Final = "person"
_MAX_PATH_CHARS: Final = 1_024
_EXTENSION: Final = "placet_pages_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRules:
    """What reading the session needs: the time, and the client that people sign in through."""

    clock: Clock
    client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The signed-in person as the session knows them."""

    issuer: str
    subject: str
    name: str
    scopes: frozenset[str]

    def principal(self, client_id: str) -> Principal:
        """Give the same principal that a bearer token of this sign-in gives."""
        return Principal(
            issuer=self.issuer,
            subject=self.subject,
            client_id=client_id,
            scopes=self.scopes,
            is_service=False,
        )


def remember(person: Person, *, until: datetime) -> None:
    """Start a fresh session for this person that ends at `until` at the latest.

    Everything in the previous session, its CSRF token included, is dropped, so that a session
    fixed before sign-in is worth nothing after it.
    """
    session.clear()
    session.permanent = True
    session[_PERSON] = {
        "iss": person.issuer,
        "sub": person.subject,
        "name": person.name,
        "scopes": sorted(person.scopes),
        "exp": int(until.timestamp()),
    }


def forget() -> None:
    """End the session."""
    session.clear()


def rules() -> SessionRules:
    """Give the session rules of the running application."""
    found: SessionRules = current_app.extensions[_EXTENSION]
    return found


def set_rules(extensions: dict[str, object], session_rules: SessionRules) -> None:
    """Store the session rules in an application's extensions."""
    extensions[_EXTENSION] = session_rules


def signed_in_person() -> Person | None:
    """Give the person of this request, or None when nobody is signed in or the session is over."""
    held = session.get(_PERSON)
    if not isinstance(held, dict) or held.get("exp", 0) <= rules().clock.now().timestamp():
        return None
    return Person(
        issuer=held["iss"], subject=held["sub"], name=held["name"], scopes=frozenset(held["scopes"])
    )


def person_name() -> str | None:
    """Give the signed-in person's name for display; never log it."""
    person = signed_in_person()
    return person.name if person else None


def signed_in(
    *scopes: str,
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Let only signed-in people who hold every one of these scopes reach a page.

    Without a session a GET goes to `/sign-in` and comes back; a form that was posted too late is
    not kept, and its person is sent to sign in. A missing scope raises Forbidden.
    """

    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            person = signed_in_person()
            if person is None:
                return redirect(sign_in_url(), code=303)
            principal = person.principal(rules().client_id)
            for scope in scopes:
                principal.require(scope)
            g.principal = principal
            return view(*args, **kwargs)

        setattr(guarded, AUTH_MARK, scopes)
        return guarded

    return decorate


def sign_in_url() -> str:
    """Give the address that signs in and then returns to the page asked for now.

    A form that was posted, and the sign-in's own addresses, are nothing to return to.
    """
    if request.method not in {"GET", "HEAD"} or request.path.startswith("/sign-in"):
        return "/sign-in"
    query = request.query_string.decode("latin-1")
    back = request.path + (f"?{query}" if query else "")
    return "/sign-in?" + urlencode({"next": back})


def local_path(candidate: str) -> str:
    """Give the candidate when it is a path of this service of sensible length, else `/`.

    A redirect after sign-in must not leave the service: no scheme, no host, no `//host`, and
    none of the backslashes and control characters that browsers read as slashes or drop.
    """
    if not candidate.startswith("/") or candidate.startswith("//"):
        return "/"
    if len(candidate) > _MAX_PATH_CHARS:  # it travels in a cookie of at most 4 KB
        return "/"
    if any(character == "\\" or not character.isprintable() for character in candidate):
        return "/"
    parts = urlsplit(candidate)
    return "/" if parts.scheme or parts.netloc else candidate
