# SPDX-License-Identifier: Apache-2.0
"""What is made from the code is what the code says now, and the descriptions say enough."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from services.docs.applications import APPLICATIONS, SETTINGS, WITHOUT_API
from services.docs.made import OPENAPI_PATH, documents
from services.docs.made_up import environment
from shared.settings import json_schema, load
from tests.support.doors import doors

ROOT = Path(__file__).resolve().parents[2]
DESCRIBED = sorted(set(APPLICATIONS) - WITHOUT_API)
METHODS = {"get", "put", "post", "patch", "delete"}
ARGUMENT = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")


def described(name: str) -> dict[str, Any]:
    path = ROOT / "docs" / "openapi" / f"{name}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def described_path(rule: str) -> str:
    """Write a rule as OpenAPI writes it."""
    return ARGUMENT.sub(r"{\1}", rule)


def operations(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in described(name)["paths"].items():
        for method in sorted(METHODS & set(item)):
            yield f"{method.upper()} {path}", item[method]


def test_what_is_made_from_the_code_is_new() -> None:
    made = documents()
    old = [
        name
        for name, text in made.items()
        if not (ROOT / name).is_file() or (ROOT / name).read_text(encoding="utf-8") != text
    ]
    assert old == [], "make them anew: python -m services.docs write"
    kept = {
        path.relative_to(ROOT).as_posix()
        for folder in ("openapi", "settings")
        for path in (ROOT / "docs" / folder).iterdir()
    }
    assert kept <= set(made)


def test_every_process_has_its_settings_in_the_list() -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/env.example")}
    assert folders == set(SETTINGS)


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_a_settings_description_shows_no_default_for_a_secret(name: str) -> None:
    for setting, about in json_schema(SETTINGS[name])["properties"].items():
        assert setting.startswith("PLACET_")
        assert about["description"].endswith(".")
        if about.get("writeOnly"):
            assert "default" not in about
            in_file = setting.endswith(("_FILE", "_DATABASE_URL"))
            assert in_file, "a secret comes in a file; a database's address may hold none"


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_the_examples_of_the_required_settings_load(name: str, tmp_path: Path) -> None:
    assert load(SETTINGS[name], environment(SETTINGS[name], tmp_path)) is not None


def example(name: str, folder: Path, *, whole: bool) -> dict[str, str]:
    """Read a process's example as an operator would: secrets made, `whole` with its comments."""
    text = (ROOT / "services" / name / "env.example").read_text(encoding="utf-8")
    pattern = r"^(?:# )?(PLACET_[A-Z_]+)=(.+)$" if whole else r"^(PLACET_[A-Z_]+)=(.+)$"
    found = dict(re.findall(pattern, text, re.MULTILINE))
    secret = folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text("s" * 40, encoding="ascii")
    hidden = json_schema(SETTINGS[name])["properties"]
    files = {one for one in found if one.endswith("_FILE") and hidden[one].get("writeOnly")}
    return {**found, **dict.fromkeys(files, str(secret))}


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_the_example_file_loads_as_it_stands(name: str, whole: bool, tmp_path: Path) -> None:
    found = example(name, tmp_path, whole=whole)
    assert load(SETTINGS[name], found) is not None
    assert not any("{" in value for value in found.values()), "a mark is no value"


def test_each_example_names_its_own_process(tmp_path: Path) -> None:
    examples = {name: example(name, tmp_path, whole=False) for name in SETTINGS}
    for name, found in examples.items():
        assert found.get("PLACET_CLIENT_ID", name) == name
        assert found.get("PLACET_AUDIENCE", name).endswith(name)
        assert found.get("PLACET_SIGN_IN_CLIENT_ID", f"{name}-pages") == f"{name}-pages"
        assert found.get("PLACET_DATABASE_URL", name).endswith(name)
    listening = [found["PLACET_BIND"] for found in examples.values()]
    assert len(set(listening)) == len(listening), "two examples listen at one address"


@pytest.mark.parametrize("name", DESCRIBED)
def test_the_description_is_the_one_that_is_served(
    applications: Mapping[str, Flask], name: str
) -> None:
    answer = applications[name].test_client().get(OPENAPI_PATH)
    assert answer.get_json() == described(name)


@pytest.mark.parametrize("name", DESCRIBED)
def test_every_address_for_programs_is_described(
    applications: Mapping[str, Flask], name: str
) -> None:
    served = {
        f"{door.method} {described_path(door.rule)}"
        for door in doors(applications[name])
        if door.machine
    }
    assert served == {operation for operation, _ in operations(name)}


@pytest.mark.parametrize("name", DESCRIBED)
def test_every_operation_says_what_it_does_who_may_and_how_it_refuses(name: str) -> None:
    for operation, about in operations(name):
        assert about.get("summary", "").endswith("."), operation
        assert "security" in about, operation
        assert about["security"] in ([], [{"bearer": []}]), operation
        named = {"x-placet-all-scopes", "x-placet-any-scopes"} & set(about)
        assert len(named) == len(about["security"]), operation
        assert about["responses"]["default"] == {"$ref": "#/components/responses/Problem"}
        assert any(status.startswith("2") for status in about["responses"]), operation
        for status, answer in about["responses"].items():
            if status.startswith("2"):
                assert answer["description"], operation
        for parameter in about.get("parameters", []):
            assert parameter["in"] in {"query", "header", "path"}, operation
    described_problem = described(name)["components"]["responses"]["Problem"]["content"]
    assert set(described_problem) == {"application/problem+json"}
