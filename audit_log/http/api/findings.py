# SPDX-License-Identifier: Apache-2.0
"""`/v1/findings` and `/v1/rules`: what the log found by itself, and how far it has looked."""

from typing import Any, Final

from audit_log.domain.findings import Finding, FindingFilter, FindingState
from audit_log.domain.rules.catalogue import RULES, Severity
from audit_log.http.api.finding_schemas import (
    FindingPageSchema,
    FindingQuerySchema,
    FindingSchema,
    RulesSchema,
    TransitionSchema,
)
from audit_log.http.edge import current_edge
from audit_log.http.looking import looks
from audit_log.ports import Progress
from audit_log.usecases import findings
from shared.api import ApiBlueprint
from shared.auth import current_principal, requires
from shared.clock import to_rfc3339

blueprint: Final = ApiBlueprint("findings", __name__, url_prefix="/v1", description="Findings")


@blueprint.route("/findings")
@requires("log.search")
@blueprint.arguments(FindingQuerySchema, location="query")
@blueprint.response(200, FindingPageSchema)
@looks("findings_listed", current_principal)
def list_findings(query: dict[str, Any]) -> dict[str, Any]:
    """List findings, newest first."""
    page = findings.list_findings(
        filter_of(query),
        before=query["before"],
        limit=query["limit"],
        principal=current_principal(),
        transaction=current_edge().findings,
    )
    return {"findings": [_finding(one) for one in page.findings], "next": page.next}


@blueprint.route("/findings/<int:finding_id>")
@requires("log.search")
@blueprint.response(200, FindingSchema)
@looks("finding_viewed", current_principal)
def get_finding(finding_id: int) -> dict[str, Any]:
    """Show one finding."""
    found = findings.get_finding(
        finding_id, principal=current_principal(), transaction=current_edge().findings
    )
    return _finding(found)


@blueprint.route("/findings/<int:finding_id>", methods=["POST"])
@requires("findings.manage")
@blueprint.arguments(TransitionSchema)
@blueprint.response(200, FindingSchema)
def change_finding(body: dict[str, Any], finding_id: int) -> dict[str, Any]:
    """Assign a finding, or close it for good; either is an entry of the log."""
    edge, principal = current_edge(), current_principal()
    if body["action"] == "assign":
        changed = findings.assign(
            finding_id,
            body["owner"],
            principal=principal,
            transaction=edge.findings,
            clock=edge.clock,
        )
    else:
        changed = findings.close(
            finding_id,
            body["reason"] or "",
            principal=principal,
            transaction=edge.findings,
            clock=edge.clock,
        )
    return _finding(changed)


@blueprint.route("/rules")
@requires("log.search")
@blueprint.response(200, RulesSchema)
@looks("rules_viewed", current_principal)
def list_rules() -> dict[str, Any]:
    """Say what is checked, by which numbers, how far, and what nothing feeds yet."""
    edge = current_edge()
    covered = findings.coverage(principal=current_principal(), transaction=edge.findings)
    numbers = edge.thresholds.as_mapping()
    return {
        "size": covered.size,
        "checks": [_progress(one) for one in covered.progress],
        "rules": [
            {
                "id": rule.id,
                "what": rule.what,
                "severity": rule.severity.value,
                "thresholds": {name: numbers[name] for name in rule.thresholds},
                "missing": rule.missing,
                "open": covered.open.get(rule.id, 0),
            }
            for rule in RULES.values()
        ],
    }


def filter_of(query: dict[str, Any]) -> FindingFilter:
    """Read a filter from checked words."""
    state, severity = query["state"], query["severity"]
    return FindingFilter(
        rule=query["rule"],
        state=None if state is None else FindingState(state),
        severity=None if severity is None else Severity(severity),
    )


def _progress(progress: Progress) -> dict[str, Any]:
    waiting = progress.waiting_since
    return {
        "name": progress.name,
        "next": progress.next,
        "waiting_since": None if waiting is None else to_rfc3339(waiting),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    closed = finding.closed_at
    return {
        "id": finding.id,
        "rule": finding.rule,
        "code": finding.code,
        "severity": finding.severity.value,
        "state": finding.state.value,
        "owner": finding.owner,
        "src": finding.src,
        "epoch": finding.epoch,
        "first_seq": finding.first_seq,
        "last_seq": finding.last_seq,
        "evidence": list(finding.evidence),
        "detail": dict(finding.detail),
        "opened_at": to_rfc3339(finding.opened_at),
        "closed_at": None if closed is None else to_rfc3339(closed),
        "closed_reason": finding.closed_reason,
    }
