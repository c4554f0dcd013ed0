# SPDX-License-Identifier: Apache-2.0
"""`placet demo`: the local node. `run` is what `make run` does; the rest talks to a running one."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.demo import token
from services.demo.control import ControlRefused, ask
from services.story.suite import Suite

_STATE = "var"
_HELP = """\
A whole node on this machine, for development.

  placet demo run                     start it (as `make run` does) until Ctrl-C
  placet demo status                  what runs, since how many restarts
  placet demo stop audit_log.sequence stop one process; `start` and `restart` likewise
  placet demo token rita              print an access token, to try a request with
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group."""
    group = subparsers.add_parser(
        "demo",
        help="a whole node on this machine",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_run(verbs)
    status = verbs.add_parser("status", help="list the processes")
    status.add_argument("--json", action="store_true", help="print JSON")
    _add_common(status, _talk("status"))
    for verb, text in (
        ("stop", "stop one process until it is started again"),
        ("start", "start a stopped process"),
        ("restart", "stop and start one process"),
    ):
        parser = verbs.add_parser(verb, help=text)
        parser.add_argument("name", help="as `placet demo status` shows it")
        _add_common(parser, _talk(verb))
    token.register(verbs)


def _add_run(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser("run", help="start a node and stay until Ctrl-C")
    parser.add_argument("--fresh", action="store_true", help="forget the old state first")
    parser.add_argument("--people", type=int, default=500, help="for the first story (500)")
    parser.add_argument("--no-story", action="store_true", help="play no story at the first start")
    parser.add_argument("--transport", choices=("http", "kafka"), default="http")
    parser.add_argument("--kafka-bootstrap", default="", help="host:port of a broker")
    levels = ("debug", "info", "warning", "error")
    parser.add_argument("--log-level", choices=levels, default="info", help="of every service")
    text = "consent_registry's policy, such as docs/policies/example-pt.toml"
    parser.add_argument("--policy", type=Path, metavar="FILE", help=text)
    _add_common(parser, _run)


def _add_common(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("--state", type=Path, default=Path(_STATE), help="its folder (var)")
    parser.set_defaults(run=run)


def _run(asked: argparse.Namespace) -> int:
    from services.demo.run import Wishes, run

    return run(
        Wishes(
            state=asked.state,
            fresh=asked.fresh,
            people=asked.people,
            story=not asked.no_story,
            transport=asked.transport,
            kafka_bootstrap=asked.kafka_bootstrap,
            log_level=asked.log_level,
            policy=asked.policy,
        )
    )


def _talk(verb: str) -> Callable[[argparse.Namespace], int]:
    def talk(asked: argparse.Namespace) -> int:
        try:
            suite = Suite.read(asked.state / "run" / "suite.json")
            request = {"do": verb, "name": getattr(asked, "name", "")}
            processes = ask(Path(suite.control), request)
        except OSError:
            print("no node runs here; start one with `make run`", file=sys.stderr)
            return 1
        except ControlRefused as refused:
            print(refused, file=sys.stderr)
            return 1
        _show(processes, as_json=getattr(asked, "json", False))
        return 0

    return talk


def _show(processes: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(processes, indent=2))
        return
    for process in processes:
        state = f"pid {process['pid']}" if process["pid"] else "down"
        print(f"{process['name']:24} {state:12} restarts {process['restarts']}")
