# SPDX-License-Identifier: Apache-2.0
"""A whole log in a folder: copied from the address or the database, verified with nothing running.

A foreign verifier, Tessera's fsck, must read the folder too.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.fakes.log_factories import Speaker
from tests.support.fsck import run_fsck_on_copy
from tests.support.log_node import LogNode

ORIGIN = "placet.example/zz/log"


def placet(
    *words: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.cli", "log", *words],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **(environment or {})},
        check=False,
    )


@pytest.fixture(scope="module")
def speaker(node: LogNode) -> Speaker:
    made = Speaker()
    for _ in range(2):
        assert node.send(*made.say_many(300)).status_code == 202
    node.settle()
    return made


@pytest.fixture(scope="module")
def vkey(node: LogNode, speaker: Speaker) -> str:
    found: str = node.get("/v1/log", node.otto()).json()["vkey"]
    return found


@pytest.fixture(scope="module")
def copy(node: LogNode, vkey: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    token = {"PLACET_ACCESS_TOKEN": node.otto()}
    words = ("export", "--to", str(folder), "--url", node.url, "--vkey", vkey)
    done = placet(*words, environment=token)
    assert done.returncode == 0, done.stderr
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_copy_verifies_offline_for_us_and_for_a_foreign_program(
    copy: Path, vkey: str, tmp_path: Path
) -> None:
    done = placet("verify", "--dir", str(copy), "--vkey", vkey)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Verified: 60")
    checked = run_fsck_on_copy(copy, vkey, ORIGIN, tmp_path)
    assert checked.accepted, checked.words
    assert {name.partition("/")[0] for name in files(copy)} == {"checkpoint", "tile"}


def test_the_database_gives_the_same_copy(node: LogNode, copy: Path, tmp_path: Path) -> None:
    done = placet("export", "--to", str(tmp_path), environment=node.environment)
    assert done.returncode == 0, done.stderr
    assert files(tmp_path) == files(copy)


def test_a_later_export_into_the_same_folder_adds_what_is_new(
    node: LogNode, speaker: Speaker, vkey: str, tmp_path: Path
) -> None:
    assert placet("export", "--to", str(tmp_path), environment=node.environment).returncode == 0
    before = {name for name in files(tmp_path) if ".p/" not in name}
    assert node.send(*speaker.say_many(300)).status_code == 202
    node.settle()
    done = placet("export", "--to", str(tmp_path), environment=node.environment)
    assert done.returncode == 0, done.stderr
    assert before < set(files(tmp_path))
    assert run_fsck_on_copy(tmp_path, vkey, ORIGIN, tmp_path.parent).accepted
    assert placet("verify", "--dir", str(tmp_path), "--vkey", vkey).returncode == 0


@pytest.mark.parametrize("name", ["tile/entries/000", "tile/0/001", "checkpoint"])
def test_one_flipped_bit_in_a_copy_is_noticed(
    copy: Path, vkey: str, tmp_path: Path, name: str
) -> None:
    for path, data in files(copy).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    damaged = bytearray((copy / name).read_bytes())
    damaged[100] ^= 1
    (tmp_path / name).write_bytes(damaged)
    done = placet("verify", "--dir", str(tmp_path), "--vkey", vkey)
    assert done.returncode == 1
    assert "NOT VERIFIED" in done.stdout + done.stderr


def test_a_copy_that_does_not_fit_gets_no_checkpoint(
    node: LogNode, copy: Path, tmp_path: Path
) -> None:
    damaged = bytearray((copy / "tile/entries/000").read_bytes())
    damaged[100] ^= 1
    (tmp_path / "tile/entries").mkdir(parents=True)
    (tmp_path / "tile/entries/000").write_bytes(damaged)
    done = placet("export", "--to", str(tmp_path), environment=node.environment)
    assert done.returncode == 1
    assert not (tmp_path / "checkpoint").exists()


def test_half_a_copy_and_no_key_are_refused(copy: Path, vkey: str, tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_bytes((copy / "checkpoint").read_bytes())
    done = placet("verify", "--dir", str(tmp_path), "--vkey", vkey)
    assert (done.returncode, "is not in the copy" in done.stderr) == (1, True)
    assert placet("verify", "--dir", str(copy)).returncode == 2
