# SPDX-License-Identifier: Apache-2.0
"""`placet log recover` and `succeed`: the two ways back after the log's database was lost."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from audit_log.domain.checkpoint import CheckpointInvalid
from audit_log.domain.note import NoteInvalid
from audit_log.settings import AdminSettings
from services.audit_log import admin
from shared.errors import AppError

_OK, _FAILED, _USAGE = 0, 1, 2
Run = Callable[[Callable[[AdminSettings], int]], int]

_HELP: Final = """\
Refill the log from a copy of its entry bundles, after its database was lost or restored.

  placet log recover --from /mnt/copy --checkpoint newest.note
  placet log recover --from https://mirror.example/log --checkpoint newest.note

The checkpoint is the newest note that this log has signed: its head file, or what a witness shows
at <witness>/<hex SHA-256 of the origin>/checkpoint. Stop every process of the log first, and run
this on the database as it was restored: what was sequenced since does not fit the copy. Sealed
parts come from the intake and from Kafka where they are still there. Nothing is written unless
copy, note and database belong together. Exits 0 when the log stands as it was signed. What this
node's witness saw of other logs is in no copy: its keys are barred, and it needs new ones, made
afterwards, and another name.
"""


_SUCCEED_HELP: Final = """\
Begin a new log in place of one that cannot be refilled: its first entry names the old one.

  placet log succeed --vkey 'log.example/zz+0123abcd+AQ...' --checkpoint last.note --kept 120000

Configure a new PLACET_LOG_ORIGIN and an empty, migrated database first, and run this before any
process of the log. The checkpoint is the old log's last witnessed one; --kept says of how many of
its first entries there is a copy: the rest is named as lost. Let this node's witness have a new key
and another name, too: an empty database knows nothing of what it has cosigned.
"""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", run: Run) -> None:
    """Add the commands `recover` and `succeed`; `run` gives them the log's settings."""
    _add_succeed(commands, run)
    recover = commands.add_parser(
        "recover",
        help="refill the log from a copy of its bundles",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    recover.add_argument("--from", dest="copy", required=True, help="a folder or an address")
    recover.add_argument(
        "--checkpoint", type=Path, required=True, metavar="FILE", help="a note of this log"
    )
    recover.set_defaults(run=lambda parsed: run(lambda settings: _recover(settings, parsed)))


def _add_succeed(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", run: Run) -> None:
    succeed = commands.add_parser(
        "succeed",
        help="begin a new log in place of a lost one",
        description=_SUCCEED_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    succeed.add_argument("--vkey", required=True, help="the old log's vkey")
    succeed.add_argument(
        "--checkpoint", type=Path, required=True, metavar="FILE", help="its last witnessed note"
    )
    succeed.add_argument(
        "--kept", type=int, default=0, help="of how many first entries there is a copy (default 0)"
    )
    succeed.set_defaults(run=lambda parsed: run(lambda settings: _succeed(settings, parsed)))


def _succeed(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    try:
        note = parsed.checkpoint.read_bytes()
        entry = admin.succeed(settings, old_vkey=parsed.vkey, note=note, kept=parsed.kept)
    except OSError:
        print("--checkpoint: the file cannot be read", file=sys.stderr)
        return _USAGE
    except ValueError as fault:
        print(f"--vkey or --checkpoint: {fault}", file=sys.stderr)
        return _USAGE
    except AppError as fault:
        print(f"Refused: {fault}", file=sys.stderr)
        return _FAILED
    print(f"The new log begins with entry {entry}.")
    return _OK


def _recover(settings: AdminSettings, parsed: argparse.Namespace) -> int:
    try:
        note = parsed.checkpoint.read_bytes()
    except OSError:
        print("--checkpoint: the file cannot be read", file=sys.stderr)
        return _USAGE
    try:
        done = admin.recover(settings, copy=parsed.copy, note=note)
    except (NoteInvalid, CheckpointInvalid) as fault:
        print(f"--checkpoint: not a note of this log: {fault}", file=sys.stderr)
        return _FAILED
    except (LookupError, AppError) as fault:
        print(f"Refused: {fault}", file=sys.stderr)
        return _FAILED
    refilled = f"entries {done.first} to {done.size - 1}"
    print(f"Recovered: {refilled}; {done.unsealed} without sealed parts")
    print(f"Found again: {done.refused} inputs that had been refused")
    for table, rows in sorted(done.lost.items()):
        print(f"Lost: {rows} rows of {table}")
    print(f"Left away: {done.erased} sealed parts of people who were erased")
    print("The witness of this node needs a new key and name: what it saw of others is older")
    return _OK
