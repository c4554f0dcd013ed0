# SPDX-License-Identifier: Apache-2.0
"""The index that a process keeps is the one that it would build: after any events, in any order."""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from consent_registry.adapters.index_cache import IndexCache
from consent_registry.domain.cohort import evaluate
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.domain.regimes import Moment
from consent_registry.domain.rights import Right, StepKind
from consent_registry.usecases.lives import record_death
from consent_registry.usecases.members import NewMember, list_members
from consent_registry.usecases.merging import MergeStatus
from consent_registry.usecases.opt_out import set_opt_out
from consent_registry.usecases.projections import verify_projections
from consent_registry.usecases.requests import Move, NewRequest, make_request, move_request, queue
from shared.errors import AppError
from tests.fakes.consent_factories import purpose
from tests.support.erasing_world import GRETA
from tests.support.merge_world import confirm, give, leave, live, permit, propose, undo
from tests.support.registry_world import DESK, DS, RegistryWorld, people, registry_world

PEOPLE = 6
HELD = ("genome", "ehr", "images")
SAID = ((), (), ("genome",), ("ehr", "images"))
STEPS = 40


@pytest.fixture
def world() -> Iterator[RegistryWorld]:
    with registry_world() as opened:
        opened.dataset(holds=HELD)
        assert opened.load(*people(PEOPLE)).batch.applied == PEOPLE
        yield opened


def sets(index: CohortIndex) -> dict[str, Any]:
    """Write an index as text, without sets that nobody is in."""
    found = {name: str(set(getattr(index, name))) for name in _AXES}
    found |= {str(state): str(set(who)) for state, who in index.states.items() if who}
    found |= {f"no {kind}": str(set(who)) for kind, who in index.lacking.items() if who}
    found |= {str(bar): str(set(who)) for bar, who in index.bars.items() if who}
    for number, slot in enumerate(index.slots):
        for name in ("permissions", "diseases", "modifiers", "activities", "categories"):
            by_value = getattr(slot, name)
            found |= {f"{number} {name} {k}": str(set(w)) for k, w in by_value.items() if w}
        if slot.present:
            found[f"{number} present"] = str(set(slot.present))
    return found


_AXES = ("unreadable", "opted_out", "objecting", "restricted", "erased")


class Steps:
    """What may happen to people, whoever they are."""

    def __init__(self, world: RegistryWorld, chance: random.Random) -> None:
        self.world, self.chance = world, chance
        self.merges: list[MergeStatus] = []
        self.joined = PEOPLE

    def who(self) -> str:
        return f"P-{self.chance.randrange(PEOPLE):06}"

    def give(self) -> None:
        permission, limit = self.chance.choice(["HMB", "GRU", None]), self.chance.choice(SAID)
        give(self.world, self.who(), permission=permission, data_categories=limit)

    def leave(self) -> None:
        leave(self.world, self.who())

    def propose(self) -> None:
        self.merges.append(propose(self.world, self.who(), self.who()))

    def confirm(self) -> None:
        confirm(self.world, self.chance.choice(self.merges))

    def undo(self) -> None:
        undo(self.world, self.chance.choice(self.merges))

    def restrict(self) -> None:
        wanted = NewRequest(right=Right.RESTRICTION, words="wrong")
        make_request(self.who(), wanted, tools=self.world.tools, principal=GRETA)

    def lift(self) -> None:
        (first, *_) = queue(tools=self.world.tools, principal=GRETA)
        told = Move(kind=StepKind.END_TOLD)
        move_request(first.request_id, told, tools=self.world.tools, principal=GRETA)
        self.world.clock.pass_time(86_400)
        refused = Move(kind=StepKind.REFUSED, code="gdpr_18_1_no_ground")
        move_request(first.request_id, refused, tools=self.world.tools, principal=GRETA)

    def opt_out(self) -> None:
        kind = self.chance.choice(list(OptOutKind))
        set_opt_out(self.who(), About(), kind, tools=self.world.tools, principal=DESK)

    def die(self) -> None:
        at = self.world.tools.clock.now()
        record_death(self.who(), at, "5e" * 32, tools=self.world.tools, principal=DESK)

    def join(self) -> None:
        self.joined += 1
        new = people(self.joined)[-1]
        member = NewMember(
            pseudonym=new["participant"],
            local_id=new["local_id"],
            data_categories=self.chance.choice(SAID),
        )
        list_members(DS, [member], tools=self.world.tools, principal=DESK)
        self.world.load(new)

    def all(self) -> list[Callable[[], None]]:
        often = [self.give, self.leave, self.propose, self.undo, self.restrict, self.lift]
        return [*often, self.confirm, self.opt_out, self.die, self.join]


@pytest.mark.parametrize("seed", range(4))
def test_the_kept_index_is_the_built_one_and_nobody_out_stays_in_a_cohort(
    world: RegistryWorld, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same steps each time
    steps = Steps(world, chance)
    permit(world, "PERMIT-1", asked=purpose(data_categories=("genome",)))
    taken = 0
    for _ in range(STEPS):
        with suppress(AppError, IndexError, ValueError):
            chance.choice(steps.all())()
            taken += 1
        world.clock.pass_time(chance.choice([0, 1]))
        with world.tools.reads() as uow:
            dataset = uow.datasets.get(DS)
            assert dataset is not None
            at = dataset.now(world.tools.clock.now())
            asked = world.tools.inquiry(purpose(data_categories=("genome",)), at, dataset)
            with uow.events.index(DS, at) as kept:
                have = (kept.members, sets(kept))
                may_stay = set(evaluate(kept, asked, moment=Moment.RUNNING).within)
        with world.engine.connect() as connection, IndexCache().at(connection, DS, at) as built:
            assert have == (built.members, sets(built))
        (members,) = live(world)
        assert members <= may_stay
    assert taken > STEPS // 4
    assert verify_projections(tools=world.tools).hold
