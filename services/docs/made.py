# SPDX-License-Identifier: Apache-2.0
"""What each generated document should say, by its path in the repository.

Reads the code and nothing else; writes nothing.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from audit_log.domain.stored_tables import TABLES
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
_TABLES_HEAD: Final = """\
# The tables of audit_log

`placet log verify` holds every row against one of these, and names table and row where it does not
fit:

- *recomputed from entries*: the entries of the tree and their opened parts say what a row must be;
- *row hash in an entry after each change*: the log itself says the row's SHA-256, in an entry
  `placet.sys.rows.v1`, about a second after the change; until then the hash beside the row counts;
- *row hash summed up in an entry*: the row changes with every batch, checkpoint or step, and an
  entry about each change would make the next one. Its hash is kept in `row_hash`, and every ten
  minutes one entry `placet.sys.sums.v1` says the sum over the hashes of each such table that
  changed. Who alters row and hashes together makes another sum: the table is named, and the row
  where it is one. A change since the last sum is one like any other, and is in the next;
- *row hash in it*: a flipped bit is noticed.

*key* names a row in `row_hash`; nothing is held against the columns in the last place, which decide
and prove nothing. This file is made by `python -m services.docs write`.

| table | held against | what is compared | key | open columns |
|---|---|---|---|---|
"""


def documents() -> Mapping[str, str]:
    """Give the whole text of every generated file, by its path from the repository's root."""
    return {
        "docs/reference/problems.md": problems(),
        "docs/reference/audit_log-tables.md": log_tables(),
        **dict(_settings()),
        **dict(_interfaces()),
    }


def log_tables() -> str:
    """Write how an altered row of each table of the log is noticed."""
    rows = [
        (f"`{one.name}`", one.proof.value, one.how, _names(one.key), _names(one.open))
        for one in TABLES.values()
    ]
    return _TABLES_HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f"`{column}`" for column in columns)


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
