# SPDX-License-Identifier: Apache-2.0
"""What people ask of whoever uses their data, in the manifest of a frozen cohort (ADR 0047).

What many said alike is named, what few said is not, and comparing manifests tells nobody's words.
"""

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from consent_registry.domain.manifest import MANIFEST_TYP
from consent_registry.domain.policy_file import load_policy
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.verdict import Matter, Question
from consent_registry.http.api import present
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.rulings import take_ruling
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.ids import ApplicationId
from shared.keys import verify_jws
from tests.fakes.consent_factories import GOOD_POLICY, purpose
from tests.support.registry_world import DESK, DS, RegistryWorld, people
from tests.support.rulings import Authority, a_statement

CASE = ApplicationId("A")
K = 10
STEPS = 2 * K + 2
BANK, CLINIC, WARD, BOARD = "Bank of the north", "Clinic of few", "Ward 7", "Board of the south"
GROUPS = {
    "B": (2 * K + 4, {"modifiers": f"RTN={BANK}"}),
    "C": (K - 1, {"modifiers": f"RTN={CLINIC}"}),
    "N": (3, {"modifiers": "RTN"}),
    "W": (2 * K, {"modifiers": f"COL={WARD};MOR=2029-06-01"}),
    "L": (1, {"modifiers": "MOR=2031-06-01"}),
    "I": (2 * K, {"modifiers": f"IRB={BOARD}"}),
    "A": (2 * K, {"permission": "POA", "modifiers": "COL=Ward of ancestry"}),
}


def filled(world: RegistryWorld, **groups: tuple[int, dict[str, str]]) -> RegistryWorld:
    rows = [
        {**row, "participant": f"{name}{number}", "local_id": f"{name}{number}"}
        for name, (count, changes) in groups.items()
        for number, row in enumerate(people(count, **changes))
    ]
    assert world.load(*rows).batch.bad == 0
    return world


def frozen(tools: Tools, asked: Purpose | None = None) -> list[dict[str, Any]]:
    """Freeze and give the duties that the signed manifest names."""
    made = freeze_cohort(DS, asked or purpose(), CASE, tools=tools, principal=DESK)
    keys = tools.signer.public_jwks()
    body = json.loads(verify_jws(made.manifest, keys, typ=MANIFEST_TYP, algorithms=("ES256",)))
    found: list[dict[str, Any]] = body["obligations"]
    return found


def asked_now(
    tools: Tools, asked: Purpose | None = None, case: ApplicationId | None = CASE
) -> list[dict[str, Any]]:
    """Evaluate and give the duties that the answer names."""
    found = evaluate_cohort(
        DS, asked or purpose(), application_id=case, tools=tools, principal=DESK
    )
    named: list[dict[str, Any]] = present.evaluation(found, tools.small_cell)["obligations"]
    return named


def values(found: list[dict[str, Any]]) -> dict[str, list[str]]:
    return {one["code"]: one["values"] for one in found}


def test_a_frozen_cohort_names_what_many_ask_for_and_what_few_ask_not(
    world: RegistryWorld,
) -> None:
    filled(world, **GROUPS)
    found = frozen(world.tools)
    assert values(found) == {
        "PUB": [],
        "COL": [WARD, "Ward of ancestry"],  # of people whom this purpose leaves out
        "IRB": [BOARD],
        "MOR": ["2029-06-01"],
        "RTN": [BANK],
    }
    assert {one["code"]: one["ask_holder"] for one in found} == {
        **dict.fromkeys(("COL", "IRB", "MOR", "RTN"), True),
        "PUB": False,
    }
    assert asked_now(world.tools) == found


def test_of_few_nothing_is_told_and_no_entry_has_anybodys_words(world: RegistryWorld) -> None:
    filled(world, C=GROUPS["C"], L=GROUPS["L"])
    assert not any(values(frozen(world.tools)).values())
    assert not any(values(asked_now(world.tools)).values())
    filled(world, B=GROUPS["B"])
    assert values(frozen(world.tools))["RTN"] == [BANK]
    kept = world.column("SELECT value FROM outbox WHERE kind = 'entry'")
    assert not [one for one in kept if BANK.encode() in bytes(one)]


def test_without_a_case_the_codes_are_named_and_no_words(world: RegistryWorld) -> None:
    filled(world, **GROUPS)
    found = values(asked_now(world.tools, case=None))
    assert list(found) == ["PUB", "COL", "IRB", "MOR", "RTN"]
    assert not any(found.values())


