# SPDX-License-Identifier: Apache-2.0
"""Whoever asks everything at every door, before and after one person leaves, learns nothing.

The doors: cohorts, who blocks what, frozen manifests, the messages about running permits, in two
datasets of one study that are mostly the same people.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from consent_registry.domain.disclosure import Figures
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.blocking import who_blocks_what
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.opt_out import set_opt_out
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.clock import to_rfc3339
from shared.errors import Forbidden
from shared.ids import ApplicationId, DatasetId, PermitId
from shared.principal import Principal
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, LOGIN, RegistryWorld, people

STUDY, TWO = "GDI-ZZ-STUDY-1", DatasetId("GDI-ZZ-DATASET-2")
K = 10
ASKED = {
    "plain": purpose(),
    "commercial": purpose(commercial=True),
    "ancestry": purpose(ancestry=True),
    "long": purpose(months=48),
    "all of it": purpose(commercial=True, ancestry=True, months=48),
}
GROUPS = {
    "F": (60, {"permission": "GRU"}),
    "C": (40, {"permission": "GRU", "modifiers": "NCU"}),
    "R": (7, {"permission": "GRU", "modifiers": "NPOA"}),
    "T": (35, {"permission": "GRU", "modifiers": "TS=12"}),
    "N": (30, {"state": "refused"}),
    # One more is still below the bound: at which number above it anything is told, nobody knows.
    "W": (8, {"state": "withdrawn"}),
}


def rows(dataset: DatasetId, without: str = "") -> Iterator[dict[str, str]]:
    for name, (count, changes) in GROUPS.items():
        if name not in without:
            for number, row in enumerate(people(count, **changes)):
                who = f"{name}{number}"
                yield {**row, "participant": who, "local_id": who, "dataset": dataset}


@pytest.fixture
def study(world: RegistryWorld) -> RegistryWorld:
    """Two datasets of one study; the second lacks those who have a time limit."""
    world.dataset(TWO)
    now = world.clock.now()
    facts = StudyFacts(
        title="Hearts", controller="A hospital", purpose="To learn.", starts_on=now.date()
    )
    describe_study(STUDY, facts, tools=world.tools, principal=DESK)
    for dataset, without in ((DS, ""), (TWO, "T")):
        place_dataset(dataset, STUDY, tools=world.tools, principal=DESK)
        assert world.load(*rows(dataset, without)).batch.bad == 0, to_rfc3339(now)
    return world


def figures(world: RegistryWorld, dataset: DatasetId, name: str) -> Figures:
    found = evaluate_cohort(dataset, ASKED[name], tools=world.tools, principal=DESK)
    return found.figures


def seen(world: RegistryWorld) -> dict[str, Any]:
    """Ask every door everything."""
    found: dict[str, Any] = {}
    for dataset in (DS, TWO):
        for name, wanted in ASKED.items():
            found[f"{dataset} {name}"] = figures(world, dataset, name)
            blocking = who_blocks_what(dataset, wanted, tools=world.tools, principal=DESK)
            found[f"{dataset} {name} blocked"] = (blocking.figures, dict(blocking.without))
            frozen = freeze_cohort(
                dataset, wanted, ApplicationId("A"), tools=world.tools, principal=DESK
            )
            found[f"{dataset} {name} frozen"] = (dict(frozen.counts), dict(frozen.reasons))
    return found


def told(world: RegistryWorld) -> list[Any]:
    """Give every number that was sent to permit_service about running permits."""
    messages = [row for row in world.rows("outbox") if "message" in row]
    texts = [bytes(part).decode() for row in messages for part in row if isinstance(part, bytes)]
    return [json.loads(n) for text in texts for n in re.findall(r'"members_now":(\w+)', text)]


LEAVING: dict[str, Callable[[RegistryWorld, str], object]] = {
    "dataset": lambda world, who: withdraw(
        who, WithdrawConsent(datasets=(DS,)), tools=world.tools, principal=DESK
    ),
    "study": lambda world, who: withdraw(
        who, WithdrawConsent(study=STUDY), tools=world.tools, principal=DESK
    ),
    "everything": lambda world, who: withdraw(
        who, WithdrawConsent(), tools=world.tools, principal=DESK
    ),
    "opt_out": lambda world, who: set_opt_out(
        who, About(), OptOutKind.REGISTERED, tools=world.tools, principal=DESK
    ),
}


@pytest.mark.parametrize("how", LEAVING)
@pytest.mark.parametrize("who", ["F0", "C0", "R0", "W0"])
def test_no_number_at_any_door_moves_when_one_person_leaves(
    study: RegistryWorld, who: str, how: str
) -> None:
    before = seen(study)
    if who != "W0" or how != "dataset":
        LEAVING[how](study, who)
    assert seen(study) == before


def test_two_purposes_one_code_apart_do_not_count_the_few_between_them(
    study: RegistryWorld,
) -> None:
    for dataset in (DS, TWO):
        with_few, without = (figures(study, dataset, name) for name in ("plain", "ancestry"))
        assert with_few.within == without.within
        assert "ancestry_not_permitted" not in without.reasons
        blocking = who_blocks_what(dataset, ASKED["ancestry"], tools=study.tools, principal=DESK)
        assert "NPOA" not in blocking.without


def test_two_datasets_of_a_study_do_not_count_the_few_they_differ_by(
    study: RegistryWorld,
) -> None:
    """Of each the whole is public; the same few are out in both, and in neither are they told."""
    for name in ASKED:
        one, two = (figures(study, dataset, name) for dataset in (DS, TWO))
        for shown in (one, two):
            assert "withdrawn" not in shown.reasons
            assert "ancestry_not_permitted" not in shown.reasons
            for figure in (*shown.counts().values(), *shown.reasons.values()):
                assert figure % K == 0 or figure == shown.members


def test_what_is_sent_of_a_running_permit_does_not_count_who_leaves(study: RegistryWorld) -> None:
    frozen = freeze_cohort(
        DS, ASKED["plain"], ApplicationId("A"), tools=study.tools, principal=DESK
    )
    bind_cohort(frozen.cohort_id, PermitId("PERMIT"), tools=study.tools, principal=DESK)
    for number in range(K - 1):
        LEAVING["study"](study, f"F{number}")
    assert told(study) == [frozen.counts["in"]] * (K - 1)


def test_who_may_only_count_does_not_count_the_few_by_asking_at_each_past_instant(
    study: RegistryWorld,
) -> None:
    """Of two purposes with seven people between them, one gives way seven withdrawals earlier."""
    scopes = frozenset({"cohorts.count"})
    sara = Principal(
        issuer=LOGIN, subject="sara", client_id="desk", scopes=scopes, is_service=False
    )
    instants = []
    for number in range(2 * K):
        LEAVING["dataset"](study, f"F{number}")
        study.clock.pass_time(60)
        instants.append(study.clock.now())

    def gives_way(name: str) -> int:
        shown = [
            who_blocks_what(
                DS, ASKED[name], known_at=at, tools=study.tools, principal=sara
            ).figures.within
            for at in instants
        ]
        return next(n for n, one in enumerate(shown) if one != shown[0])

    with pytest.raises(Forbidden):
        assert gives_way("plain") - gives_way("ancestry") != GROUPS["R"][0]
    with pytest.raises(Forbidden):
        who_blocks_what(
            DS, ASKED["plain"], effective_at=instants[0], tools=study.tools, principal=sara
        )
    assert who_blocks_what(DS, ASKED["plain"], tools=study.tools, principal=sara).figures.within
