# SPDX-License-Identifier: Apache-2.0
"""The last chapter: every step is in the log, and the log proves it."""

import re
import subprocess
import sys
from collections.abc import Iterable
from typing import Final

from services.story import accounts
from services.story.log_reader import NotProven
from services.story.stage import Cast, Stage

_STEPS: Final = (
    "placet.import.started.v1",
    "placet.import.finished.v1",
    "placet.consent.given.v1",
    "placet.consent.withdrawn.v1",
    "placet.application.submitted.v1",
    "placet.application.decided.v1",
    "placet.cohort.evaluated.v1",
    "placet.cohort.frozen.v1",
    "placet.permit.issued.v1",
    "placet.permit.revoked.v1",
    "placet.visa.issued.v1",
    accounts.DECISION,
)
_MOST_PROOFS: Final = 24


def prove(stage: Stage, cast: Cast, begun_at: int) -> None:
    """Wait for the story's last entry, then check everything since entry number `begun_at`."""
    narrator, log = stage.narrator, stage.log
    narrator.chapter("Every step is in the log, and its proofs verify")
    arrived = log.wait_for(lambda: not _open_accounts(stage, cast, begun_at))
    narrator.check("the log has all that was answered", expected=True, came=arrived)
    mine = log.entries[begun_at:]
    for line in _open_accounts(stage, cast, begun_at)[:10]:
        narrator.check("an account that does not balance", expected="", came=line)
    narrator.check(
        "kinds of step that are missing",
        expected=[],
        came=[step for step in _STEPS if not any(entry["ty"] == step for entry in mine)],
    )
    narrator.check("broken chains", expected=[], came=[*accounts.chains(log.raw, log.entries)][:5])
    shown = shown_in(b"\n".join(log.raw[begun_at:]).decode(), cast.country.participants.values())
    narrator.check("pseudonyms that stand in the open log", expected=[], came=shown)
    narrator.check("proofs that do not verify", expected=[], came=_unproven(stage, begun_at))
    narrator.note(f"{len(mine)} entries since the story began, {log.head.size} in the log")
    words = ["log", "verify", "--url", stage.suite.urls["audit_log"], "--vkey", log.vkey]
    verified = subprocess.run(
        [sys.executable, "-m", "services.cli", *words], capture_output=True, check=False
    )
    narrator.check("placet log verify", expected=0, came=verified.returncode)


def shown_in(text: str, names: Iterable[str]) -> list[str]:
    """Give those of the names that stand anywhere in a text, all looked for in one pass."""
    longest_first = sorted(names, key=len, reverse=True)
    return sorted(set(re.findall("|".join(map(re.escape, longest_first)), text)))


def _open_accounts(stage: Stage, cast: Cast, begun_at: int) -> list[str]:
    sent, mine = stage.ledger.sent(), stage.log.entries[begun_at:]
    return [
        *accounts.decisions(sent, mine),
        *accounts.changes(sent, mine),
        *accounts.consents(cast.dataset, cast.expected.consents, mine),
        *accounts.imports(mine),
        *accounts.grants(mine),
    ]


def _unproven(stage: Stage, begun_at: int) -> list[str]:
    """Check the root over all entries, and the proof of one entry of each kind."""
    log = stage.log
    first_of: dict[str, int] = {}
    for index in range(begun_at, log.head.size):
        first_of.setdefault(f"{log.entries[index]['ty']} {log.entries[index].get('r')}", index)
    wanted = [*first_of.values(), log.head.size - 1][:_MOST_PROOFS]
    found = []
    try:
        log.check_root()
    except NotProven as fault:
        found.append(str(fault))
    for index in wanted:
        try:
            log.check_entry(index)
        except NotProven as fault:
            found.append(f"{index}: {fault}")
    return found