def test_what_awaited_a_ruling_is_owed_once_it_is_ruled(world: RegistryWorld) -> None:
    filled(world, I=GROUPS["I"])
    authority, asked = Authority(), purpose(evidence=frozenset())
    tools = replace(world.tools, read_ruling=authority.reader)
    assert "IRB" not in values(frozen(tools, asked))
    pending = Matter(clause="IRB", question=Question.ETHICS_APPROVAL_PENDING)
    said = {"clause": pending.clause, "question": pending.question.value}
    take_ruling(authority.sign(a_statement(asked, **said)), tools=tools, principal=DESK)
    assert values(frozen(tools, asked))["IRB"] == [BOARD]


def test_a_national_duty_stands_in_the_words_of_its_policy(world: RegistryWorld) -> None:
    national = """
[national_codes."EE:TELL"]
kind = "modifier"
label = { en = "Tell the public within so many months" }
parameter = "months"
rule = "obligation"
"""
    tools = replace(world.tools, policy=load_policy(GOOD_POLICY + national))
    told = replace(world, tools=tools)
    filled(told, T=(2 * K, {"modifiers": "EE:TELL=6"}), U=(1, {"modifiers": "EE:TELL=9"}))
    assert "EE:TELL" not in values(frozen(tools))
    accepted = purpose(accepts=frozenset({"EE:TELL"}), evidence=frozenset())
    assert frozen(tools, accepted) == [
        {
            "code": "EE:TELL",
            "label": "Tell the public within so many months",
            "values": ["6"],
            "ask_holder": True,
        }
    ]


ASKED = {
    "plain": purpose(),
    "ancestry": purpose(ancestry=True),
    "commercial": purpose(commercial=True),
}
SAID = {"modifiers": f"RTN={BANK}"}
BETWEEN = {
    "B": (2 * K, SAID),
    "R": (7, {"modifiers": f"NPOA;RTN={BANK}"}),
    "C": (4, {"modifiers": f"NCU;RTN={BANK}"}),
    "P": (40, {"permission": "GRU"}),
}


@pytest.mark.parametrize("leaving", ["B", "P"])
def test_no_comparison_of_manifests_follows_one_withdrawal(
    world: RegistryWorld, leaving: str
) -> None:
    """Purposes one code apart, asked and frozen before and after each person leaves.

    What is named moves only with the state of shown numbers, which at least k people move.
    """
    filled(world, **{**BETWEEN, leaving: (STEPS + K, BETWEEN[leaving][1])})

    def state() -> int:
        with world.tools.reads() as uow:
            kept = uow.shown.of(DS)
        return 0 if kept is None else kept.number

    def seen(turn: int) -> dict[str, object]:
        order = sorted(ASKED, reverse=bool(turn % 2))
        return {
            name: (asked_now(world.tools, ASKED[name]), frozen(world.tools, ASKED[name]))
            for name in order
        }

    before, moved = seen(0), [0]
    for step in range(1, STEPS + 1):
        world.clock.pass_time(60)
        withdraw(f"{leaving}{step - 1}", WithdrawConsent(), tools=world.tools, principal=DESK)
        number, now = state(), seen(step)
        assert all(one == now["plain"] for one in now.values()), "whomever a purpose lets in"
        if state() == number:
            assert now == before, "words moved, and no state did"
        else:
            moved.append(step)
        before = now
    assert len(moved) > 1, "what is named follows at last"
    assert min(later - earlier for earlier, later in pairwise(moved)) >= K


def test_words_are_given_up_when_too_few_are_left_of_those_who_said_them(
    world: RegistryWorld,
) -> None:
    count = 3 * K
    filled(world, B=(count, SAID), P=BETWEEN["P"])
    assert values(frozen(world.tools))["RTN"] == [BANK]
    for number in range(count - 3):
        world.clock.pass_time(60)
        withdraw(f"B{number}", WithdrawConsent(), tools=world.tools, principal=DESK)
        asked_now(world.tools)
    for number in range(2 * K):  # others move the state on
        world.clock.pass_time(60)
        withdraw(f"P{number}", WithdrawConsent(), tools=world.tools, principal=DESK)
        asked_now(world.tools)
    assert values(frozen(world.tools))["RTN"] == []
