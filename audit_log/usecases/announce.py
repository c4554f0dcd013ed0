# SPDX-License-Identifier: Apache-2.0
"""What the log says about itself, through its own producer: codes and hashes only."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from audit_log.domain.batch import Quarantined
from audit_log.domain.chain import Breach, BreachCode
from audit_log.domain.rules.raised import Raised
from shared.events import JSON, Fact
from shared.tracing import current_trace_id

QUARANTINED: Final = "placet.sys.quarantined.v1"
RULES: Final[Mapping[str, str]] = {
    BreachCode.GAP: "R1",
    BreachCode.CHAIN_BROKEN: "R2",
    BreachCode.EQUIVOCATION: "R3",
}


def started(epoch: int, at: datetime) -> Fact:
    """Say that a sequencer leads from now on."""
    return _fact("placet.sys.start.v1", at, extra={"lease": epoch})


def breach_fact(breach: Breach, at: datetime) -> Fact:
    """Say what a producer's chain shows."""
    missing = breach.code is BreachCode.GAP
    return _fact(
        "placet.sys.gap.v1" if missing else "placet.finding.opened.v1",
        at,
        reason=breach.code.value,
        extra={
            "epoch": breach.key.epoch,
            "first": breach.seq,
            "last": breach.last,
            "rule": RULES[breach.code],
            "src": breach.key.src,
        },
    )


def quarantine_fact(quarantined: Quarantined, at: datetime) -> Fact:
    """Say that input was kept out of the tree: its SHA-256, and where it stood if that is known."""
    extra: dict[str, JSON] = {"sha256": b64encode(quarantined.digest).decode("ascii")}
    if quarantined.claims is not None:
        key, seq = quarantined.claims
        extra |= {"epoch": key.epoch, "seq": seq, "src": key.src}
    return _fact(QUARANTINED, at, reason=quarantined.reason, extra=extra)


def finding_fact(rule: str, code: str, detail: Mapping[str, int | str], at: datetime) -> Fact:
    """Say that the log found something wrong around itself."""
    return _fact("placet.finding.opened.v1", at, reason=code, extra={"rule": rule, **detail})


def succeeds_fact(detail: Mapping[str, int | str], at: datetime) -> Fact:
    """Say which log this one follows, and what of it is lost."""
    return _fact("placet.sys.start.v1", at, reason="succeeds", extra=detail)


def opened_fact(finding: int, raised: Raised, severity: str, at: datetime) -> Fact:
    """Say that a rule opened a finding, and on which entries it rests."""
    extra: dict[str, JSON] = {"finding": finding, "rule": raised.rule, "severity": severity}
    if raised.evidence:
        extra["evidence"] = list(raised.evidence)
    if raised.src is not None:
        extra["src"] = raised.src
    if raised.who is not None:
        extra["who"] = raised.who
    return _fact("placet.finding.opened.v1", at, reason=raised.code, extra=extra)


def closed_fact(finding: int, rule: str, code: str, reason: str, at: datetime) -> Fact:
    """Say that a finding is closed, and why."""
    extra: dict[str, JSON] = {"code": code, "finding": finding, "rule": rule}
    return _fact("placet.finding.closed.v1", at, reason=reason, extra=extra)


def _fact(
    type_: str, at: datetime, *, reason: str | None = None, extra: Mapping[str, JSON]
) -> Fact:
    return Fact(type=type_, occurred_at=at, trace_id=current_trace_id(), reason=reason, extra=extra)
