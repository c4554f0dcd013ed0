# SPDX-License-Identifier: Apache-2.0
"""A process without settings refuses to start, once, with everything that is missing."""

import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.docs.applications import SETTINGS
from services.docs.made_up import environment
from shared.settings import SettingsError, json_schema, load

ROOT = Path(__file__).resolve().parents[3]
PROCESSES = (
    *(("audit_log", "serve"), ("audit_log", "work"), ("audit_log", "sequence")),
    *(("consent_registry", "serve"), ("consent_registry", "work")),
    *(("permit_service", "serve"), ("permit_service", "work")),
    *(("clearinghouse", "serve"), ("devidp", "serve"), ("gateway", "serve")),
)

Refusals = Mapping[tuple[str, str], subprocess.CompletedProcess[str]]


def start(process: tuple[str, str]) -> subprocess.CompletedProcess[str]:
    name, command = process
    return subprocess.run(
        [sys.executable, "-m", f"services.{name}", command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def refusals() -> Refusals:
    """Start every process with nothing in its environment."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return dict(zip(PROCESSES, pool.map(start, PROCESSES), strict=True))


def test_no_process_is_forgotten() -> None:
    assert {name for name, _ in PROCESSES} == set(SETTINGS)


@pytest.mark.parametrize(("name", "command"), PROCESSES)
def test_all_that_is_missing_is_named_at_once(refusals: Refusals, name: str, command: str) -> None:
    refused = refusals[name, command]
    assert refused.returncode == 2, refused.stderr
    assert refused.stdout == ""
    assert "Traceback" not in refused.stderr
    first, *lines = refused.stderr.splitlines()
    assert first == f"{name} cannot start: {len(lines)} bad settings:"
    missing = [line.split(":")[0].strip() for line in lines]
    assert set(missing) >= set(json_schema(SETTINGS[name])["required"])
    assert len(missing) == len(set(missing))
    assert all("is not set" in line for line in lines)


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_every_bad_value_is_named_at_once_and_none_is_shown(name: str, tmp_path: Path) -> None:
    good = environment(SETTINGS[name], tmp_path)
    spoiled = {
        setting: "quagga, no such thing"
        for setting, about in json_schema(SETTINGS[name])["properties"].items()
        if about.get("format") == "uri" or "enum" in about or "pattern" in about
    }
    assert spoiled
    with pytest.raises(SettingsError) as refused:
        load(SETTINGS[name], {**good, **spoiled})
    for setting in spoiled:
        assert f"  {setting}: " in str(refused.value)
    assert "quagga" not in str(refused.value)
