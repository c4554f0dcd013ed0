# SPDX-License-Identifier: Apache-2.0
"""The committed vectors are those that their script writes."""

import importlib.util
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "vectors" / "tlog"


def test_the_vectors_are_what_their_script_writes() -> None:
    spec = importlib.util.spec_from_file_location("tlog_vectors", FOLDER / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written: dict[str, str] = module.written()
    assert {p.name for p in FOLDER.glob("*.json")} == set(written)
    for name, text in written.items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text
