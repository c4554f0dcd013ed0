# SPDX-License-Identifier: Apache-2.0
"""Which permits hold a person in spite of her opt-out (EHDS Article 71(4)), for her to read."""

from dataclasses import dataclass
from datetime import datetime

from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cases import memberships
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId, PermitId


@dataclass(frozen=True, slots=True, kw_only=True)
class DespiteOptOut:
    """A permit that took her in though she had opted out, under which law and why.

    `left_at` is when she left its cohort or it ended early, None while she is in it.
    """

    permit_id: PermitId
    dataset: DatasetId
    title: str
    law: str
    justification: str
    since: datetime
    left_at: datetime | None


def despite_opt_out(uow: UnitOfWork, tools: Tools, pid: str) -> tuple[DespiteOptOut, ...]:
    """Give them, the newest first, under every name confirmed to be hers."""
    found: list[DespiteOptOut] = []
    for member in memberships(uow, pid):
        dataset = uow.datasets.get(member.dataset)
        for one in uow.cohorts.permits_for(member.dataset, member.ordinal, None):
            frozen, claim = one.bound.frozen, one.bound.frozen.purpose.exception
            if dataset is None or claim is None or not one.within:
                continue
            if not uow.opt_outs.out(member.dataset, [member.ordinal], known_at=frozen.frozen_at):
                continue
            ends = [at for at in (one.left_at, frozen.ended_at) if at is not None]
            found.append(
                DespiteOptOut(
                    permit_id=PermitId(str(frozen.permit_id)),
                    dataset=member.dataset,
                    title=dataset.title,
                    law=tools.policy_at(frozen.frozen_at).exception_law,
                    justification=claim.justification,
                    since=frozen.frozen_at,
                    left_at=min(ends, default=None),
                )
            )
    return tuple(sorted(found, key=lambda one: one.since, reverse=True))
