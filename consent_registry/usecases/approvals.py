# SPDX-License-Identifier: Apache-2.0
"""List an approval, and use one: the second pair of eyes before a consent widens backwards."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.approvals import Approval, Widening
from consent_registry.domain.errors import ApprovalMissing, NotAMember
from consent_registry.domain.identifiers import is_own_id
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.cases import left_everything
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, Forbidden, ValidationFailed
from shared.ids import DatasetId
from shared.principal import Principal

DESK: Final = "consents.write"
_LISTED: Final = "placet.admin.config.change.v1"
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApproval:
    """What is approved, of whom, with which evidence."""

    pseudonym: str
    dataset: DatasetId
    widening: Widening
    dated: datetime
    evidence: str


def list_approval(wanted: NewApproval, *, tools: Tools, principal: Principal) -> Approval:
    """Write an approval down. It is a desk's; nobody approves for herself."""
    if DESK not in principal.scopes:
        raise Forbidden("an approval is a desk's")
    if not _SHA256.fullmatch(wanted.evidence):
        fault = FieldFault("/evidence", "the SHA-256 of the signed paper, in lower-case hex")
        raise ValidationFailed("the approval has faults", faults=[fault])
    now = tools.clock.now()
    if wanted.dated > now:
        fault = FieldFault("/dated", "not in the future")
        raise ValidationFailed("the approval has faults", faults=[fault])
    with tools.units() as uow:
        pid = access.participant(uow, principal, wanted.pseudonym, DESK)
        if not _concerns(uow, pid, wanted):
            raise NotAMember
        # The dataset first, as everybody holds them; the row refers to both.
        uow.datasets.hold([wanted.dataset])
        uow.people.hold(pid)
        approval = Approval(
            approval_id=tools.ids.new(),
            widening=wanted.widening,
            pid=pid,
            dataset=wanted.dataset,
            dated=wanted.dated,
            evidence=wanted.evidence,
            issuer=principal.issuer,
            subject=principal.subject,
            listed_at=now,
        )
        uow.approvals.add(approval)
        reason = f"approval_{wanted.widening.value}"
        uow.record(fact(_LISTED, now, actor=principal, dataset=wanted.dataset, reason=reason))
        uow.commit()
    return approval


def _concerns(uow: UnitOfWork, pid: str, wanted: NewApproval) -> bool:
    """Say whether she is in the dataset, or is to come in after she withdrew from everything."""
    if any(member.dataset == wanted.dataset for member in uow.people.memberships(pid)):
        return True
    joins = wanted.widening is Widening.NO_TO_YES and uow.datasets.get(wanted.dataset) is not None
    return joins and bool(left_everything(uow, [pid]))


def use_backdating(
    uow: UnitOfWork,
    approval_id: str | None,
    *,
    pid: str,
    dataset: DatasetId,
    dated: datetime,
    principal: Principal,
    evidence: str | None = None,
) -> None:
    """Use up the approval of a consent dated back. The caller holds the dataset and commits.

    Raises ApprovalMissing unless somebody else listed it for exactly this, and it was never used;
    and for another paper than `evidence`, where one is named.
    """
    named = approval_id if approval_id is not None and is_own_id(approval_id) else None
    found = uow.approvals.get(named) if named is not None else None
    wanted = (Widening.BACKDATED, pid, dataset, dated)
    if found is None or (found.widening, found.pid, found.dataset, found.dated) != wanted:
        raise ApprovalMissing
    if (found.issuer, found.subject) == (principal.issuer, principal.subject):
        raise ApprovalMissing
    if evidence not in {None, found.evidence}:
        raise ApprovalMissing
    if not uow.approvals.use(found.approval_id):
        raise ApprovalMissing
