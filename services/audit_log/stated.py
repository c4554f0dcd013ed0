# SPDX-License-Identifier: Apache-2.0
"""What an answer of the log says about itself, as a script and as a person reads it.

Every answer names its question, the tree it rests on, its count, the run in which its rows were
held against the entries, and whose word is missing. None is printed without that.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from services.command import CommandFailed

_PARTS: Final = (
    *("filter", "as_of", "count", "count_is_exact", "integrity", "missing", "dropped"),
    *("cohorts", "cohorts_unresolved"),
)


def statement_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Take an answer's statement out of it; raise CommandFailed when it has none."""
    said = {name: answer[name] for name in _PARTS if name in answer}
    if not {"as_of", "integrity", "missing"} <= said.keys():
        raise CommandFailed("The answer does not say what it rests on.")
    return said


def statement_lines(said: Mapping[str, Any]) -> Iterator[str]:
    """Write a statement in lines."""
    if "filter" in said:
        yield f"asked      {json.dumps(said['filter'], sort_keys=True)}"
    yield f"as of      {said['as_of']['size']:,} entries"
    count = said.get("count")
    if count is not None:
        more = "" if said.get("count_is_exact", True) else "more than "
        more = "at least " if unresolved(said) else more
        yield f"matching   {more}{count:,} entries"
    if open_cohorts := unresolved(said):
        asked = said.get("cohorts") or {"reached": False}
        why = "are not known there" if asked["reached"] else "were not answered for"
        yield f"cohorts    NOT ALL OF IT: {open_cohorts:,} that may hold the person {why}"
    yield f"integrity  {_integrity(said['integrity'])}"
    for one in said["missing"]:
        yield f"missing    {one['src']}: {'; '.join(_missing(one))}"
    if not said["missing"]:
        yield "missing    nobody's word"
    for one in said.get("dropped", ()):
        rows, held = ("" if n is None else f"{n:,} " for n in (one["rows"], one["held"]))
        yield (
            f"dropped    {one['class']} of {one['month']}: {rows}rows of entries"
            f" {one['first']} to {one['last']}" + (f", {held}held" if held else "")
        )


def unresolved(said: Mapping[str, Any]) -> int:
    """Give how many cohorts may hold the person who was looked for, and were not looked into."""
    cohorts = said.get("cohorts")
    return int(said.get("cohorts_unresolved", 0) if cohorts is None else cohorts["unresolved"])


def _integrity(run: Mapping[str, Any] | None) -> str:
    if run is None:
        return "never held against the entries"
    flaws = "all agreed" if not run["flaws"] else f"{run['flaws']:,} rows DIFFERED"
    return (
        f"run {run['run']}, ended {run['ended_at']}: entries below {run['size']:,}, {flaws};"
        f" {run['not_covered']:,} not covered"
    )


def _missing(one: Mapping[str, Any]) -> Iterator[str]:
    for epoch, first, last in one["gaps"]:
        yield f"numbers {first} to {last} of chain {epoch}"
    if one["silent"]:
        since = one["silent_since"]
        yield "never spoke" if since is None else f"silent since {since}"
    for remark in one["remarks"]:
        yield f"{remark['code']} {remark['count']:,} times, {remark['open']:,} open"
