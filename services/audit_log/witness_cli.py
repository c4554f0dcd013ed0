# SPDX-License-Identifier: Apache-2.0
"""`placet audit witness`: which logs this node's witness cosigns, and with which keys."""

import argparse
import sys
from collections.abc import Callable
from typing import Final

from audit_log.settings import AdminSettings
from services.audit_log import admin

_OK, _FAILED, _USAGE = 0, 1, 2
Run = Callable[[Callable[[AdminSettings], int]], int]

_ADD_HELP: Final = """\
Witness a log: cosign its checkpoints as long as each extends the one before.

  placet audit witness add 'log.example/zz+0123abcd+AQ...'

The key's name is the log's origin. A second key of the same origin may sign as well, as long as it
is there: that is how a log's key is rotated. Adding a key again changes nothing and exits 0.
"""


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]", run: Run) -> None:
    """Add the group `witness`; `run` gives a command the log's settings."""
    witness = groups.add_parser("witness", help="the logs that this node witnesses")
    commands = witness.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add = commands.add_parser(
        "add",
        help="witness a log",
        description=_ADD_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add.add_argument("vkey", help="the log's vkey")
    add.set_defaults(run=lambda parsed: run(lambda settings: _add(settings, parsed.vkey)))
    about = "print the keys that verify this witness's cosignatures"
    vkey = commands.add_parser("vkey", help=about, description=about)
    vkey.set_defaults(run=lambda _: run(_vkeys))


def _add(settings: AdminSettings, vkey: str) -> int:
    try:
        added = admin.add_witnessed_log(settings, vkey)
    except ValueError as fault:
        print(f"vkey: {fault}", file=sys.stderr)
        return _USAGE
    name = vkey.partition("+")[0]
    print(f"{name}: {'witnessed from now on' if added else 'was witnessed already'}")
    return _OK


def _vkeys(settings: AdminSettings) -> int:
    found = admin.witness_vkeys(settings)
    if not found:
        print("This node has no witness key; `placet log keys` makes one.", file=sys.stderr)
        return _FAILED
    print("\n".join(found))
    return _OK
