# SPDX-License-Identifier: Apache-2.0
"""What each generated document should say, by its path in the repository.

Reads the code and nothing else; writes nothing.
"""

import tempfile
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from services.docs.applications import APPLICATIONS, SETTINGS, WITHOUT_API, built
from services.docs.made_up import describe, environment
from shared.problems import PROBLEMS
from shared.settings import env_example, json_schema

OPENAPI_PATH: Final = "/openapi.json"
_PROBLEMS_HEAD: Final = """\
# Problems

Every refusal is a problem document (RFC 9457) with one of these codes. `type` is
`urn:placet:problem:<code>`; what is particular to one occurrence is in `detail` and `errors`.
A code once published keeps its meaning. This file is made by `python -m services.docs write`.

| code | status | title |
|---|---|---|
"""


def documents() -> Mapping[str, str]:
    """Give the whole text of every generated file, by its path from the repository's root."""
    return {"docs/reference/problems.md": problems(), **dict(_settings()), **dict(_interfaces())}


def problems() -> str:
    """Write the table of problems for readers, sorted by code."""
    rows = [
        f"| `{code}` | {row.status} {HTTPStatus(row.status).phrase} | {row.title} |\n"
        for code, row in sorted(PROBLEMS.items())
    ]
    return _PROBLEMS_HEAD + "".join(rows)


def interface(name: str) -> dict[str, Any]:
    """Give the OpenAPI document that an application serves."""
    with tempfile.TemporaryDirectory(prefix="placet-docs-") as folder:
        environ = environment(SETTINGS[name], Path(folder))
        with built(name, environ) as app:
            answer = app.test_client().get(OPENAPI_PATH)
    found: dict[str, Any] = answer.get_json()
    return found


def _settings() -> Iterator[tuple[str, str]]:
    for name, settings in SETTINGS.items():
        yield f"docs/settings/{name}.json", describe(json_schema(settings))
        yield f"services/{name}/env.example", env_example(settings)


def _interfaces() -> Iterator[tuple[str, str]]:
    for name in APPLICATIONS:
        if name not in WITHOUT_API:
            yield f"docs/openapi/{name}.json", describe(interface(name))
