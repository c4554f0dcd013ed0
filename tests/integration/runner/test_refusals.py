# SPDX-License-Identifier: Apache-2.0
"""A configuration that cannot be is refused whole, with exit code 2, before anything starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.suite import ROOT, free_ports, run_placet

PROCESSES = (
    "audit_log",
    "clearinghouse",
    "consent_registry",
    "devidp",
    "gateway",
    "permit_service",
)


def run_demo(tmp_path: Path, *words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    state = ["--state", str(tmp_path / "var")]
    return run_placet(["demo", "run", *state, *words], free_ports() | environ)


def test_the_runner_refuses_anything_but_development(tmp_path: Path) -> None:
    done = run_demo(tmp_path, PLACET_ENV="production")
    assert done.returncode == 2
    assert "PLACET_ENV: must be development" in done.stderr
    assert not (tmp_path / "var").exists()


def test_the_runner_names_every_fault_at_once(tmp_path: Path) -> None:
    done = run_demo(
        tmp_path,
        *("--transport", "kafka", "--people", "0", "--policy", "no-such.toml"),
        PLACET_ENV="",
        PLACET_GATEWAY_PORT="http",
        PLACET_AUDIT_LOG_PORT="70000",
    )
    assert done.returncode == 2
    named = [
        *("PLACET_ENV", "--kafka-bootstrap", "--people", "--policy"),
        *("GATEWAY_PORT", "AUDIT_LOG_PORT"),
    ]
    assert [word for word in named if word not in done.stderr] == []
    assert not (tmp_path / "var").exists()


def test_the_runner_starts_over_only_in_a_folder_of_its_own(tmp_path: Path) -> None:
    thesis = tmp_path / "var" / "data" / "thesis.txt"
    thesis.parent.mkdir(parents=True)
    thesis.write_text("years of work")
    done = run_demo(tmp_path, "--fresh", PLACET_ENV="development")
    assert done.returncode == 2
    assert "no run of ours made them" in done.stderr
    assert thesis.read_text() == "years of work"


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_refuses_an_empty_environment_naming_all_it_lacks(process: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"services.{process}", "check-config"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    required = [
        line.partition("=")[0]
        for line in (ROOT / "services" / process / "env.example").read_text().splitlines()
        if line.startswith("PLACET_")
    ]
    assert required
    assert [name for name in required if name not in done.stderr] == []


def test_talking_to_no_node_says_so(tmp_path: Path) -> None:
    done = run_placet(["demo", "status", "--state", str(tmp_path)])
    assert (done.returncode, done.stderr) == (
        1,
        "no node runs here; start one with `make run`\n",
    )


def test_the_command_teaches() -> None:
    for words in (["--help"], ["demo", "--help"], ["story", "--help"]):
        done = run_placet(words)
        assert done.returncode == 0
        assert "Exit code" in done.stdout or "placet demo status" in done.stdout
    assert run_placet([]).returncode == 2
    assert run_placet(["nonsense"]).returncode == 2
