# SPDX-License-Identifier: Apache-2.0
"""The table of faults names tests that exist, and as many points as there are."""

import ast
import re
from pathlib import Path

import pytest

from tests.support.doomed_log import SEQUENCING

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "faults.md"
ROW = re.compile(r"^\|[^|]+\|[^|]+\| `([^`]+)` \|$")


def rows() -> list[str]:
    """Give the lines of the table behind its head."""
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    return lines[2:]


def test_each_row_ends_with_one_test() -> None:
    assert len(rows()) >= 20
    assert [row for row in rows() if ROW.match(row) is None] == []


@pytest.mark.parametrize("row", rows())
def test_the_test_of_a_row_exists(row: str) -> None:
    found = ROW.match(row)
    assert found is not None
    path, _, name = found[1].partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    tests = {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}
    assert name in tests


def test_the_number_of_points_is_the_one_that_is_said() -> None:
    assert f"{len(SEQUENCING)} points" in TABLE.read_text(encoding="utf-8")
