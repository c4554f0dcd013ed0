# SPDX-License-Identifier: Apache-2.0
"""The officer's pages about findings: the list, one finding, and what may be done with it."""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from audit_log.domain.findings import FindingFilter, FindingState
from audit_log.domain.rules.catalogue import RULES, Severity
from audit_log.http.edge import current_edge
from audit_log.http.looking import looks
from audit_log.http.pages import finding_views as views
from audit_log.usecases import findings
from shared.errors import ValidationFailed
from shared.pages import FormError, current_principal, form_errors, signed_in

blueprint: Final = Blueprint("finding_pages", __name__, url_prefix="/findings")

_PAGE: Final = 50
_MAX_DIGITS: Final = 15


@blueprint.get("")
@signed_in("log.search")
@looks("findings_listed", current_principal)
def listing() -> ResponseReturnValue:
    """Show findings, newest first; the words that narrow the list are no personal values."""
    asked = request.args
    before = asked.get("before", "")
    page = findings.list_findings(
        _filter(asked.get("rule", ""), asked.get("state", ""), asked.get("severity", "")),
        before=int(before) if before.isdecimal() and len(before) <= _MAX_DIGITS else None,
        limit=_PAGE,
        principal=current_principal(),
        transaction=current_edge().findings,
    )
    return render_template(
        "audit_log/findings.html",
        view=views.listing(page),
        asked={name: asked.get(name, "") for name in ("rule", "state", "severity")},
        rules=views.rule_options(),
        states=views.state_options(),
        severities=views.severity_options(),
    )


@blueprint.get("/<int:finding_id>")
@signed_in("log.search")
@looks("finding_viewed", current_principal)
def one(finding_id: int) -> ResponseReturnValue:
    """Show one finding."""
    return _shown(finding_id, ())


@blueprint.post("/<int:finding_id>/take")
@signed_in("findings.manage")
def take(finding_id: int) -> ResponseReturnValue:
    """Take a finding on oneself."""
    edge = current_edge()
    findings.assign(
        finding_id,
        None,
        principal=current_principal(),
        transaction=edge.findings,
        clock=edge.clock,
    )
    return redirect(url_for("finding_pages.one", finding_id=finding_id), code=303)


@blueprint.post("/<int:finding_id>/close")
@signed_in("findings.manage")
def close(finding_id: int) -> ResponseReturnValue:
    """Close a finding for good."""
    edge = current_edge()
    try:
        findings.close(
            finding_id,
            request.form.get("reason", ""),
            principal=current_principal(),
            transaction=edge.findings,
            clock=edge.clock,
        )
    except ValidationFailed as refused:
        return _shown(finding_id, form_errors(refused.faults)), 422
    return redirect(url_for("finding_pages.one", finding_id=finding_id), code=303)


def _shown(finding_id: int, errors: tuple[FormError, ...]) -> str:
    principal = current_principal()
    found = findings.get_finding(
        finding_id, principal=principal, transaction=current_edge().findings
    )
    return render_template(
        "audit_log/finding.html",
        view=views.finding_view(found, principal.subject),
        may_manage="findings.manage" in principal.scopes,
        reasons=views.reason_options(),
        errors=errors,
    )


def _filter(rule: str, state: str, severity: str) -> FindingFilter:
    """Read what narrows the list; a word that is none narrows nothing."""
    return FindingFilter(
        rule=rule if rule in RULES else None,
        state=FindingState(state) if state in set(FindingState) else None,
        severity=Severity(severity) if severity in set(Severity) else None,
    )
