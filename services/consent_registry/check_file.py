# SPDX-License-Identifier: Apache-2.0
"""`placet consent check`: match purposes against consents on this machine, in bulk.

The same rules as the registry's, on nothing but the file: no network, no database, no person.
"""

import sys
from argparse import ArgumentTypeError, Namespace
from datetime import date
from pathlib import Path
from typing import Any, Final

from consent_registry.adapters.resources import read_diseases, read_policy
from consent_registry.domain.diseases import BadHierarchy, Diseases
from consent_registry.domain.matching import Inquiry
from consent_registry.domain.policy import Policy
from consent_registry.domain.purpose import Category, Purpose
from consent_registry.usecases.checking import INVALID, check_cases
from services.command import FAILED, OK, USAGE, CommandFailed, Commands, add_command, print_json
from shared import strict_json
from shared.clock import SystemClock
from shared.country_policy import PolicyFaults

_HELP: Final = """\
Match purposes against consents: offline, in bulk, JSON in and JSON out.

  placet consent check cases.json

cases.json:
  {"cases": [{"consent": {"alternatives": [{"permission": "DS", "diseases": ["MONDO:0004992"],
                          "modifiers": [{"code": "TS", "value": 24}, {"code": "NPU"}]}]},
              "purpose": {"category": "DS", "diseases": ["MONDO:0007254"], "months": 12,
                          "organisation": {"not_for_profit": true}}}]}

Gives for each case, in order, the verdict (permit, manual, deny), the reasons of a deny, the
questions and clauses that await a ruling, the obligations of a permit, and what each clause of
each alternative said; with the versions of the engine, DUO, MONDO, places and policy. An `id` of a
case is given back. A case with faults has the verdict `invalid` and its faults; the others are
decided. Exits 0 when every case was decided, whichever way, and 1 when one was not.
"""


def add(commands: Commands) -> None:
    """Add the command `check`."""
    parser = add_command(commands, "check", _check, "match purposes and consents offline", _HELP)
    parser.add_argument("file", metavar="FILE", help="cases as JSON, or - for standard input")
    parser.add_argument("--today", type=_day, metavar="DATE", help="decide as on that day")
    parser.add_argument("--policy", type=Path, metavar="FILE", help="default: the shipped policy")
    parser.add_argument(
        "--mondo", type=Path, metavar="FILE", help="OBO Graph JSON; default: the shipped extract"
    )
    parser.add_argument("--json", action="store_true", help="JSON is what it prints anyway")


def _check(parsed: Namespace) -> int:
    cases = _cases(parsed.file)
    rules = Inquiry(
        purpose=Purpose(category=Category.GRU),
        today=parsed.today or SystemClock().now().date(),
        policy=_policy(parsed.policy),
        diseases=_diseases(parsed.mondo),
    )
    answer = check_cases(cases, rules)
    print_json(answer)
    return FAILED if any(case["verdict"] == INVALID for case in answer["cases"]) else OK


def _cases(source: str) -> list[Any]:
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        document = strict_json.loads(raw)
    except OSError:
        raise CommandFailed(f"{source} cannot be read.", USAGE) from None
    except ValueError as fault:
        raise CommandFailed(f"{source} is not JSON: {fault}", USAGE) from None
    cases = document.get("cases") if isinstance(document, dict) else None
    if not isinstance(cases, list):
        raise CommandFailed('The file is no object with a list "cases".', USAGE)
    return cases


def _policy(path: Path | None) -> Policy:
    try:
        return read_policy(path)
    except (OSError, UnicodeDecodeError):
        raise CommandFailed("The policy file cannot be read.", USAGE) from None
    except PolicyFaults as faults:
        raise CommandFailed(f"The policy is not usable: {faults}", USAGE) from None


def _diseases(path: Path | None) -> Diseases:
    try:
        return read_diseases(path)
    except OSError:
        raise CommandFailed("The disease hierarchy cannot be read.", USAGE) from None
    except BadHierarchy as fault:
        raise CommandFailed(f"The disease hierarchy is not usable: {fault}", USAGE) from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("a date such as 2026-11-22") from None
