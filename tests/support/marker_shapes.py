# SPDX-License-Identifier: Apache-2.0
"""From an OpenAPI document to requests that carry a marker in every place they have.

For each operation: the marker as every path argument and query parameter, as every text of a body
of the described shape, as an unknown member, as a body that is no JSON, and in every header.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from tests.support.marker import HEADERS, NAME, SENTENCE, as_json

_METHODS: Final = ("get", "put", "post", "patch", "delete")
_JSON: Final = {"Content-Type": "application/json"}
_DEEPEST: Final = 6
_PLAIN: Final[Mapping[str, object]] = {"integer": 1, "number": 1, "boolean": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One request to an operation."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None


def shapes(document: Mapping[str, Any]) -> Iterator[Shape]:
    """Give every request that the document has room for."""
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield from _of_operation(document, method.upper(), path, item, item[method])


def _of_operation(
    document: Mapping[str, Any],
    method: str,
    path: str,
    item: Mapping[str, Any],
    about: Mapping[str, Any],
) -> Iterator[Shape]:
    parameters = [
        _resolve(document, one)
        for one in (*item.get("parameters", ()), *about.get("parameters", ()))
    ]
    for keep_choices in (False, True):
        where = _path(document, path, parameters, keep_choices=keep_choices)
        for body, kind in _bodies(document, about, keep_choices=keep_choices):
            yield Shape(method=method, path=where, headers={**HEADERS, **kind}, body=body)


def _path(
    document: Mapping[str, Any],
    path: str,
    parameters: list[Mapping[str, Any]],
    *,
    keep_choices: bool,
) -> str:
    query = {} if keep_choices else {"quagga": NAME}
    for parameter in parameters:
        value = _value(document, parameter.get("schema", {}), keep_choices=keep_choices)
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(str(value), safe=""))
        elif parameter["in"] == "query":
            query[parameter["name"]] = str(value)
    return f"{path}?{urlencode(query)}" if query else path


def _bodies(
    document: Mapping[str, Any], about: Mapping[str, Any], *, keep_choices: bool
) -> Iterator[tuple[bytes | None, Mapping[str, str]]]:
    content = about.get("requestBody", {}).get("content", {})
    if not content:
        yield None, {}
        return
    yield f'{{"{NAME}": '.encode(), _JSON
    yield SENTENCE.encode(), {"Content-Type": "text/plain; name=quagga"}
    for kind, described in content.items():
        if "json" in kind and "properties" in _resolve(document, described["schema"]):
            value = _value(document, described["schema"], keep_choices=keep_choices)
            yield as_json(value), _JSON
            yield as_json({**value, NAME: NAME}), _JSON
        else:
            yield as_json({NAME: [SENTENCE], "entries": [{"entry": NAME, "sealed": NAME}]}), _JSON
            yield as_json({"messages": [{"type": NAME, "id": NAME, "data": {NAME: NAME}}]}), _JSON
            yield SENTENCE.encode(), {"Content-Type": kind}


def _value(
    document: Mapping[str, Any], schema: Mapping[str, Any], *, keep_choices: bool, depth: int = 0
) -> Any:
    schema = _resolve(document, schema)
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    kind = kinds if isinstance(kinds, str) else next(one for one in kinds if one != "null")
    if keep_choices and schema.get("enum"):
        return schema["enum"][0]
    if kind in _PLAIN:
        return schema.get("minimum", _PLAIN[kind])
    if kind == "array" and depth < _DEEPEST:
        items = schema.get("items", {})
        return [_value(document, items, keep_choices=keep_choices, depth=depth + 1)]
    if kind == "object" and depth < _DEEPEST:
        members = schema.get("properties") or {NAME: {}}
        return {
            name: _value(document, one, keep_choices=keep_choices, depth=depth + 1)
            for name, one in members.items()
        }
    return NAME


def _resolve(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    for word in ("allOf", "anyOf", "oneOf"):
        if word in schema:
            return _resolve(document, schema[word][0])
    if "$ref" not in schema:
        return schema
    found: Any = document
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return _resolve(document, found)
