# SPDX-License-Identifier: Apache-2.0
"""Whoever asks many purposes before and after every single withdrawal counts nobody between them.

She counts the withdrawals along, knows every rule but what is drawn, and looks for the step at
which each number gives way: two purposes with seven people between them used to give way seven
withdrawals apart. The doors: who is in and why the others are not, who blocks what, frozen
manifests, and what is sent about permits that run.
"""

import json
import re
from collections.abc import Callable, Mapping
from itertools import pairwise

import pytest

from consent_registry.domain.purpose import Purpose
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.blocking import who_blocks_what
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.datasets import get_dataset
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.ids import ApplicationId, CohortId, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, RegistryWorld, people

K = 10
STEPS = 2 * K + 2
ASKED: Mapping[str, Purpose] = {
    "plain": purpose(),
    "ancestry": purpose(ancestry=True),
    "commercial": purpose(commercial=True),
    "both": purpose(commercial=True, ancestry=True),
}
GROUPS = {
    "F": (70, {"permission": "GRU"}),
    "R": (7, {"permission": "GRU", "modifiers": "NPOA"}),
    "C": (4, {"permission": "GRU", "modifiers": "NCU"}),
    "N": (30, {"state": "refused"}),
}
Numbers = dict[str, int]

LEAVING: Mapping[str, Callable[[RegistryWorld, str], object]] = {
    "withdraws": lambda world, who: withdraw(
        who, WithdrawConsent(), tools=world.tools, principal=DESK
    ),
    "takes a clause": lambda world, who: world.load(
        {"participant": who, "local_id": who, "signed_on": "2025-02-01", "modifiers": "NPOA"}
    ),
    "joins as refused": lambda world, who: world.load(
        {"participant": f"new-{who}", "local_id": f"new-{who}", "state": "refused"}
    ),
}


@pytest.fixture
def filled(world: RegistryWorld) -> RegistryWorld:
    rows = [
        {**row, "participant": f"{name}{number}", "local_id": f"{name}{number}"}
        for name, (count, changes) in GROUPS.items()
        for number, row in enumerate(people(count, **changes))
    ]
    assert world.load(*rows).batch.bad == 0
    return world


def numbers(world: RegistryWorld, turn: int) -> Numbers:
    """Ask every door; in one order, and in the other at the next turn."""
    found: Numbers = {}
    for name in sorted(ASKED, reverse=bool(turn % 2)):
        wanted = ASKED[name]
        shown = evaluate_cohort(DS, wanted, tools=world.tools, principal=DESK).figures
        blocking = who_blocks_what(DS, wanted, tools=world.tools, principal=DESK)
        frozen = freeze_cohort(DS, wanted, ApplicationId("A"), tools=world.tools, principal=DESK)
        said = {
            **{f"out: {reason}": number for reason, number in shown.reasons.items()},
            **{f"frozen {what}": number for what, number in frozen.counts.items()},
            **{f"without {clause}": number for clause, number in blocking.without.items()},
            **shown.counts(),
        }
        found |= {
            f"{name} {what}": number for what, number in said.items() if "members" not in what
        }
    return found


def state(world: RegistryWorld) -> int:
    with world.tools.reads() as uow:
        found = uow.shown.of(DS)
    return 0 if found is None else found.number


@pytest.mark.parametrize("how", LEAVING)
def test_numbers_of_all_purposes_give_way_together_and_with_many(
    filled: RegistryWorld, how: str
) -> None:
    """Between two states lie at least ten changes, and no number moves but with a state."""
    seen, moved = numbers(filled, 0), [0]
    for step in range(1, STEPS + 1):
        filled.clock.pass_time(60)
        LEAVING[how](filled, f"F{step - 1}")
        before, now = state(filled), numbers(filled, step - 1)
        if state(filled) == before:
            assert now == seen, "numbers moved, and no state did"
        else:
            moved.append(step)
        seen = now
    assert len(moved) > 1, "what is shown follows at last"
    assert min(b - a for a, b in pairwise(moved)) >= K


def test_who_changes_again_and_again_moves_nothing(filled: RegistryWorld) -> None:
    seen = numbers(filled, 0)
    for turn in range(STEPS):
        filled.clock.pass_time(60)
        changed = {"modifiers": "NPOA"} if turn % 2 else {"modifiers": ""}
        day = f"2025-02-{turn + 1:02}"
        filled.load(
            {
                "participant": "F0",
                "local_id": "F0",
                "permission": "GRU",
                "signed_on": day,
                **changed,
            }
        )
        assert numbers(filled, turn) == seen


def test_what_is_sent_about_two_permits_gives_way_together(filled: RegistryWorld) -> None:
    """One is for seven people fewer. Both are told at each withdrawal."""
    exact: dict[str, CohortId] = {}
    for name in ("plain", "ancestry"):
        frozen = freeze_cohort(
            DS, ASKED[name], ApplicationId("A"), tools=filled.tools, principal=DESK
        )
        bind_cohort(frozen.cohort_id, PermitId(name), tools=filled.tools, principal=DESK)
        exact[name] = frozen.cohort_id
    for step in range(STEPS):
        filled.clock.pass_time(60)
        LEAVING["withdraws"](filled, f"F{step}")
    told: dict[str, list[int | None]] = {name: [] for name in exact}
    for row in filled.rows("outbox"):
        for part in (bytes(one).decode("latin-1") for one in row if isinstance(one, bytes)):
            for one in re.findall(r'\{[^{}]*"members_now"[^{}]*\}', part):
                said = json.loads(one)
                told[said["permit_id"]].append(said["members_now"])
    assert len(told["plain"]) == STEPS
    moves = {
        name: [n for n, (a, b) in enumerate(pairwise(them)) if a != b]
        for name, them in told.items()
    }
    assert moves["plain"], "what is sent follows at last"
    apart = {abs(a - b) for a in moves["plain"] for b in moves["ancestry"]}
    assert not apart & set(range(1, K))
    for name, cohort in exact.items():  # enforcement follows at once, and exactly
        with filled.tools.reads() as uow:
            left = uow.cohorts.gone(cohort, get_dataset(DS, tools=filled.tools).revision)
        assert len(left) == STEPS, name
