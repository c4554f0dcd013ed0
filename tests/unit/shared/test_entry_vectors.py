# SPDX-License-Identifier: Apache-2.0
"""Entries against golden bytes that the standard library alone has written."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shared.events import (
    MalformedEntry,
    canonical,
    check_commitments,
    leaf_hash,
    open_sealed,
    pack_sealed,
    parse_entry,
)

FOLDER = Path(__file__).parents[2] / "vectors" / "entry"
GOOD: list[dict[str, Any]] = json.loads((FOLDER / "good.json").read_text())
BAD: list[dict[str, str]] = json.loads((FOLDER / "bad.json").read_text())


@pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector["name"])
def test_a_good_entry_is_read_to_the_last_byte(vector: dict[str, Any]) -> None:
    raw = vector["entry"].encode()
    entry = parse_entry(raw)
    assert entry.raw == raw
    assert leaf_hash(raw).hex() == vector["leaf_hash"]
    parts = open_sealed(bytes.fromhex(vector["sealed"]))
    assert [(p.group, p.salt.hex(), p.value.decode()) for p in parts] == [
        (p["group"], p["salt"], p["value"]) for p in vector["parts"]
    ]
    check_commitments(entry, parts)
    assert pack_sealed(parts).hex() == vector["sealed"]


@pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector["name"])
def test_our_canonical_form_is_the_standard_librarys(vector: dict[str, Any]) -> None:
    assert canonical(json.loads(vector["entry"])) == vector["entry"].encode()
    for part in vector["parts"]:
        assert canonical(json.loads(part["value"])) == part["value"].encode()


@pytest.mark.parametrize("vector", BAD, ids=lambda vector: vector["name"])
def test_a_bad_entry_is_refused_without_being_quoted(vector: dict[str, str]) -> None:
    with pytest.raises(MalformedEntry) as refused:
        parse_entry(vector["entry"].encode())
    assert "Anna" not in str(refused.value)
    assert "example" not in str(refused.value)


@pytest.mark.parametrize(("name", "arguments"), [("good", []), ("bad", ["bad"])])
def test_the_vectors_are_what_their_script_writes(name: str, arguments: list[str]) -> None:
    made = subprocess.run(
        [sys.executable, "-I", str(FOLDER / "make.py"), *arguments],
        capture_output=True,
        check=True,
    )
    assert made.stdout == (FOLDER / f"{name}.json").read_bytes()
