# SPDX-License-Identifier: Apache-2.0
"""Runs Tessera's fsck, a verifier that is not ours, over a served log.

It reads every tile and bundle and recomputes the tree; nothing of our code takes part.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.support.go import build_tool

FSCK = Path(__file__).parents[1] / "tools" / "fsck"
PACKAGE = "github.com/transparency-dev/tessera/cmd/fsck"


@dataclass(frozen=True)
class Verdict:
    """What fsck said. Its exit status is 0 in any case: only its words tell.

    `size` is how many entries it read when it accepted the log, 0 otherwise.
    """

    accepted: bool
    size: int
    words: str


def run_fsck(url: str, origin: str, folder: Path) -> Verdict:
    """Check the log below `url` with the key its `/v1/log` names; `folder` gets the key file."""
    least = int(_log(url)["size"])
    size, words = _checked(f"{url}/log/", _log(url)["vkey"], origin, folder)
    most = int(_log(url)["size"])  # a living log grows while it is read
    return Verdict(accepted=bool(size) and least <= size <= most, size=size, words=words)


def run_fsck_on_copy(copy: Path, vkey: str, origin: str, folder: Path) -> Verdict:
    """Check a copied log; nothing serves it."""
    size, words = _checked(f"{copy.resolve().as_uri()}/", vkey, origin, folder)
    return Verdict(accepted=bool(size), size=size, words=words)


def _checked(storage: str, vkey: str, origin: str, folder: Path) -> tuple[int, str]:
    key = folder / "log.vkey"
    key.write_text(vkey)
    command = [
        str(build_tool(FSCK, PACKAGE)),
        f"--storage_url={storage}",
        f"--public_key={key}",
        f"--origin={origin}",
        "--ui=false",
        "--N=2",
    ]
    said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    words = said.stdout + said.stderr
    read = re.search(r"Successfully fsck'd log with size (\d+) and root", words)
    return int(read[1]) if read and "fsck failed" not in words else 0, words


def _log(url: str) -> dict[str, str]:
    answer = requests.get(f"{url}/v1/log", timeout=30)
    answer.raise_for_status()
    found: dict[str, str] = answer.json()
    return found
