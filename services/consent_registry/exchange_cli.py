# SPDX-License-Identifier: Apache-2.0
"""`placet consent fhir`: write one participant's consents as FHIR to standard output."""

import sys
from argparse import ArgumentParser, Namespace
from typing import Final
from urllib.parse import quote, urlencode

import orjson

from services.command import OK, service

RELEASES: Final = {"r4": "4.0", "r5": "5.0"}
HELP: Final = """\
Write a participant's consents as FHIR Consent resources (scope consents.read).

  placet consent fhir P-000017 --release r4 > consents.json
  placet consent fhir P-000017 --effective-at 2026-01-01T00:00:00Z --lines

A Bundle, or with --lines one resource a line. Another Placet registry imports either. With
--effective-at and --known-at: what held at an instant, as known at another.
"""


def options(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("pseudonym", metavar="PSEUDONYM")
    parser.add_argument("--release", choices=sorted(RELEASES), default="r5")
    parser.add_argument("--effective-at", metavar="TIME", default="")
    parser.add_argument("--known-at", metavar="TIME", default="")
    parser.add_argument("--lines", action="store_true", help="NDJSON instead of a Bundle")


def run(parsed: Namespace) -> int:
    """Ask for the consents and print them as they came."""
    asked = {
        "release": RELEASES[parsed.release],
        "effective_at": parsed.effective_at,
        "known_at": parsed.known_at,
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    who = quote(parsed.pseudonym, safe="")
    bundle = service(parsed).get(f"/v1/participants/{who}/fhir?{query}")
    entries = bundle.get("entry")
    if not parsed.lines:
        sys.stdout.write(orjson.dumps(bundle, option=orjson.OPT_INDENT_2).decode() + "\n")
    elif isinstance(entries, list):
        for entry in entries:
            if isinstance(entry, dict):
                sys.stdout.write(orjson.dumps(entry["resource"]).decode() + "\n")
    return OK
