# SPDX-License-Identifier: Apache-2.0
"""`placet story`: play the story against a running node, or start one for it."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from services.story.suite import Suite, is_running, wait_for_suite

_STATE: Final = Path("var")
_SECONDS_TO_START: Final = 400.0
_HELP: Final = """\
Plays the main job from consent to proof on a new dataset of people who never lived, and
prints each step with what was expected and what came.

Uses the node that `make run` started; without one it starts one and stops it afterwards.
Exit code 0 when everything came as expected, 1 when a step differs.
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "story",
        help="play the story from consent to proof",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--people", type=int, default=500, help="how many people (500)")
    parser.add_argument("--state", type=Path, default=_STATE, help="the node's folder (var)")
    parser.add_argument("--suite", type=Path, help="the suite file of a running node")
    parser.add_argument(
        "--leave-open",
        action="store_true",
        help="leave a live permit and a waiting application behind (as `make run` does)",
    )
    parser.set_defaults(run=_run)


def _run(asked: argparse.Namespace) -> int:
    file = asked.suite or asked.state / "run" / "suite.json"
    if is_running(file):
        return _play(Suite.read(file), asked)
    if asked.suite is not None:
        print(f"no node runs behind {asked.suite}", file=sys.stderr)
        return 1
    with _own_node(asked.state, file) as suite:
        if suite is None:
            print("the node for the story did not start", file=sys.stderr)
            return 1
        return _play(suite, asked)


def _play(suite: Suite, asked: argparse.Namespace) -> int:
    from services.story.play import play

    tale = play(
        suite,
        people=asked.people,
        say=lambda line: print(line, flush=True),
        leave_open=asked.leave_open,
    )
    found = len(tale.differences)
    print(f"\n{'Everything came as expected.' if not found else f'{found} steps differ.'}")
    return 1 if found else 0


@contextmanager
def _own_node(state: Path, file: Path) -> Iterator[Suite | None]:
    """Start a node for one story; stop it afterwards."""
    command = [sys.executable, "-m", "services.demo", "run", "--no-story", "--state", str(state)]
    environ = {**os.environ, "PLACET_ENV": os.environ.get("PLACET_ENV", "development")}
    with subprocess.Popen(command, env=environ, start_new_session=True) as runner:
        try:
            yield wait_for_suite(
                file, seconds=_SECONDS_TO_START, alive=lambda: runner.poll() is None
            )
        finally:
            if runner.poll() is None:
                runner.send_signal(signal.SIGINT)
                runner.wait()
