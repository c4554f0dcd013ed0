# SPDX-License-Identifier: Apache-2.0
"""How the log's console commands end: exit codes, refusals in a line, tokens from outside."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from audit_log.domain.errors import (
    CaseClosed,
    CaseNeeded,
    CaseUnknown,
    HeadMismatch,
    LogMismatch,
    ProducerExists,
    TopicTaken,
    TopicUnready,
)
from audit_log.domain.note import NoteInvalid
from audit_log.settings import AdminSettings
from services.audit_log.report import Report
from shared.errors import AppError, ValidationFailed
from shared.keys import KeyStoreError
from shared.settings import SettingsError, load
from shared.transport import TransportError

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
_REFUSALS: Final = (
    *(CaseClosed, CaseNeeded, CaseUnknown),
    *(ProducerExists, LogMismatch, HeadMismatch, TopicUnready),
)


def with_settings(work: Callable[[AdminSettings], int]) -> int:
    """Run a command that needs the log's environment; 2 when it is not usable, 1 when refused."""
    try:
        return work(load(AdminSettings, os.environ))
    except (SettingsError, KeyStoreError) as fault:
        print(fault, file=sys.stderr)
        return USAGE
    except ValidationFailed as refused:
        print_faults(refused)
        return USAGE
    except _REFUSALS as refused:
        print(f"Refused: {refused}", file=sys.stderr)
        return FAILED
    except TopicTaken as refused:
        print(f"Refused: {refused} (--shared-topic allows it)", file=sys.stderr)
        return FAILED
    except TransportError as away:
        print(f"Kafka does not answer: {away.cause}", file=sys.stderr)
        return FAILED


def print_faults(refused: ValidationFailed, *, of: str = "") -> None:
    """Print what is wrong with the input, a line each."""
    for one in refused.faults:
        print(f"{of}{one.pointer.lstrip('/')}: {one.detail}", file=sys.stderr)


def judged(work: Callable[[], Report], *, as_json: bool) -> int:
    """Run a verification and print its report; 1 when something does not fit or cannot be read."""
    try:
        report = work()
    except ValueError as fault:
        kind = "not to be trusted" if isinstance(fault, NoteInvalid) else "not usable"
        print(f"NOT VERIFIED: checkpoint or key {kind}: {fault}", file=sys.stderr)
        return FAILED
    except (AppError, LookupError) as fault:
        print(f"NOT VERIFIED: {fault}", file=sys.stderr)
        return FAILED
    return reported(report, as_json=as_json)


def reported(report: Report, *, as_json: bool) -> int:
    """Print a report; 1 when it has flaws."""
    if as_json:
        print(json.dumps(report.as_json(), indent=2))
    else:
        for flaw in report.flaws:
            print(flaw)
        verdict = "NOT VERIFIED" if report.flaws else "Verified"
        print(f"{verdict}: {report.size} entries, root {report.root.hex()}")
    return FAILED if report.flaws else OK


def access_token(file: Path | None) -> str:
    """Give the access token from a file, or from PLACET_ACCESS_TOKEN; empty when there is none."""
    if file is None:
        return os.environ.get("PLACET_ACCESS_TOKEN", "").strip()
    return file.read_text(encoding="ascii").strip()
