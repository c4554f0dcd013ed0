# SPDX-License-Identifier: Apache-2.0
"""`placet consent mondo load`: hand a release of MONDO to the registry and show what it changes."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from services.command import OK, USAGE, CommandFailed, print_json, service
from services.consent_registry.tables import print_table

HELP: Final = """\
Load a release of MONDO (scope consents.write): OBO Graph JSON, gzipped or not.

  placet consent mondo load mondo.json.gz --dry-run
  placet consent mondo load mondo.json.gz

Shows for each illness that many people's consents name what becomes of it and which purposes it
covers no more or newly, with the number of memberships, rounded; an illness that few people name is
not shown. --dry-run stores no release; without it the release is in use when the command ends.
Consents keep the terms they were given in. Either is on record in the audit log.
"""
_COLUMNS: Final = ("code", "people", "fate", "instead", "gains", "losses", "label")


def load(parsed: Namespace) -> int:
    """Send the file and print what it changes."""
    path: Path = parsed.file
    params = {"dry_run": str(parsed.dry_run).lower()}
    try:
        file = path.open("rb")
    except OSError:
        raise CommandFailed(f"{path} cannot be read.", USAGE) from None
    with file:
        answer: Mapping[str, Any] = service(parsed).upload(
            "/v1/mondo/releases", file, media_type="application/octet-stream", params=params
        )
    if parsed.json:
        print_json(answer)
        return OK
    release = answer["release"]
    done = "would replace" if answer["dry_run"] else "replaces"
    print(f"MONDO {release['version']} ({release['terms']} terms, sha256 {release['sha256']})")
    print(f"{done} {answer['replaces']}; illnesses that many people name and that change: ", end="")
    print(len(answer["changes"]))
    if answer["changes"]:
        print_table(_COLUMNS, [_row(change) for change in answer["changes"]])
    return OK


def _row(change: Mapping[str, Any]) -> list[Any]:
    instead = change["replaced_by"] or ", ".join(change["consider"])
    return [
        change["code"],
        change["people"],
        change["fate"],
        instead,
        change["gains"],
        change["losses"],
        change["label"],
    ]
