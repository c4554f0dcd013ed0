# SPDX-License-Identifier: Apache-2.0
"""Steps with people's lives that several tests take: merges, cohorts, and what must rebuild."""

from dataclasses import replace

from consent_registry.domain.cases import project
from consent_registry.domain.data_categories import ANY, Categories
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cases import load_case
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.merging import MergeStatus, confirm_merge, propose_merge, undo_merge
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.ids import ApplicationId, DatasetId, Ordinal, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, RegistryWorld

SECOND = replace(DESK, subject="second-desk")
A, B, C = "P-000000", "P-000001", "P-000002"


def propose(world: RegistryWorld, one: str = A, other: str = B) -> MergeStatus:
    """Propose a merge at the desk."""
    return propose_merge(one, other, "same card", tools=world.tools, principal=DESK)


def confirm(world: RegistryWorld, merge: MergeStatus) -> MergeStatus:
    """Confirm it as somebody else."""
    return confirm_merge(merge.merge.merge_id, tools=world.tools, principal=SECOND)


def undo(world: RegistryWorld, merge: MergeStatus) -> MergeStatus:
    """Undo it."""
    return undo_merge(merge.merge.merge_id, tools=world.tools, principal=SECOND)


def leave(world: RegistryWorld, who: str, *datasets: DatasetId) -> None:
    """Withdraw from these datasets, or from everything."""
    wanted = WithdrawConsent(datasets=datasets or None)
    withdraw(who, wanted, tools=world.tools, principal=DESK)


def give(
    world: RegistryWorld,
    who: str,
    dataset: DatasetId = DS,
    permission: str | None = "HMB",
    data_categories: Categories = ANY,
) -> None:
    """Record a consent of one permission, to these data or to all, or a refusal."""
    chosen: tuple[RawAlternative, ...] = ()
    if permission is not None:
        chosen = (RawAlternative(permission=permission, data_categories=data_categories),)
    wanted = NewConsent(pseudonym=who, dataset=dataset, alternatives=chosen)
    record_consent(wanted, tools=world.tools, principal=DESK)


def within(world: RegistryWorld, dataset: DatasetId = DS) -> set[int]:
    """Ask who is in now for a purpose that every HMB and GRU consent allows."""
    found = evaluate_cohort(dataset, purpose(), tools=world.tools, principal=DESK)
    return set(found.cohort.within)


def reasons(world: RegistryWorld, dataset: DatasetId = DS) -> dict[str, int]:
    """Count who is out, exactly."""
    found = evaluate_cohort(dataset, purpose(), tools=world.tools, principal=DESK)
    return found.cohort.reasons()


def permit(
    world: RegistryWorld, name: str, dataset: DatasetId = DS, asked: Purpose | None = None
) -> None:
    """Freeze and bind a cohort."""
    frozen = freeze_cohort(
        dataset, asked or purpose(), ApplicationId("A-1"), tools=world.tools, principal=DESK
    )
    bind_cohort(frozen.cohort_id, PermitId(name), tools=world.tools, principal=DESK)


def live(world: RegistryWorld, dataset: DatasetId = DS) -> list[set[int]]:
    """Give who is in each live cohort."""
    with world.tools.reads() as uow:
        return [set(cohort.members) for cohort in uow.cohorts.live(dataset)]


def rebuilt(world: RegistryWorld, *names: str) -> None:
    """What is stored of these people is what their events give, bit for bit."""
    with world.tools.reads() as uow:
        pids = list(uow.people.pids(list(names)).values())
        case = load_case(uow, pids)
        for member in case.members:
            ordinals = [Ordinal(member.ordinal)]
            lines = uow.events.timelines(member.dataset, ordinals).get(member.ordinal, ())
            bars = uow.person_events.bars(member.dataset, ordinals).get(member.ordinal, ())
            wanted = project(case, member)
            assert (tuple(lines), tuple(bars)) == (wanted.segments, wanted.bars)
