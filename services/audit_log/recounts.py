# SPDX-License-Identifier: Apache-2.0
"""`placet log recount`: a search repeated from a copy of the log, with nothing of ours running."""

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from audit_log.adapters.log_folder import LogFolder
from audit_log.domain.filters import filter_faults, filter_of
from audit_log.domain.search import DECISION_CODES, Filter
from audit_log.usecases.copy_log import fetch_copy
from audit_log.usecases.recount import Difference, Recount, compare, read_openings, recount
from services.audit_log.copies import trust_in
from services.audit_log.outcome import FAILED, OK, USAGE
from shared import strict_json
from shared.errors import AppError, ValidationFailed
from shared.events import CommitmentMismatch

_HELP: Final = """\
Repeat a search from a copy of the log, and compare.

  placet log export --to copy
  placet log recount --export copy --vkey 'origin+id+key' --filter '{"decision": "deny"}'
  placet log recount ... --as-of 4711 --against answer.json

The copy is verified first. The filter is that of POST /v1/search, as JSON or as @FILE. --against
names a file with one answer of POST /v1/search, or a list of its pages. An account or a person is
sealed: --openings names the openings.jsonl of an evidence pack that opened those groups. Exits 0
when the entries were counted and agree, 1 when something differs, stays unknown or does not verify.
"""
_FIELDS: Final = frozenset(("actor", "dataset", "decision", "person", "since", "type", "until"))
_INSIDE: Final[dict[str, dict[str, type]]] = {
    "actor": {"issuer": str, "subject": str},
    "person": {"dataset": str, "ordinal": int},
}


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `recount` to the group `log`."""
    made = commands.add_parser(
        "recount",
        help="repeat a search from a copy of the log",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--export", type=Path, metavar="DIR", required=True, help="the copy")
    made.add_argument("--vkey", required=True, help="the log's vkey, from somebody you trust")
    made.add_argument("--filter", required=True, help="the filter, as JSON or @FILE")
    made.add_argument("--as-of", type=int, metavar="SIZE", help="count below this size")
    made.add_argument("--openings", type=Path, metavar="FILE", help="openings of sealed parts")
    made.add_argument("--against", type=Path, metavar="FILE", help="an answer of POST /v1/search")
    made.add_argument("--json", action="store_true", help="print JSON for a script")
    made.set_defaults(run=_run)


def read_filter(text: str) -> Filter:
    """Read a filter from the command line; raise ValidationFailed or ValueError."""
    raw = Path(text[1:]).read_bytes() if text.startswith("@") else text.encode()
    value = strict_json.loads(raw)
    if not isinstance(value, dict) or not value.keys() <= _FIELDS:
        raise ValueError("the filter is not an object of the fields that a search has")
    for name, part in value.items():
        if part is not None and not _fits(name, part):
            raise ValueError(f"the filter's {name} has the wrong form")
    wanted = filter_of(value)
    if wanted.decision is not None and wanted.decision not in DECISION_CODES:
        raise ValueError("the filter's decision has the wrong form")
    faults = filter_faults(wanted)
    if faults:
        raise ValidationFailed("the search has faults", faults=faults)
    return wanted


def _fits(name: str, part: Any) -> bool:
    inside = _INSIDE.get(name)
    if inside is None:
        return isinstance(part, str)
    if not isinstance(part, dict) or part.keys() != inside.keys():
        return False
    return all(type(part[key]) is form for key, form in inside.items())


def _run(parsed: argparse.Namespace) -> int:
    try:
        wanted = read_filter(parsed.filter)
        openings = read_openings(parsed.openings.read_bytes()) if parsed.openings else None
        found = _answered(parsed.against) if parsed.against else None
        trust = trust_in(parsed.vkey)
    except ValidationFailed as refused:
        for one in refused.faults:
            print(f"{one.pointer.lstrip('/')}: {one.detail}", file=sys.stderr)
        return USAGE
    except (OSError, ValueError) as fault:
        print(f"Not usable: {fault}", file=sys.stderr)
        return USAGE
    try:
        fetch = fetch_copy(LogFolder(parsed.export))
        counted = recount(fetch, trust, wanted, as_of=parsed.as_of, openings=openings)
    except (AppError, LookupError, CommitmentMismatch, ValueError) as fault:
        print(f"NOT VERIFIED: {fault}", file=sys.stderr)
        return FAILED
    return _told(counted, None if found is None else compare(counted, found), parsed.json)


def _answered(path: Path) -> list[int]:
    """Read the indexes of a search answer or of a list of its pages."""
    value = strict_json.loads(path.read_bytes())
    pages: Iterable[Any] = value if isinstance(value, list) else [value]
    try:
        return [int(one["idx"]) for page in pages for one in page["entries"]]
    except (KeyError, TypeError):
        raise ValueError("not an answer of POST /v1/search") from None


def _told(counted: Recount, difference: Difference | None, as_json: bool) -> int:
    agrees = difference is None or not (difference.missing or difference.surplus)
    whole = not counted.flaws and not counted.unknown
    if as_json:
        said = {
            "verified": not counted.flaws,
            "origin": counted.checkpoint.origin,
            "as_of": counted.as_of,
            "count": len(counted.indexes),
            "indexes": list(counted.indexes),
            "unknown": list(counted.unknown),
            "missing": list(difference.missing) if difference else None,
            "surplus": list(difference.surplus) if difference else None,
        }
        print(json.dumps(said, indent=2))
        return OK if agrees and whole else FAILED
    for flaw in counted.flaws:
        print(flaw)
    if counted.flaws:
        print("NOT VERIFIED: the copy is not the log; nothing was counted")
        return FAILED
    print(f"{len(counted.indexes)} entries match, of {counted.as_of}")
    if counted.unknown:
        print(f"{len(counted.unknown)} more cannot be told: their sealed parts were not opened")
    if difference is not None:
        for word, places in (("missing", difference.missing), ("surplus", difference.surplus)):
            if places:
                print(f"{word} in the answer: {', '.join(map(str, places))}")
        print("the answer agrees" if agrees else "THE ANSWER DIFFERS")
    return OK if agrees and whole else FAILED
