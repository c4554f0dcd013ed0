# SPDX-License-Identifier: Apache-2.0
"""Which permits hold a person in spite of her opt-out (EHDS Article 71(4)), for her to read."""

from dataclasses import dataclass
from datetime import datetime

from consent_registry.domain.register import FrozenCohort
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
        for live in uow.cohorts.live(member.dataset):
            frozen, claim = live.frozen, live.frozen.purpose.exception
            if dataset is None or claim is None or member.ordinal not in frozen.bitmap:
                continue
            if not uow.opt_outs.out(member.dataset, [member.ordinal], known_at=frozen.frozen_at):
                continue
            left = uow.cohorts.left(frozen.cohort_id, member.ordinal)
            found.append(
                DespiteOptOut(
                    permit_id=live.permit_id,
                    dataset=member.dataset,
                    title=dataset.title,
                    law=tools.policy_at(frozen.frozen_at).exception_law,
                    justification=claim.justification,
                    since=frozen.frozen_at,
                    left_at=min(
                        [*(one.left_at for one in left), *_ended(frozen)],
                        default=None,
                    ),
                )
            )
    return tuple(sorted(found, key=lambda one: one.since, reverse=True))


def _ended(frozen: FrozenCohort) -> tuple[datetime, ...]:
    return () if frozen.ended_at is None else (frozen.ended_at,)
