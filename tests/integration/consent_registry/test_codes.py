# SPDX-License-Identifier: Apache-2.0
"""A dataset's own codes on a real database: published once a day, of many people, unmoved by one.

The attacker reads the codes, the catalogue and every number before and after one person leaves,
joins or changes her mind, and compares.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from consent_registry.domain.duo import Duo
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.domain.rights import Right
from consent_registry.domain.terms import Terms
from consent_registry.usecases.blocking import who_blocks_what
from consent_registry.usecases.catalogue import catalogue_entry, publish_next
from consent_registry.usecases.codes import dataset_codes
from consent_registry.usecases.cohorts import evaluate_cohort
from consent_registry.usecases.lives import record_death
from consent_registry.usecases.opt_out import set_opt_out
from consent_registry.usecases.requests import NewRequest, make_request
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from tests.fakes.consent_factories import purpose, terms
from tests.support.registry_world import DESK, DS, RegistryWorld, people

DAY = 24 * 3600
RARE = {"permission": "DS", "diseases": "MONDO:0004992"}
K, TWICE = 10, 20
RIGHTS = replace(DESK, scopes=frozenset({"rights.manage"}))
PAPER = "0" * 64


def leave(world: RegistryWorld, pseudonym: str) -> None:
    withdraw(pseudonym, WithdrawConsent(), tools=world.tools, principal=DESK)


def opt_out(world: RegistryWorld, pseudonym: str) -> None:
    set_opt_out(pseudonym, About(), OptOutKind.REGISTERED, tools=world.tools, principal=DESK)


def restrict(world: RegistryWorld, pseudonym: str) -> None:
    wanted = NewRequest(right=Right.RESTRICTION)
    make_request(pseudonym, wanted, tools=world.tools, principal=RIGHTS)


def die(world: RegistryWorld, pseudonym: str) -> None:
    at = world.clock.now() - timedelta(days=1)
    record_death(pseudonym, at, PAPER, tools=world.tools, principal=DESK)


def some(name: str, count: int, **changes: str) -> list[dict[str, str]]:
    return [
        {"participant": f"{name}{n}", "local_id": f"{name}{n}", **changes} for n in range(count)
    ]


def codes(world: RegistryWorld) -> Terms:
    return dataset_codes(DS, tools=world.tools).terms


def next_day(world: RegistryWorld) -> Terms:
    """Let a day pass, in which everything is decided anew, and read the codes."""
    world.clock.pass_time(DAY)
    while publish_next(tools=world.tools):
        pass
    return codes(world)


def seen(world: RegistryWorld) -> dict[str, Any]:
    """Read every door: codes, catalogue, and the numbers of two purposes one code apart.

    Not the size of the dataset, which is exact and open: it says that somebody was entered, and
    nothing of what she said.
    """
    found: dict[str, Any] = {"codes": codes(world)}
    described = dict(catalogue_entry(DS, tools=world.tools))
    described.pop("dct:modified", None)  # the day, whatever was decided on it
    found["catalogue"] = described
    for name, wanted in {"plain": purpose(), "commercial": purpose(commercial=True)}.items():
        figures = evaluate_cohort(DS, wanted, tools=world.tools, principal=DESK).figures
        found[name] = replace(figures, members=0)
        blocking = who_blocks_what(DS, wanted, tools=world.tools, principal=DESK)
        found[f"{name} blocked"] = (replace(blocking.figures, members=0), dict(blocking.without))
    return found


def test_codes_are_what_as_good_as_everybody_allows(world: RegistryWorld) -> None:
    world.load(
        *some("a", 30, permission="GRU", modifiers="CC;TS=24"),
        *some("b", 30, permission="HMB", modifiers="TS=12"),
        *some("no", 30, state="refused"),
        {"participant": "P-x", "local_id": "x", **RARE},
    )
    assert codes(world) == (), "nothing is published on the first day"
    assert next_day(world) == terms(Duo.HMB, TS="12")


CHANGES: dict[str, Callable[[RegistryWorld], object]] = {
    "the rare one leaves": lambda world: leave(world, "rare0"),
    "the rare one opts out": lambda world: opt_out(world, "rare0"),
    "one of many leaves": lambda world: leave(world, "common0"),
    "a second rare one joins": lambda world: world.load(*some("new", 1, **RARE)),
    "one of many takes the rare clause": lambda world: world.load(
        *some("common", 1, signed_on="2025-02-01", **RARE)
    ),
    "the rare one becomes one of many": lambda world: world.load(
        *some("rare", 1, signed_on="2025-02-01", permission="HMB")
    ),
}


@pytest.mark.parametrize("how", CHANGES)
@pytest.mark.parametrize("rare", [1, K - 1])
def test_two_readings_around_one_change_are_the_same(
    world: RegistryWorld, how: str, rare: int
) -> None:
    world.load(*some("common", 60, permission="HMB"), *some("rare", rare, **RARE))
    assert next_day(world) == terms(Duo.HMB), "what one said is in no code"
    before = seen(world)
    CHANGES[how](world)
    assert seen(world) == before, "on the same day"
    next_day(world)
    assert seen(world) == before, "and once it was decided anew"


@pytest.mark.parametrize("size", range(K - 1, TWICE + 2))
def test_no_size_of_a_group_moves_the_codes_by_one_person(world: RegistryWorld, size: int) -> None:
    """Wherever the bound is that nobody knows, she who crosses it moves nothing alone."""
    world.load(*some("common", 60, permission="HMB"), *some("some", size, **RARE))
    before = next_day(world)
    leave(world, "some0")
    assert next_day(world) == before


def test_codes_move_on_at_a_number_that_nobody_knows(world: RegistryWorld) -> None:
    """Counting along tells no more than that from ten to nineteen people stand differently."""
    world.load(*some("common", 60, permission="HMB"), *some("some", TWICE, **RARE))
    assert next_day(world) == terms(Duo.DS, diseases="MONDO:0004992")
    reach = world.scalar("SELECT reach FROM catalogue_entry")
    assert K <= reach < TWICE
    for number in range(reach - 1):
        leave(world, f"some{number}")
        assert next_day(world) == terms(Duo.DS, diseases="MONDO:0004992")
    # By then few are left who said so, and those who are left are in nobody's codes.
    for number in range(reach - 1, TWICE):
        leave(world, f"some{number}")
        next_day(world)
    assert codes(world) in {terms(Duo.HMB), terms(Duo.DS, diseases="MONDO:0004992")}
    for number in range(TWICE):
        leave(world, f"common{number}")
    assert next_day(world) == terms(Duo.HMB)


def test_one_person_who_changes_again_and_again_is_one(world: RegistryWorld) -> None:
    world.load(*some("common", 60, permission="HMB"), *some("some", TWICE, **RARE))
    before = next_day(world)
    for day in range(TWICE):
        changed = {"permission": "HMB"} if day % 2 else RARE
        world.load(*some("some", 1, signed_on=f"2025-02-{day + 1:02}", **changed))
        assert next_day(world) == before


def test_many_who_each_said_something_else_have_no_codes(world: RegistryWorld) -> None:
    """Enough of them not to be hidden, and no two alike: the codes would be of single people."""
    each = [row for n in range(30) for row in some(f"t{n}-", 1, modifiers=f"TS={n + 1}")]
    world.load(*some("common", 60, permission="HMB"), *each)
    assert next_day(world) == ()


def test_people_with_nothing_in_common_have_no_codes(world: RegistryWorld) -> None:
    world.load(*some("a", 30, permission="HMB"), *some("b", 30, permission="POA"))
    assert next_day(world) == ()


def test_fewer_people_than_a_small_cell_never_have_codes(world: RegistryWorld) -> None:
    world.load(*people(K - 1, permission="GRU"))
    assert next_day(world) == ()


def test_who_is_out_for_another_reason_narrows_no_code(world: RegistryWorld) -> None:
    world.load(*some("common", 40, permission="HMB"), *some("out", TWICE, **RARE))
    for number in range(TWICE):
        if number % 2:
            die(world, f"out{number}")
        else:
            restrict(world, f"out{number}")
    assert next_day(world) == terms(Duo.HMB)


def test_what_cannot_be_read_permits_nothing_and_narrows_no_code(world: RegistryWorld) -> None:
    world.load(*some("common", 40, permission="GRU"), *some("bad", TWICE, permission="HMB"))
    with world.as_owner() as connection:
        connection.exec_driver_sql(
            "UPDATE consent_terms SET body = '[{}]' WHERE body->0->>'permission' = 'DUO:0000006'"
        )
    assert next_day(world) == terms(Duo.GRU)


def test_whoever_is_erased_leaves_no_mark(world: RegistryWorld) -> None:
    world.load(*people(40))
    next_day(world)
    assert bytes(world.scalar("SELECT marks FROM catalogue_entry"))[3] != 0
    with world.tools.units() as uow:
        uow.destruction.destroy(
            world.scalar("SELECT pid FROM dataset_member WHERE ordinal = 3"),
            "00000000-0000-0000-0000-000000000000",
            world.clock.now(),
        )
        uow.commit()
    marks = bytes(world.scalar("SELECT marks FROM catalogue_entry"))
    assert [place for place, mark in enumerate(marks) if not mark] == [3]
