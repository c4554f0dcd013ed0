# SPDX-License-Identifier: Apache-2.0
"""`placet audit search`: all pages of a search, as of one tree, with what the answer rests on."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from services.audit_log.asked import FILTER_HELP, add_filter_options, filter_asked
from services.audit_log.stated import statement_lines, statement_of
from services.command import FAILED, OK, CommandFailed, Service, service

ABOUT: Final = "search the log as an officer"
HELP: Final = f"""\
Search the log: the newest entries first, all pages as of one tree (scope log.search).

  placet audit search --dataset GDI-ZZ-DATASET-1 --decision deny --since 2026-11-01T00:00:00Z
  placet audit search --filter person.json --json > found.jsonl

{FILTER_HELP}
What the answer rests on comes first: with --json as the line {{"statement": ...}}, then a line
for each entry. Exit codes: 0 the answer is whole, 1 refused, away, or not whole, 2 bad usage.
"""
_PAGE: Final = 200


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_filter_options(parser)
    parser.add_argument("--as-of", type=int, metavar="SIZE", help="repeat it at an earlier size")
    parser.add_argument("--exact", action="store_true", help="count beyond 10,000, however long")
    parser.add_argument("--limit", type=_positive, metavar="N", help="print the newest N only")
    parser.add_argument("--json", action="store_true", help="print JSON lines for a script")


def run(parsed: argparse.Namespace) -> int:
    """Print the statement, then every entry; FAILED when the answer is not whole."""
    body = {**filter_asked(parsed), "as_of": parsed.as_of, "exact_count": parsed.exact}
    pages = _pages(service(parsed), body, parsed.limit)
    first = next(pages)
    said = statement_of(first)
    _tell_statement(said, as_json=parsed.json)
    printed = 0
    for page in _with(first, pages):
        if page["as_of"] != said["as_of"]:
            raise CommandFailed("A later page rests on another tree: the answer is not whole.")
        for found in page["entries"]:
            if parsed.limit is None or printed < parsed.limit:
                sys.stdout.write(_line(found, as_json=parsed.json) + "\n")
                printed += 1
    return _whole(said, printed, parsed.limit)


def _pages(
    asked: Service, body: Mapping[str, Any], limit: int | None
) -> Iterator[Mapping[str, Any]]:
    """Ask for page after page; those after the first name the first one's tree."""
    left, after, as_of = limit, None, body["as_of"]
    while left is None or left > 0:
        size = _PAGE if left is None else min(left, _PAGE)
        page: Mapping[str, Any] = asked.post(
            "/v1/search", {**body, "as_of": as_of, "after": after, "limit": size}
        )
        yield page
        after, as_of = page["next"], page["as_of"]["size"]
        left = None if left is None else left - len(page["entries"])
        if after is None:
            return


def _with(
    first: Mapping[str, Any], others: Iterator[Mapping[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    yield first
    yield from others


def _tell_statement(said: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(orjson.dumps({"statement": said}).decode() + "\n")
        return
    for line in statement_lines(said):
        sys.stdout.write(line + "\n")
    sys.stdout.write("\n")


def _line(found: Mapping[str, Any], *, as_json: bool) -> str:
    if as_json:
        return orjson.dumps(found).decode()
    entry = found["entry"]
    parts = (entry[name] for name in ("ts", "ty", "src"))
    rest = (str(entry.get(name) or "-") for name in ("ds", "d", "r"))
    return "  ".join((f"{found['idx']:>10}", *parts, *rest))


def _whole(said: Mapping[str, Any], printed: int, limit: int | None) -> int:
    """Hold what was printed against the count."""
    count = said["count"]
    if limit is not None and printed == limit:
        print(f"The newest {printed:,} are shown.", file=sys.stderr)
        return OK
    if printed == count or (not said["count_is_exact"] and printed > count):
        return OK
    print(f"NOT WHOLE: {count:,} were counted, {printed:,} came.", file=sys.stderr)
    return FAILED


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a number from 1")
    return number
