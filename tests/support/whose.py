# SPDX-License-Identifier: Apache-2.0
"""Whose a thing is: each door of an API, who gets through it, and what all others are told.

A row names a door as the application does, and those who get through it, first whoever shows that
the request is right. A door that is in no row fails a test, so that nobody opens one unasked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from flask import Flask

from tests.support.doors import doors

NOBODYS = "0198c0de-0000-7000-8000-000000000000"
REFUSED = (401, 403, 404)
Sent = Mapping[str, Any]


Ask = Callable[[str, str, object, str], requests.Response]
"""Method, path, body and principal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One door. Without `thing` it is about no one thing: its scope alone says who gets through.

    `thing` says what stands for each argument of the rule, by the names of the seeded things; the
    first argument is what is somebody's, and is exchanged for what nobody has. `says` is what the
    first who gets through is answered. Those in `knowing` know of it by right and may not do this:
    who has to find a second person, and a child about what is decided in her place.
    """

    door: str
    through: tuple[str, ...]
    thing: Mapping[str, str] = field(default_factory=dict)
    body: Sent | None = None
    says: int = 200
    knowing: tuple[str, ...] = ()
    query: str = ""

    @property
    def method(self) -> str:
        return self.door.partition(" ")[0]

    def path(self, named: Mapping[str, str], *, nobodys: bool = False) -> str:
        """Fill the rule; with `nobodys` the first argument is an id that nothing has."""
        path = self.door.partition(" ")[2]
        for at, (argument, thing) in enumerate(self.thing.items()):
            value = NOBODYS if nobodys and at == 0 else named[thing]
            for kind in ("", "int:", "path:", "string:"):
                path = path.replace(f"<{kind}{argument}>", value)
        return path + self.query

    def sent(self, named: Mapping[str, str]) -> object:
        """Give the body, with the seeded things in it."""
        return None if self.method in {"GET", "DELETE"} else _filled(self.body or {}, named)


def _filled(value: Any, named: Mapping[str, str]) -> Any:
    if isinstance(value, str) and value.startswith("$"):
        return named[value[1:]]
    if isinstance(value, Mapping):
        return {key: _filled(one, named) for key, one in value.items()}
    return [_filled(one, named) for one in value] if isinstance(value, list) else value


def guarded(app: Flask) -> Iterator[str]:
    """Give every door for programs that asks who one is."""
    return (str(one) for one in doors(app) if one.machine and one.scopes is not None)


def nobody_else_passes(
    row: Row, everybody: Iterable[str], named: Mapping[str, str], ask: Ask
) -> None:
    """Have everybody else knock at one's thing and at nobody's: both times the same refusal."""
    body = row.sent(named)
    for one in everybody:
        if one in row.through:
            continue
        came = ask(row.method, row.path(named), body, one)
        assert came.status_code in REFUSED, (row.door, one, came.status_code, came.text)
        if one not in row.knowing:
            other = ask(row.method, row.path(named, nobodys=True), body, one)
            assert told(came) == told(other), (row.door, one)


def those_named_pass(row: Row, named: Mapping[str, str], ask: Ask) -> None:
    """Have the first of those named do it, so that the refusals were of a right request."""
    first, *others = row.through
    body = row.sent(named)
    came = ask(row.method, row.path(named), body, first)
    if row.thing:
        assert came.status_code == row.says, (row.door, first, came.status_code, came.text)
    for one in (first, *others):
        again = ask(row.method, row.path(named), body, one) if one != first else came
        assert again.status_code not in {401, 403}, (row.door, one, again.text)


def told(answer: requests.Response) -> tuple[int, str, str]:
    """Give what a refusal says, apart from the number of the request."""
    body = answer.json()
    return answer.status_code, body["code"], str(body.get("detail"))
