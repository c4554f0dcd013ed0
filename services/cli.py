# SPDX-License-Identifier: Apache-2.0
"""The console command `placet`: one subcommand group per service, each described by its service.

A service offers commands in `services/<name>/cli.py: register(subparsers)`; each of its parsers
sets `run`, a function from the parsed arguments to the exit code. Nothing is decided here.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final

from shared.version import VERSION

_OK, _FAILED, _USAGE = 0, 1, 2
_GROUPS: Final = (
    *("consent_registry", "permit_service", "clearinghouse", "audit_log"),
    *("devidp", "demo", "story"),
)
_DESCRIPTION: Final = """\
Placet: consent, permits and provable audit for genomes.

Each group below talks to one part of a node. Ask a group for its commands, and a
command for its options:

  placet audit --help
  placet permit verify --help
"""
_EPILOG: Final = """\
Exit codes: 0 done or verified, 1 refused or not verified, 2 bad usage or configuration.
Commands that a script would read print JSON with --json or always; the help says which.
A service's own settings come from its environment: see services/<name>/env.example.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; give its exit code. Argument errors end the process with 2."""
    parser = build_parser()
    parsed = parser.parse_args(arguments)
    run = getattr(parsed, "run", None)
    if run is None:
        parser.print_help(sys.stderr)
        return _USAGE
    try:
        return int(run(parsed))
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _FAILED


def build_parser() -> argparse.ArgumentParser:
    """Collect the groups of every service that offers commands."""
    parser = argparse.ArgumentParser(
        prog="placet",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"placet {VERSION}")
    subparsers = parser.add_subparsers(title="groups", metavar="GROUP")
    for name in _GROUPS:
        module = f"services.{name}.cli"
        if find_spec(f"services.{name}") is not None and find_spec(module) is not None:
            importlib.import_module(module).register(subparsers)
    return parser


if __name__ == "__main__":
    sys.exit(main())
