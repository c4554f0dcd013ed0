# SPDX-License-Identifier: Apache-2.0
"""`placet log map`: a copy of the log in the formats of hospitals and security centres."""

import argparse
import json
import sys
from typing import Final

from audit_log.domain.mappings import MAPPINGS, MappingInvalid, record_of
from audit_log.domain.matching import Match, match
from audit_log.usecases.recount import entries_of
from audit_log.usecases.verify_served import verify_served
from services.audit_log.copied import add_arguments, read_arguments
from services.audit_log.outcome import FAILED, OK, USAGE
from shared.entries import check_commitments
from shared.events import CommitmentMismatch, MalformedEntry

_HELP: Final = """\
Write the entries of a copy in another format, one JSON object a line, oldest first.

  placet log export --to copy
  placet log map --to fhir-r4 --export copy --vkey 'origin+id+key' > events.ndjson

The copy is verified first. --filter narrows to entries that a search would find. Who acted and
whom it was about is sealed: --openings names the openings.jsonl of an evidence pack. Exits 1 when
the copy does not verify; then nothing is written. An entry whose opened parts do not fit the format
is named and left out; the others are written, and it exits 1 too.
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
    add_arguments(made, filtered=False)
    made.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    told = read_arguments(parsed)
    if told is None:
        return USAGE
    try:
        checkpoint, flaws = verify_served(told.fetch, told.trust)
        if flaws:
            print("NOT VERIFIED: the copy is not the log; nothing was written", file=sys.stderr)
            return FAILED
        unfit = 0
        for index, entry in entries_of(told.fetch, checkpoint.size):
            parts = told.openings.get(index, ())
            check_commitments(entry, parts, complete=False)
            if match(told.wanted, entry, parts) is not Match.YES:
                continue
            try:
                record = record_of(checkpoint.origin, index, entry, parts)
                print(json.dumps(MAPPINGS[parsed.to](record), ensure_ascii=False))
            except (MappingInvalid, MalformedEntry) as fault:
                unfit += 1
                print(f"entry {index}: not written, {fault}", file=sys.stderr)
    except (LookupError, ValueError, CommitmentMismatch) as fault:
        print(f"NOT VERIFIED: {fault}", file=sys.stderr)
        return FAILED
    return FAILED if unfit else OK
