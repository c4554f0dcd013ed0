# SPDX-License-Identifier: Apache-2.0
"""What the templates about findings show: texts made from values of the domain. Formats only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit_log.domain.findings import Finding, FindingState
from audit_log.domain.rules.catalogue import RULES, Severity
from audit_log.http.pages.views import Row, Tag
from audit_log.usecases.findings import FindingPage

_STATES: Final[Mapping[FindingState, Tag]] = {
    FindingState.OPEN: Tag(text="Open", tone="bad"),
    FindingState.ASSIGNED: Tag(text="Being looked at", tone="wait"),
    FindingState.CLOSED: Tag(text="Closed", tone=""),
}
_SEVERITIES: Final[Mapping[Severity, str]] = {
    Severity.CRITICAL: "Critical",
    Severity.MAJOR: "Major",
    Severity.MINOR: "Minor",
}
_REASONS: Final[Mapping[str, str]] = {
    "explained": "It happened, and it was right",
    "corrected": "It was wrong, and it has been put right",
    "reported": "It was wrong, and it was reported to the authority",
    "false_alarm": "It did not happen",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """One finding in the list."""

    id: int
    rule: str
    what: str
    code: str
    severity: str
    state: Tag
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingList:
    """A page of findings; `next` continues it."""

    lines: tuple[FindingLine, ...]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """One finding in words; `mine` says that whoever looks has it in hand."""

    id: int
    what: str
    state: Tag
    facts: tuple[Row, ...]
    evidence: tuple[int, ...]
    opened_at: datetime
    closed_at: datetime | None
    is_closed: bool
    mine: bool
    missing: str


def listing(page: FindingPage) -> FindingList:
    """Show a page of findings."""
    return FindingList(lines=tuple(_line(one) for one in page.findings), next=page.next)


def finding_view(finding: Finding, reader: str) -> FindingView:
    """Show one finding to somebody."""
    rule = RULES.get(finding.rule)
    return FindingView(
        id=finding.id,
        what=_what(finding),
        state=_STATES[finding.state],
        facts=tuple(_facts(finding)),
        evidence=finding.evidence,
        opened_at=finding.opened_at,
        closed_at=finding.closed_at,
        is_closed=finding.state is FindingState.CLOSED,
        mine=finding.owner == reader,
        missing="" if rule is None else rule.missing,
    )


def rule_options() -> list[Row]:
    """Give every rule as an option."""
    return [("", "Every rule"), *((rule.id, f"{rule.id}: {rule.what}") for rule in RULES.values())]


def state_options() -> list[Row]:
    """Give every state as an option."""
    return [("", "Any state"), *((state.value, tag.text) for state, tag in _STATES.items())]


def severity_options() -> list[Row]:
    """Give every severity as an option."""
    return [("", "Any"), *((grade.value, words) for grade, words in _SEVERITIES.items())]


def reason_options() -> list[Row]:
    """Give the usual reasons for closing."""
    return list(_REASONS.items())


def _line(finding: Finding) -> FindingLine:
    return FindingLine(
        id=finding.id,
        rule=finding.rule,
        what=_what(finding),
        code=finding.code,
        severity=_SEVERITIES[finding.severity],
        state=_STATES[finding.state],
        opened_at=finding.opened_at,
    )


def _what(finding: Finding) -> str:
    rule = RULES.get(finding.rule)
    return finding.code if rule is None else rule.what


def _facts(finding: Finding) -> list[Row]:
    places = ""
    if finding.first_seq is not None:
        places = f"{finding.first_seq} to {finding.last_seq} of chain {finding.epoch}"
    reason = finding.closed_reason or ""
    rows = [
        ("Rule", finding.rule),
        ("Code", finding.code),
        ("Severity", _SEVERITIES[finding.severity]),
        ("Producer", finding.src or ""),
        ("Places", places),
        *((word.capitalize(), str(said)) for word, said in sorted(finding.detail.items())),
        ("In the hands of", finding.owner or ""),
        ("Closed because", _REASONS.get(reason, reason)),
    ]
    return [row for row in rows if row[1]]
