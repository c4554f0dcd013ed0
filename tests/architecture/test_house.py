# SPDX-License-Identifier: Apache-2.0
"""The rules of the house that a tool can hold: layers, headings, sizes, locks, no birthplace."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("services", "consent_registry", "permit_service", "audit_log", "shared")
FIRST_LINE = "# SPDX-License-Identifier: Apache-2.0\n"
LONGEST_FUNCTION = 60
LONGEST_FILE = 400
ONE_FILE_BY_PURPOSE = {"audit_log/adapters/pack/verify.py"}  # sent out alone, read by outsiders


def source_files() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def tracked_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    outcome = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_every_source_file_says_what_it_is_for() -> None:
    silent = [
        relative(path)
        for path in source_files()
        if not path.read_text(encoding="utf-8").startswith(
            "# SPDX-License-Identifier: Apache-2.0\n"
        )
        or ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is None
    ]
    assert silent == []


def test_a_function_fits_one_screen_and_a_file_holds_one_idea() -> None:
    long = [
        f"{relative(path)}:{node.lineno} {node.name}"
        for path in source_files()
        for node in functions(path)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    large = [
        relative(path)
        for path in source_files()
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE
        and relative(path) not in ONE_FILE_BY_PURPOSE
    ]
    assert long == []
    assert large == []


def form_is_given(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A decorator's inner function passes on what came; marshmallow dictates its hooks' form."""
    given = ("wraps", "validates_schema", "validates", "pre_load", "post_load")
    names = [ast.unparse(decorator).partition("(")[0] for decorator in node.decorator_list]
    return any(name.rpartition(".")[2] in given for name in names)


def test_no_loose_keywords_cross_a_boundary() -> None:
    loose = [
        f"{relative(path)}:{node.lineno} {node.name}"
        for path in source_files()
        for node in functions(path)
        if node.args.kwarg is not None and not form_is_given(node)
    ]
    assert loose == []


def test_nothing_is_skipped_and_nothing_of_ours_is_mocked() -> None:
    forbidden = re.compile(
        r"pytest\.skip|skipif|importorskip|xfail\(|unittest\.mock|MagicMock|monkeypatch\.setattr"
    )
    found = [
        f"{relative(path)}:{number}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if path != Path(__file__).resolve()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if forbidden.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.glob("*.lock")))
def test_a_lock_pins_hashes_and_names_no_registry(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    requirements = re.findall(r"^[a-z0-9][^\s=]*==[^\s\\]+", text, flags=re.MULTILINE)
    assert requirements
    assert text.count("--hash=sha256:") >= len(requirements)
    assert not re.search(r"https?://|index-url", text)


def test_no_tracked_file_knows_the_machine_it_was_written_on() -> None:
    birthplace = re.compile(r"(?<![\w.])/(?:work|farm|root|home/[a-z]+)/[\w.]")
    found = []
    for name in tracked_files():
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{name}:{number}"
            for number, line in enumerate(text.splitlines(), start=1)
            if birthplace.search(line)
        ]
    assert found == []
