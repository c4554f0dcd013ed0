# SPDX-License-Identifier: Apache-2.0
"""`placet log forks`: what shows that the log signed two histories, to take away and to check."""

import argparse
import sys
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Final

from audit_log.adapters.key_files import check_ed25519
from audit_log.domain.errors import NotPublished
from audit_log.domain.policy import parse_log_key
from audit_log.ports import Trust
from audit_log.settings import AdminSettings
from audit_log.usecases.forks import Fork, Verdict, judge
from services.audit_log import admin
from services.audit_log.outcome import FAILED, OK, USAGE, with_settings

_HELP: Final = """\
Show that a log has signed two histories.

  placet log forks --to evidence          write what witnesses have shown of other trees under this
                                          log's own key, one folder each; exits 1 when there is any
  placet log forks --check evidence/1 --vkey 'origin+id+key'
                                          check such a folder offline, with a key you hold

A folder holds two signed notes, `theirs` and `ours`; where `theirs` is the smaller one, `proof`
has the root that the tree of `ours` had at that size and the consistency proof between the two.
--check exits 0 when the folder proves two histories, 1 when it does not.
"""
_WORDS: Final = {
    Verdict.PROVEN: "PROVEN: one key has signed two histories",
    Verdict.LARGER: "OPEN: a larger tree was signed than is shown; the log owes a proof",
    Verdict.NOT_PROVEN: "NOT PROVEN: the two notes may be of one history",
}


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `forks` to the group `log`."""
    made = commands.add_parser(
        "forks",
        help="write or check what shows two histories",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--to", type=Path, metavar="DIR", help="the folder to write into")
    made.add_argument("--check", type=Path, metavar="DIR", help="the folder of one fork")
    made.add_argument("--vkey", help="the log's vkey, for --check")
    made.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    if (parsed.to is None) == (parsed.check is None) or (parsed.check is None) != (
        parsed.vkey is None
    ):
        print("Give --to, or --check with --vkey.", file=sys.stderr)
        return USAGE
    if parsed.check is not None:
        return _check(parsed.check, parsed.vkey)
    return with_settings(lambda settings: _write(settings, parsed.to))


def _write(settings: AdminSettings, folder: Path) -> int:
    try:
        found = admin.own_forks(settings)
    except NotPublished:
        found = []
    for number, fork in enumerate(found, start=1):
        place = folder / str(number)
        place.mkdir(parents=True, exist_ok=True)
        (place / "theirs").write_bytes(fork.theirs)
        (place / "ours").write_bytes(fork.ours)
        if fork.own_root:
            lines = [b64encode(one).decode("ascii") for one in (fork.own_root, *fork.proof)]
            (place / "proof").write_text("\n".join([*lines, ""]), encoding="ascii")
        print(f"{place}: written")
    if not found:
        print("no other tree under this log's key is known here")
    return FAILED if found else OK


def _check(folder: Path, vkey: str) -> int:
    try:
        key = parse_log_key(vkey)
        trust = Trust(origin=key.name, keys=(key,), check=check_ed25519)
        verdict, theirs, ours = judge(_read(folder), trust)
    except (OSError, ValueError) as fault:
        print(f"NOT PROVEN: {fault}", file=sys.stderr)
        return FAILED
    for name, one in (("theirs", theirs), ("ours", ours)):
        root = b64encode(one.root).decode("ascii")
        print(f"{name:<8}{one.origin} size {one.size} root {root}")
    print(_WORDS[verdict])
    return OK if verdict is Verdict.PROVEN else FAILED


def _read(folder: Path) -> Fork:
    """Read a folder; raise OSError for what is missing, ValueError for what is no hash."""
    path = folder / "proof"
    hashes: list[bytes] = []
    if path.exists():
        lines = path.read_text(encoding="ascii").split()
        hashes = [b64decode(line, validate=True) for line in lines]
    return Fork(
        theirs=(folder / "theirs").read_bytes(),
        ours=(folder / "ours").read_bytes(),
        own_root=hashes[0] if hashes else b"",
        proof=tuple(hashes[1:]),
    )
