# SPDX-License-Identifier: Apache-2.0
"""Working on findings: read them, take one on, close it with a reason. Each step is an entry."""

from collections.abc import Mapping
from dataclasses import dataclass

from audit_log.domain.errors import FindingClosed
from audit_log.domain.findings import MAX_PAGE, Finding, FindingFilter, FindingState
from audit_log.domain.rules.catalogue import RULES
from audit_log.ports import Coverage, FindingDesk, FindingTransaction
from shared.clock import Clock
from shared.entry_forms import is_code
from shared.errors import FieldFault, NotFound, ValidationFailed
from shared.events import JSON, Actor, Fact
from shared.principal import Principal
from shared.tracing import current_trace_id

READ = "log.search"
MANAGE = "findings.manage"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingPage:
    """One page of findings, newest first; `next` continues after the last of them."""

    findings: tuple[Finding, ...]
    next: int | None


def list_findings(
    wanted: FindingFilter,
    *,
    before: int | None,
    limit: int,
    principal: Principal,
    transaction: FindingTransaction,
) -> FindingPage:
    """Give matching findings; raise ValidationFailed for what no finding can match."""
    principal.require(READ)
    faults = []
    if not 0 < limit <= MAX_PAGE:
        faults.append(FieldFault("/limit", f"between 1 and {MAX_PAGE}"))
    if wanted.rule is not None and wanted.rule not in RULES:
        faults.append(FieldFault("/rule", "one of R0 to R16"))
    if faults:
        raise ValidationFailed("the question has faults", faults=faults)
    with transaction() as desk:
        found = desk.page(wanted, before, limit + 1)
    more = len(found) > limit
    page = tuple(found[:limit])
    return FindingPage(findings=page, next=page[-1].id if more else None)


def get_finding(
    finding_id: int, *, principal: Principal, transaction: FindingTransaction
) -> Finding:
    """Give one finding; raise NotFound."""
    principal.require(READ)
    with transaction() as desk:
        return _held(desk, finding_id)


def assign(
    finding_id: int,
    owner: str | None,
    *,
    principal: Principal,
    transaction: FindingTransaction,
    clock: Clock,
) -> Finding:
    """Give a finding to an account of the caller's issuer, to the caller herself if none is named.

    Raises NotFound, FindingClosed.
    """
    principal.require(MANAGE)
    whose = owner or principal.subject
    with transaction() as desk:
        _require_open(_held(desk, finding_id))
        desk.assign(finding_id, whose)
        fact = _said("assigned", finding_id, principal, clock, {}, owner=whose)
        desk.record(fact)
        return _held(desk, finding_id)


def close(
    finding_id: int,
    reason: str,
    *,
    principal: Principal,
    transaction: FindingTransaction,
    clock: Clock,
) -> Finding:
    """Close a finding for good; `reason` is a code such as `explained` or `false_alarm`.

    Raises NotFound, FindingClosed, and ValidationFailed for a reason that is no code.
    """
    principal.require(MANAGE)
    if not is_code(reason):
        fault = FieldFault("/reason", "use a code such as explained or false_alarm")
        raise ValidationFailed("the reason is not a code", faults=(fault,))
    with transaction() as desk:
        finding = _held(desk, finding_id)
        _require_open(finding)
        extra: Mapping[str, JSON] = {"code": finding.code, "rule": finding.rule}
        fact = _said("closed", finding_id, principal, clock, extra, reason=reason)
        desk.close(finding_id, reason, clock.now(), desk.record(fact))
        return _held(desk, finding_id)


def coverage(*, principal: Principal, transaction: FindingTransaction) -> Coverage:
    """Say how far each check has come in the published log, and what is open."""
    principal.require(READ)
    with transaction() as desk:
        return desk.coverage()


def _held(desk: FindingDesk, finding_id: int) -> Finding:
    finding = desk.hold(finding_id)
    if finding is None:
        raise NotFound
    return finding


def _require_open(finding: Finding) -> None:
    if finding.state is FindingState.CLOSED:
        raise FindingClosed


def _said(
    what: str,
    finding_id: int,
    principal: Principal,
    clock: Clock,
    extra: Mapping[str, JSON],
    *,
    reason: str | None = None,
    owner: str | None = None,
) -> Fact:
    return Fact(
        type=f"placet.finding.{what}.v1",
        occurred_at=clock.now(),
        trace_id=current_trace_id(),
        reason=reason,
        extra={"finding": finding_id, **extra},
        actor=Actor(
            issuer=principal.issuer,
            subject=principal.subject,
            client_id=principal.client_id,
        ),
        on_behalf_of=None if owner is None else {"iss": principal.issuer, "sub": owner},
    )
