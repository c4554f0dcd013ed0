# SPDX-License-Identifier: Apache-2.0
"""What an officer asks at the console: a filter from options and, where it names people, a file.

Arguments of a command can be read by everybody on the machine, and shells keep them. So what names
a person, an account, a permit or a visa comes in a file, or from standard input.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from services.command import USAGE, CommandFailed
from shared import strict_json
from shared.canonical import JSON

_OPEN: Final = ("dataset", "type", "src", "purpose", "decision", "since", "until")
_ABOUT: Final = {
    "dataset": "of one dataset",
    "type": "of one type, such as placet.access.read.v1",
    "src": "that one producer said, such as zz/htsget/1",
    "purpose": "that name a purpose, such as DUO:0000006",
    "decision": "decided permit, deny or error",
    "since": "of things that happened at or after a time (RFC 3339, UTC)",
    "until": "of things that happened before a time",
}
FILTER_HELP: Final = """\
Who or what under seal is looked for goes into a file, never into an argument:

  {"person": {"dataset": "GDI-ZZ-DATASET-1", "ordinal": 7}}
  {"actor": {"issuer": "https://login.example", "subject": "rita"}}
  {"permit": "P-17", "visa": "..."}

Options and the file's parts must all hold. The look is an entry of the log under your name.
"""


def add_filter_options(parser: argparse.ArgumentParser) -> None:
    """Add the open parts of a filter, and the file of the others."""
    for name in _OPEN:
        parser.add_argument(f"--{name}", metavar="VALUE", help=f"entries {_ABOUT[name]}")
    parser.add_argument(
        "--filter", type=Path, metavar="FILE", help="a JSON filter; - is standard input"
    )


def filter_asked(parsed: argparse.Namespace) -> dict[str, JSON]:
    """Give the filter as the service takes it; raise CommandFailed (2) for an unusable file."""
    wanted: dict[str, JSON] = {}
    if parsed.filter is not None:
        wanted.update(object_in(parsed.filter))
    for name in _OPEN:
        said = getattr(parsed, name)
        if said is None:
            continue
        if name in wanted:
            raise CommandFailed(f"--{name}: the file names it too.", USAGE)
        wanted[name] = said
    return wanted


def object_in(path: Path) -> Mapping[str, JSON]:
    """Read a JSON object from a file or standard input; what is wrong in it is not repeated."""
    try:
        raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as fault:
        raise CommandFailed(f"{path}: {fault.strerror}", USAGE) from None
    try:
        value = strict_json.loads(raw)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise CommandFailed(f"{path}: not a JSON object.", USAGE)
    return value
