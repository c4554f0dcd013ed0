# SPDX-License-Identifier: Apache-2.0
"""Every address of an application, and a request that knocks at each of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from shared.auth import auth_of, reason_of
from shared.pages.security import API_PREFIXES, is_below


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One method of one address: who may use it, and a path that leads there."""

    method: str
    rule: str
    endpoint: str
    scopes: tuple[str, ...] | None
    reason: str | None

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    @property
    def machine(self) -> bool:
        """Whether programs come here, with a bearer token; people's pages are elsewhere."""
        return is_below(self.rule, API_PREFIXES)


def doors(app: Flask) -> Iterator[Door]:
    """Give every address of an application; HEAD and OPTIONS are answered by Flask itself."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Door(
                method=method,
                rule=rule.rule,
                endpoint=rule.endpoint,
                scopes=auth_of(view),
                reason=reason_of(view),
            )


def path_of(app: Flask, door: Door, value: str = "x") -> str:
    """Give a path to a door, with `value` where its rule wants a text and 1 where a number."""
    rule = next(one for one in app.url_map.iter_rules(door.endpoint) if one.rule == door.rule)
    _, path = _built(rule, value)
    return path


def _built(rule: Rule, value: str) -> tuple[str, str]:
    numbers = {name for name in rule.arguments if f"<int:{name}>" in rule.rule}
    values = {name: 1 if name in numbers else value for name in rule.arguments}
    found = rule.build(values)
    assert found is not None, rule.rule
    return found
