# SPDX-License-Identifier: Apache-2.0
"""`placet consent rights`: the desk's queue, and the erasure of a participant by two people."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from services.command import (
    OK,
    Commands,
    Run,
    add_command,
    add_group,
    add_json_option,
    add_service_options,
    print_json,
    service,
)
from services.consent_registry.tables import print_table

_QUEUE_HELP: Final = """\
List the requests that wait, overdue first (scope rights.manage).

  placet consent rights queue
"""
_ERASE_HELP: Final = """\
Ask for the erasure of a participant (scope rights.manage). Nothing is destroyed before somebody
else confirms it.

  placet consent rights erase P-000017 --ground gdpr_17_1_b
"""
_CONFIRM_HELP: Final = """\
Confirm an erasure as the second person (scope rights.manage). It cannot be undone.

  placet consent rights confirm 01939a5c-0000-7000-8000-000000000000
"""
_ERASURE_HELP: Final = """\
Say which parts of an erasure have confirmed, and the day on which no copy is left.

  placet consent rights erasure 01939a5c-0000-7000-8000-000000000000
"""


def add(commands: Commands, *, variable: str, default_url: str) -> None:
    """Add the group `rights` to `placet consent`."""
    group = add_group(commands, "rights", "the rights desk: its queue, and erasures")

    def asking(name: str, run: Run, about: str, teaches: str) -> ArgumentParser:
        parser = add_command(group, name, run, about, teaches)
        add_service_options(
            parser, service="consent_registry", variable=variable, default=default_url
        )
        add_json_option(parser)
        return parser

    asking("queue", _queue, "list the requests that wait", _QUEUE_HELP)
    erase = asking("erase", _erase, "ask for an erasure", _ERASE_HELP)
    erase.add_argument("pseudonym", metavar="PSEUDONYM")
    erase.add_argument("--ground", required=True, help="gdpr_17_1_a to gdpr_17_1_f")
    confirm = asking("confirm", _confirm, "confirm an erasure", _CONFIRM_HELP)
    confirm.add_argument("erasure_id", metavar="ID")
    erasure = asking("erasure", _erasure, "say how far an erasure is", _ERASURE_HELP)
    erasure.add_argument("erasure_id", metavar="ID")


def _queue(parsed: Namespace) -> int:
    found: Mapping[str, Any] = service(parsed).get("/v1/rights-requests")
    if parsed.json:
        print_json(found)
        return OK
    rows = [
        (
            one["request_id"],
            one["right"],
            one["due_on"] or "stands still",
            "overdue" if one["overdue"] else one["state"],
        )
        for one in found["requests"]
    ]
    print_table(("request", "right", "answer by", "state"), rows)
    return OK


def _erase(parsed: Namespace) -> int:
    path = f"/v1/participants/{quote(parsed.pseudonym, safe='')}/erasures"
    return _show(parsed, service(parsed).post(path, {"ground": parsed.ground}))


def _confirm(parsed: Namespace) -> int:
    path = f"{_path(parsed)}/confirmation"
    return _show(parsed, service(parsed).post(path, {}))


def _erasure(parsed: Namespace) -> int:
    return _show(parsed, service(parsed).get(_path(parsed)))


def _path(parsed: Namespace) -> str:
    return f"/v1/erasures/{quote(parsed.erasure_id, safe='')}"


def _show(parsed: Namespace, found: Mapping[str, Any]) -> int:
    if parsed.json:
        print_json(found)
        return OK
    when = found["complete_on"] or "not stated before each part but the last has confirmed"
    print(f"Erasure {found['erasure_id']}: {found['state']}. No copy is left from: {when}")
    rows = [(part["part"], part["confirmed_at"] or "not confirmed") for part in found["parts"]]
    print_table(("part", "confirmed"), rows)
    return OK
