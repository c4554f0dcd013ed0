# SPDX-License-Identifier: Apache-2.0
"""Reads our proofs and tiles with Go libraries that are not ours, in a program of a few lines.

Proofs are checked twice: by torchwood, and the way that the README of an evidence pack names.
"""

import json
import subprocess
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.go import build_tool

TOOL = Path(__file__).parents[1] / "tools" / "proofs"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A proof as somebody was shown it, and the entry that it is said to be of."""

    entry: bytes
    proof: str


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What each of the two libraries objects to; "" where it accepts."""

    torchwood: str
    formats: str

    @property
    def accepted(self) -> bool:
        """Whether both accept."""
        return not self.torchwood and not self.formats

    @property
    def refused(self) -> bool:
        """Whether both refuse."""
        return bool(self.torchwood and self.formats)


@dataclass(frozen=True, slots=True)
class ForeignReader:
    """The program, with the keys and the policy of its reader."""

    vkey: str
    policy: Path

    def prove(self, shown: Sequence[Shown]) -> list[Verdicts]:
        """Check proofs."""
        asked = [
            {"leaf": b64encode(one.entry).decode(), "proof": one.proof, "vkey": self.vkey}
            for one in shown
        ]
        done = self._run("prove", said="".join(f"{json.dumps(one)}\n" for one in asked))
        assert done.returncode == 0, done.stderr
        found = [Verdicts(**json.loads(line)) for line in done.stdout.splitlines()]
        assert len(found) == len(shown)
        return found

    def read(self, url: str) -> tuple[int, str]:
        """Read a whole log; give its size, or 0 and why it is refused."""
        done = self._run("read", f"{url}/log/")
        if done.returncode != 0:
            return 0, done.stderr
        return int(json.loads(done.stdout)["size"]), str(json.loads(done.stdout)["sha256"])

    def _run(self, verb: str, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(build_tool(TOOL)), verb, str(self.policy), *words],
            input=said,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


def foreign_reader(folder: Path, vkey: str, policy: str = "") -> ForeignReader:
    """Give a reader who trusts this key alone, or a policy that names it."""
    file = folder / "reader.policy"
    file.write_text(policy or f"log {vkey}\nquorum none\n", encoding="utf-8")
    return ForeignReader(vkey, file)
