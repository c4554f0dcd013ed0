# SPDX-License-Identifier: Apache-2.0
"""`placet log recount`: a search repeated from a copy of the log, with nothing of ours running."""

import argparse
import json
import sys
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Final

from audit_log.domain.cohorts import CohortAnswers, read_answers
from audit_log.domain.search import Dropped
from audit_log.domain.statement import read_dropped
from audit_log.usecases.recount import Difference, Recount, compare, recount
from services.audit_log.copied import add_arguments, read_arguments
from services.audit_log.outcome import FAILED, OK, USAGE
from shared import strict_json
from shared.errors import AppError
from shared.events import CommitmentMismatch

_HELP: Final = """\
Repeat a search from a copy of the log, and compare.

  placet log export --to copy
  placet log recount --export copy --vkey 'origin+id+key' --filter '{"decision": "deny"}'
  placet log recount ... --as-of 4711 --against answer.json

The copy is verified first. The filter is that of POST /v1/search, as JSON or as @FILE. --against
names a file with one answer of POST /v1/search, or a list of its pages. An account or a person is
sealed: --openings names the openings.jsonl of an evidence pack that opened those groups. A read of
more than 64 people names their cohort, which the log cannot look into: --cohorts names the file
with the answers that the search rested on (the search's own answer, or statement.json of a pack);
their digest stands in the entry of that search. Exits 0 when the entries were counted and agree, 1
when something differs, stays unknown or does not verify.
"""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `recount` to the group `log`."""
    made = commands.add_parser(
        "recount",
        help="repeat a search from a copy of the log",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(made, filtered=True)
    made.add_argument(
        "--cohorts",
        type=Path,
        metavar="FILE",
        help="what was answered about cohorts: a search's answer, or a pack's statement.json",
    )
    made.add_argument("--as-of", type=int, metavar="SIZE", help="count below this size")
    made.add_argument("--against", type=Path, metavar="FILE", help="an answer of POST /v1/search")
    made.add_argument("--json", action="store_true", help="print JSON for a script")
    made.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    told = read_arguments(parsed)
    if told is None:
        return USAGE
    try:
        found, dropped = _answered(parsed.against) if parsed.against else (None, ())
        cohorts = _cohorts(parsed.cohorts) if parsed.cohorts else None
    except (OSError, ValueError) as fault:
        print(f"Not usable: {fault}", file=sys.stderr)
        return USAGE
    try:
        counted = recount(
            told.fetch,
            told.trust,
            told.wanted,
            as_of=parsed.as_of,
            openings=told.openings,
            cohorts=cohorts,
        )
    except (AppError, LookupError, CommitmentMismatch, ValueError) as fault:
        print(f"NOT VERIFIED: {fault}", file=sys.stderr)
        return FAILED
    difference = None if found is None else compare(counted, found, dropped)
    return _told(counted, difference, parsed.json)


def _answered(path: Path) -> tuple[list[int], Collection[Dropped]]:
    """Read the indexes of a search answer or of a list of its pages, and what it says is gone."""
    value = strict_json.loads(path.read_bytes())
    pages: Iterable[Any] = value if isinstance(value, list) else [value]
    try:
        indexes = [int(one["idx"]) for page in pages for one in page["entries"]]
        return indexes, {read_dropped(one) for page in pages for one in page.get("dropped", ())}
    except (KeyError, TypeError, AttributeError, ValueError):
        raise ValueError("not an answer of POST /v1/search") from None


def _cohorts(path: Path) -> CohortAnswers | None:
    """Read what a search, its pages or a pack say was answered; None when nobody was looked for.

    Raises ValueError when that was altered, or when the file says nothing of it.
    """
    value = strict_json.loads(path.read_bytes())
    one = value[0] if isinstance(value, list) and value else value
    if not isinstance(one, dict) or "cohorts" not in one:
        raise ValueError("the file says nothing of cohorts")
    return None if one["cohorts"] is None else read_answers(one["cohorts"])


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
            "cohorts_said_at": counted.said_at,
            "missing": list(difference.missing) if difference else None,
            "surplus": list(difference.surplus) if difference else None,
            "dropped": list(difference.dropped) if difference else None,
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
        print(
            f"{len(counted.unknown)} more cannot be told: their sealed parts were not opened,"
            " or nobody said whether their cohort holds the person"
        )
    if counted.said_at is not None:
        print(f"the answers about cohorts are those that entry {counted.said_at} names")
    if difference is not None:
        for word, places in (("missing", difference.missing), ("surplus", difference.surplus)):
            if places:
                print(f"{word} in the answer: {', '.join(map(str, places))}")
        if difference.dropped:
            print(f"{len(difference.dropped)} are in months whose rows the answer says are dropped")
        print("the answer agrees" if agrees else "THE ANSWER DIFFERS")
    return OK if agrees and whole else FAILED
