# SPDX-License-Identifier: Apache-2.0
"""Who is signed in to the pages: the session's six facts, and the decorator that asks for them.

The session is a signed cookie and holds {sid, iss, sub, name, scopes, exp}. It never holds a token,
and nothing here verifies one: `shared.pages.sign_in` does that before it calls `remember`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Final, ParamSpec
from urllib.parse import urlencode, urlsplit

from flask import current_app, g, redirect, request, session
from flask.typing import ResponseReturnValue

from shared.auth import AUTH_MARK
from shared.clock import Clock
from shared.pages.endings import EndedSessions, SessionsUnknown, new_session_id
from shared.principal import Principal

P = ParamSpec("P")

_PERSON: Final = "person"
_OVER: Final = "placet_session_over"
_MAX_PATH_CHARS: Final = 1_024
EXTENSION: Final = "placet_pages_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRules:
    """What reading the session needs; `client_id` is the client that people sign in through."""

    clock: Clock
    client_id: str
    ended: EndedSessions


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
    forget()
    session.permanent = True
    session[_PERSON] = {
        "sid": new_session_id(),
        "iss": person.issuer,
        "sub": person.subject,
        "name": person.name,
        "scopes": sorted(person.scopes),
        "exp": int(until.timestamp()),
    }


def forget() -> None:
    """End the session, and every copy of its cookie; raises SessionsUnknown."""
    held = _held()
    if held is not None:
        until = datetime.fromtimestamp(held["exp"], UTC)
        rules().ended.end(held["sid"], until=until)
    session.clear()
    g.pop(_OVER, None)


def rules() -> SessionRules:
    """Give the session rules of the running application."""
    found: SessionRules = current_app.extensions[EXTENSION]
    return found


def set_rules(extensions: dict[str, object], session_rules: SessionRules) -> None:
    """Store the session rules in an application's extensions."""
    extensions[EXTENSION] = session_rules


def signed_in_person() -> Person | None:
    """Give the person of this request, or None when nobody is signed in or the session is over.

    Raises SessionsUnknown when nobody can tell whether it was ended.
    """
    held = _held()
    if held is None or held["exp"] <= rules().clock.now().timestamp() or _was_ended(held["sid"]):
        return None
    return Person(
        issuer=held["iss"], subject=held["sub"], name=held["name"], scopes=frozenset(held["scopes"])
    )


def person_shown() -> Person | None:
    """Give the person for the frame of a page, which is drawn even when nobody can tell."""
    try:
        return signed_in_person()
    except SessionsUnknown:
        return None


def person_name() -> str | None:
    """Give the signed-in person's name for display; never log it."""
    person = person_shown()
    return person.name if person else None


def _held() -> dict[str, Any] | None:
    """Give what the cookie says; nothing for one from before sessions had ids."""
    held = session.get(_PERSON)
    return held if isinstance(held, dict) and "sid" in held else None


def _was_ended(session_id: str) -> bool:
    """Ask once in a request."""
    if _OVER not in g:
        setattr(g, _OVER, rules().ended.has(session_id))
    return bool(g.get(_OVER))


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
