# SPDX-License-Identifier: Apache-2.0
"""What commands over a copied log are told: the copy, the key, a filter, openings."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from audit_log.adapters.log_folder import LogFolder
from audit_log.domain.filters import filter_faults, filter_of
from audit_log.domain.search import DECISION_CODES, PARTS, Filter
from audit_log.ports import Trust
from audit_log.usecases.copy_log import fetch_copy
from audit_log.usecases.recount import read_openings
from audit_log.usecases.verify_served import Fetch
from services.audit_log.copies import trust_in
from services.audit_log.outcome import print_faults
from shared import strict_json
from shared.errors import ValidationFailed
from shared.sealing import SealedPart

_FIELDS: Final = frozenset(PARTS)
_INSIDE: Final[dict[str, dict[str, type]]] = {
    "actor": {"issuer": str, "subject": str},
    "person": {"dataset": str, "ordinal": int},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The arguments, read."""

    fetch: Fetch
    trust: Trust
    wanted: Filter
    openings: Mapping[int, Sequence[SealedPart]]


def add_arguments(command: argparse.ArgumentParser, *, filtered: bool) -> None:
    """Let a command be told; with `filtered` it must be told a filter."""
    command.add_argument("--export", type=Path, metavar="DIR", required=True, help="the copy")
    command.add_argument("--vkey", required=True, help="the log's vkey, from somebody you trust")
    command.add_argument(
        "--filter",
        required=filtered,
        default="{}",
        help="a filter as POST /v1/search has it, as JSON or @FILE",
    )
    command.add_argument("--openings", type=Path, metavar="FILE", help="openings of sealed parts")


def read_arguments(parsed: argparse.Namespace) -> Told | None:
    """Read what a command was told; None, with the faults printed, when it is not usable."""
    try:
        return Told(
            fetch=fetch_copy(LogFolder(parsed.export)),
            trust=trust_in(parsed.vkey),
            wanted=read_filter(parsed.filter),
            openings=read_openings(parsed.openings.read_bytes()) if parsed.openings else {},
        )
    except ValidationFailed as refused:
        print_faults(refused)
    except (OSError, ValueError) as fault:
        print(f"Not usable: {fault}", file=sys.stderr)
    return None


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
