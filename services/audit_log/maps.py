# SPDX-License-Identifier: Apache-2.0
"""`placet log map`: a copy of the log in the formats of hospitals and security centres."""

import argparse
import json
import sys
from pathlib import Path
from typing import Final

from audit_log.adapters.log_folder import LogFolder
from audit_log.domain.mappings import MAPPINGS, record_of
from audit_log.domain.matching import Match, match
from audit_log.usecases.copy_log import fetch_copy
from audit_log.usecases.recount import entries_of, read_openings
from audit_log.usecases.verify_served import verify_served
from services.audit_log.copies import trust_in
from services.audit_log.outcome import FAILED, OK, USAGE
from services.audit_log.recounts import read_filter
from shared.entries import check_commitments
from shared.errors import ValidationFailed
from shared.events import CommitmentMismatch

_HELP: Final = """\
Write the entries of a copy in another format, one JSON object a line, oldest first.

  placet log export --to copy
  placet log map --to fhir-r4 --export copy --vkey 'origin+id+key' > events.ndjson

The copy is verified first. --filter narrows to entries that a search would find. Who acted and
whom it was about is sealed: --openings names the openings.jsonl of an evidence pack. Exits 1 when
the copy does not verify; then nothing is written.
"""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `map` to the group `log`."""
    made = commands.add_parser(
        "map",
        help="write entries as FHIR AuditEvent, OCSF or ECS",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--to", choices=sorted(MAPPINGS), required=True, help="the format")
    made.add_argument("--export", type=Path, metavar="DIR", required=True, help="the copy")
    made.add_argument("--vkey", required=True, help="the log's vkey, from somebody you trust")
    made.add_argument("--filter", default="{}", help="a search filter, as JSON or @FILE")
    made.add_argument("--openings", type=Path, metavar="FILE", help="openings of sealed parts")
    made.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    try:
        wanted, trust = read_filter(parsed.filter), trust_in(parsed.vkey)
        openings = read_openings(parsed.openings.read_bytes()) if parsed.openings else {}
    except ValidationFailed as refused:
        for one in refused.faults:
            print(f"{one.pointer.lstrip('/')}: {one.detail}", file=sys.stderr)
        return USAGE
    except (OSError, ValueError) as fault:
        print(f"Not usable: {fault}", file=sys.stderr)
        return USAGE
    fetch = fetch_copy(LogFolder(parsed.export))
    try:
        checkpoint, flaws = verify_served(fetch, trust)
        if flaws:
            print("NOT VERIFIED: the copy is not the log; nothing was written", file=sys.stderr)
            return FAILED
        for index, entry in entries_of(fetch, checkpoint.size):
            parts = openings.get(index, ())
            check_commitments(entry, parts, complete=False)
            if match(wanted, entry, parts) is Match.YES:
                record = record_of(checkpoint.origin, index, entry, parts)
                print(json.dumps(MAPPINGS[parsed.to](record), ensure_ascii=False))
    except (LookupError, ValueError, CommitmentMismatch) as fault:
        print(f"NOT VERIFIED: {fault}", file=sys.stderr)
        return FAILED
    return OK
