# SPDX-License-Identifier: Apache-2.0
"""T13 of law.md section 1.9: an opt-out of whom nobody can identify, between all that may happen.

It is refused, put on record, and changes nothing: no running permit, no new one, no register.
"""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent_registry.domain.errors import NotLinked
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.domain.records import Channel
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.datasets import NewDataset, register_dataset
from consent_registry.usecases.opt_out import set_opt_out, set_own_opt_out
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.ids import ApplicationId, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, RegistryWorld, people, person, registry_world

SHE = "P-000001"
OUT, BACK = OptOutKind.REGISTERED, OptOutKind.REVERSED
STEPS = ("opt_out", "reverse", "withdraw", "permit", "nobody_out", "nobody_back")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything that an opt-out could change."""

    live: list[set[int]]
    new: set[int]
    opt_outs: list[tuple[object, ...]]


def state(world: RegistryWorld) -> State:
    found = evaluate_cohort(DS, purpose(), tools=world.tools, principal=DESK)
    with world.tools.reads() as uow:
        live = [set(cohort.members) for cohort in uow.cohorts.live(DS)]
    return State(live=live, new=set(found.cohort.within), opt_outs=world.rows("opt_out_event"))


def refusals(world: RegistryWorld) -> int:
    entries = world.column("SELECT convert_from(value, 'UTF8') FROM outbox")
    return sum("not_identifiable" in one and '"d":"deny"' in one for one in entries)


def take(world: RegistryWorld, step: str, number: int) -> None:
    tools = world.tools
    if step == "permit":
        made = freeze_cohort(DS, purpose(), ApplicationId("A"), tools=tools, principal=DESK)
        bind_cohort(made.cohort_id, PermitId(f"P-{number}"), tools=tools, principal=DESK)
    elif step == "withdraw":
        withdraw("P-000002", WithdrawConsent(), tools=tools, principal=DESK)
    elif step in {"opt_out", "reverse"}:
        kind = OUT if step == "opt_out" else BACK
        set_opt_out(SHE, About(), kind, tools=tools, principal=DESK)
    else:
        kind = OUT if step == "nobody_out" else BACK
        stranger = person(f"nobody-{number}")
        with pytest.raises(NotLinked):
            set_own_opt_out(About(), kind, tools=tools, principal=stranger, channel=Channel.PAGE)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(STEPS), min_size=1, max_size=8))
def test_the_answer_says_so_and_nothing_else_changes(steps: list[str]) -> None:
    with registry_world() as world:
        wanted = NewDataset(
            dataset=DS,
            title="Genomes",
            controller="A hospital",
            country="ZZ",
            legal_regime="ehds_ch4",
            consent_role="none",
        )
        register_dataset(wanted, tools=world.tools, principal=DESK)
        world.load(*people(3))
        for number, step in enumerate(["permit", *steps, "nobody_out", "nobody_back"]):
            before, refused = state(world), refusals(world)
            world.clock.pass_time(1)
            take(world, step, number)
            if step.startswith("nobody"):
                assert state(world) == before
                assert refusals(world) == refused + 1
