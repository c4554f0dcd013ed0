# SPDX-License-Identifier: Apache-2.0
"""`placet log verify` and `placet log export`: a whole log, stored, served or copied."""

import argparse
import sys
from pathlib import Path
from typing import Final

from services.audit_log import admin, copies
from services.audit_log.outcome import USAGE, access_token, judged, reported, with_settings

_VERIFY_HELP: Final = """\
Verify a whole log.

  placet log verify                               everything stored, from the database
  placet log verify --url https://audit.example --vkey 'origin+id+key'
                                                  everything served, with a key you hold
  placet log verify --dir copy --vkey 'origin+id+key'
                                                  a copy made by `placet log export`, offline

From the database it rebuilds the tree from the bundles and holds tiles, checkpoints, search rows,
sealed parts and chains against it; what does not fit is named by table and row. Exits 0 when
everything fits, 1 when something does not.
"""
_EXPORT_HELP: Final = """\
Copy a whole log into a folder, in the layout that any transparency-log client reads (C2SP
tlog-tiles: checkpoint, tile/..., tile/entries/...).

  placet log export --to copy                     what is published, from the database
  placet log export --to copy --url https://audit.example --vkey 'origin+id+key'
                                                  what is served, with a key you hold

Everything is verified while it is copied; the checkpoint is written last, and only when all fits.
A later export into the same folder fetches only what is new. Exits 0 when the copy is whole.
"""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `verify` and `export` to the group `log`."""
    verify = _add(commands, "verify", "verify a whole log", _VERIFY_HELP)
    verify.add_argument("--dir", type=Path, metavar="DIR", help="verify a copy instead")
    verify.set_defaults(run=_verify)
    export = _add(commands, "export", "copy a whole log into a folder", _EXPORT_HELP)
    export.add_argument("--to", type=Path, metavar="DIR", required=True, help="the folder")
    export.set_defaults(run=_export)


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    about: str,
    description: str,
) -> argparse.ArgumentParser:
    made = commands.add_parser(
        name,
        help=about,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--url", help="read what is served there instead of the database")
    made.add_argument("--vkey", help="the log's vkey; needed for what is not the database")
    made.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="a file with an access token (default: the variable PLACET_ACCESS_TOKEN)",
    )
    made.add_argument("--json", action="store_true", help="print JSON for a script")
    return made


def _verify(parsed: argparse.Namespace) -> int:
    if parsed.url is None and parsed.dir is None:
        return with_settings(
            lambda settings: reported(admin.verify_stored(settings), as_json=parsed.json)
        )
    if parsed.vkey is None or (parsed.url is not None and parsed.dir is not None):
        return _refuse("--url or --dir, one of them, needs --vkey: a key that you hold beforehand.")
    if parsed.dir is not None:
        return judged(lambda: copies.verify_folder(parsed.dir, parsed.vkey), as_json=parsed.json)
    token = access_token(parsed.token_file)
    return judged(lambda: copies.verify_url(parsed.url, parsed.vkey, token), as_json=parsed.json)


def _export(parsed: argparse.Namespace) -> int:
    if parsed.url is None:
        return with_settings(
            lambda settings: judged(
                lambda: copies.copy_stored(settings, parsed.to), as_json=parsed.json
            )
        )
    if parsed.vkey is None:
        return _refuse("--url needs --vkey: a key that you hold beforehand.")
    token = access_token(parsed.token_file)
    return judged(
        lambda: copies.copy_url(parsed.url, parsed.vkey, token, parsed.to), as_json=parsed.json
    )


def _refuse(words: str) -> int:
    print(words, file=sys.stderr)
    return USAGE
