# SPDX-License-Identifier: Apache-2.0
"""The whole suite for tests: the real runner, the real processes, on free ports.

The runner is its own process, exactly as `make run` starts it; a test talks to it over its control
socket, to the services over HTTP, and to the kernel about who is alive.
"""

import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.demo.control import ask
from services.demo.ports import Ports, variable
from services.demo.postgres_host import tie_to_parent
from services.demo.readiness import probes
from services.story.suite import Suite, wait_for_suite
from tests.support.process_table import carrying, is_alive
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
_FOLDER = ROOT / "var" / "test"
_NUMBERS = itertools.count(1)
_SECONDS_TO_START = 400.0
_SECONDS_TO_STOP = 180.0


class RunningSuite:
    """One node in a folder of its own; `start` it, stop it with `interrupt`, `start` it again."""

    def __init__(
        self,
        folder: Path,
        *,
        transport: str = "http",
        kafka_bootstrap: str = "",
        log_level: str = "info",
        policy: Path | None = None,
    ) -> None:
        self.folder = folder
        self._words = ["--transport", transport, "--kafka-bootstrap", kafka_bootstrap]
        self._words += ["--log-level", log_level]
        self._words += [] if policy is None else ["--policy", str(policy)]
        self._runner: subprocess.Popen[bytes] | None = None

    def start(self) -> Suite:
        """Start the runner and wait for all of its processes."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "services.demo", "run", "--no-story"]
        with self.output.open("ab") as output:
            self._runner = subprocess.Popen(
                [*command, "--state", str(self.folder), *self._words],
                cwd=ROOT,
                env=os.environ | free_ports() | {"PLACET_ENV": "development"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=tie_to_parent(signal.SIGTERM),  # noqa: PLW1509  one prctl call
            )
        runner = self._runner
        suite = wait_for_suite(
            self.folder / "run" / "suite.json",
            seconds=_SECONDS_TO_START,
            alive=lambda: runner.poll() is None,
        )
        if suite is None:
            raise AssertionError(f"the suite did not start:\n{self.output.read_text()}")
        return suite

    @property
    def output(self) -> Path:
        """What the runner has printed."""
        return self.folder.with_name(f"{self.folder.name}.out")

    @property
    def suite(self) -> Suite:
        """What the running suite says of itself."""
        return Suite.read(self.folder / "run" / "suite.json")

    def processes(self) -> dict[str, dict[str, Any]]:
        """The supervised processes by name."""
        return {found["name"]: found for found in self.tell("status")}

    def tell(self, verb: str, name: str = "") -> list[dict[str, Any]]:
        """Ask the supervisor for something; give the state of its processes."""
        return ask(Path(self.suite.control), {"do": verb, "name": name})

    def answers(self) -> bool:
        """Whether every process that can be asked says that it is ready."""
        return all(probe.passes() for probe in probes(self._ports()))

    def wait_until_ready(self) -> None:
        """Wait until everything answers."""
        wait_until(self.answers, "every process of the suite to answer", 300)

    def interrupt(self) -> int:
        """Do what Ctrl-C does; give the runner's exit status once nothing is left."""
        if self._runner is None:
            return 0
        runner, self._runner = self._runner, None
        runner.send_signal(signal.SIGINT)
        status = runner.wait(_SECONDS_TO_STOP)
        wait_until(lambda: not self.survivors(), "the end of every process of the suite")
        return status

    def kill_runner(self) -> None:
        """End the runner as a crash would; everything it started must go with it."""
        assert self._runner is not None
        runner, self._runner = self._runner, None
        runner.kill()
        runner.wait()
        wait_until(lambda: not self.survivors(), "the end of every process of the suite")

    def survivors(self) -> list[int]:
        """Every living process that has this node's folder in its command line or environment."""
        return carrying(str(self.folder))

    def _ports(self) -> Ports:
        urls = self.suite.urls
        return Ports(**{name: int(urls[name].rpartition(":")[2]) for name in asdict(Ports())})


@contextmanager
def running_suite(
    *,
    transport: str = "http",
    kafka_bootstrap: str = "",
    log_level: str = "info",
    policy: Path | None = None,
) -> Iterator[RunningSuite]:
    """A fresh node, started; stopped and removed afterwards (kept for a look when a test fails)."""
    _clear_leftovers()
    folder = _FOLDER / f"suite-{os.getpid()}-{next(_NUMBERS)}"
    held = RunningSuite(
        folder,
        transport=transport,
        kafka_bootstrap=kafka_bootstrap,
        log_level=log_level,
        policy=policy,
    )
    try:
        held.start()
        yield held
    finally:
        held.interrupt()
    shutil.rmtree(folder)
    held.output.unlink()


def _clear_leftovers() -> None:
    """Remove what failed runs have left, unless they are still at it."""
    for folder in _FOLDER.glob("suite-*"):
        owner = int(folder.name.split("-")[1].partition(".")[0])
        if not is_alive(owner):
            shutil.rmtree(folder, ignore_errors=True)
            folder.unlink(missing_ok=True)


def free_ports() -> dict[str, str]:
    """The environment that has the runner pick free ports."""
    return {variable(name): "auto" for name in asdict(Ports())}


def run_placet(
    words: Sequence[str], environ: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the console command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "services.cli", *words],
        cwd=ROOT,
        env=os.environ | (environ or {}),
        capture_output=True,
        text=True,
        check=False,
    )
