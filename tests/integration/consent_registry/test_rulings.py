# SPDX-License-Identifier: Apache-2.0
"""Rulings on a real database: who awaits comes in by one, and out when it is withdrawn.

Never by a ruling of another case, never against a denial, never by what nobody trusted signed.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from consent_registry.domain.errors import (
    DatasetUnknown,
    FreezeOvertaken,
    RulingClash,
    RulingsNotTaken,
    RulingUnreadable,
)
from consent_registry.domain.manifest import MANIFEST_TYP
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.register import FrozenCohort
from consent_registry.domain.terms import RawAlternative, RawModifier
from consent_registry.domain.verdict import Matter, Question
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import Evaluation, evaluate_cohort, freeze_cohort
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.rechecking import recheck
from consent_registry.usecases.rulings import take_ruling
from consent_registry.usecases.tools import Tools
from shared.ids import ApplicationId, PermitId
from shared.keys import verify_jws
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, RegistryWorld
from tests.support.rulings import Authority, a_statement

CASE = ApplicationId("A")
PERMIT = PermitId("PERMIT-1")
ASKED = purpose(evidence=frozenset())  # no approval of an ethics committee is at hand
EVERYBODY = [
    {"participant": "P-free", "local_id": "0"},
    {"participant": "P-irb", "local_id": "1", "modifiers": "IRB"},
    {"participant": "P-both", "local_id": "2", "modifiers": "IRB;NPUNCU;RS=rare hearts"},
    {"participant": "P-text", "local_id": "3", "modifiers": "RS=rare hearts"},
    {"participant": "P-other", "local_id": "4", "modifiers": "RS=another text"},
    {"participant": "P-poa", "local_id": "5", "permission": "POA", "modifiers": "IRB"},
    {"participant": "P-gone", "local_id": "6", "modifiers": "IRB", "state": "withdrawn"},
]
AUTHORITY = Authority()
HEARTS = Matter(clause="RS", question=Question.RESEARCH_TYPE, value="rare hearts")
IRB = Matter(clause="IRB", question=Question.ETHICS_APPROVAL_PENDING)


@pytest.fixture
def ruled(world: RegistryWorld) -> tuple[RegistryWorld, Tools]:
    assert world.load(*EVERYBODY).batch.bad == 0
    return world, replace(world.tools, read_ruling=AUTHORITY.reader)


def rule(tools: Tools, matter: Matter = IRB, **changes: str) -> str:
    """Record a ruling on the purpose and give its id."""
    about = {"clause": matter.clause, "question": matter.question.value, "value": matter.value}
    body = a_statement(ASKED, **about, **changes)
    take_ruling(AUTHORITY.sign(body), tools=tools, principal=DESK)
    return body["ruling_id"]


def unrule(tools: Tools, ruling_id: str) -> None:
    rule(tools, ruling_id=ruling_id, answer="withdrawn")


def ask(tools: Tools, asked: Purpose = ASKED, case: ApplicationId | None = CASE) -> Evaluation:
    return evaluate_cohort(DS, asked, application_id=case, tools=tools, principal=DESK)


def within(tools: Tools, asked: Purpose = ASKED, case: ApplicationId | None = CASE) -> set[int]:
    return set(ask(tools, asked, case).cohort.within)


def freeze(tools: Tools) -> FrozenCohort:
    return freeze_cohort(DS, ASKED, CASE, tools=tools, principal=DESK)


def bind(tools: Tools, frozen: FrozenCohort) -> None:
    bind_cohort(frozen.cohort_id, PERMIT, tools=tools, principal=DESK)


def live(tools: Tools) -> list[set[int]]:
    with tools.reads() as uow:
        return [set(one.members) for one in uow.cohorts.live(DS)]


def body_of(tools: Tools, manifest: str) -> dict[str, Any]:
    raw = verify_jws(manifest, tools.signer.public_jwks(), typ=MANIFEST_TYP, algorithms=("ES256",))
    found: dict[str, Any] = json.loads(raw)
    return found


def entries(world: RegistryWorld, kind: str) -> list[dict[str, Any]]:
    kept = world.column("SELECT value FROM outbox WHERE kind = 'entry' ORDER BY id")
    found = [json.loads(bytes(value)) for value in kept]
    return [entry for entry in found if entry["ty"] == f"placet.cohort.{kind}.v1"]


def test_a_yes_lets_in_who_awaited_it_and_nobody_who_said_no(
    ruled: tuple[RegistryWorld, Tools],
) -> None:
    _, tools = ruled
    assert within(tools) == {0}
    assert set(ask(tools).cohort.awaiting) == {1, 2, 3, 4}
    rule(tools)
    assert within(tools) == {0, 1}  # POA denies, a withdrawal denies, RS is still open
    rule(tools, HEARTS)
    assert within(tools) == {0, 1, 2, 3}
    assert set(ask(tools).cohort.awaiting) == {4}  # another text: nobody has read it


def test_a_no_takes_out_and_says_so(ruled: tuple[RegistryWorld, Tools]) -> None:
    _, tools = ruled
    rule(tools, answer="no")
    found = ask(tools).cohort
    assert found.reasons()["ruled_out"] == 2  # whom RS asks about besides is out as well
    assert set(found.awaiting) == {3, 4}


def test_a_ruling_is_of_one_case_only(ruled: tuple[RegistryWorld, Tools]) -> None:
    _, tools = ruled
    rule(tools)
    assert within(tools, case=ApplicationId("B")) == {0}
    assert within(tools, case=None) == {0}
    assert within(tools, replace(ASKED, months=6)) == {0}  # another purpose under its name


def test_only_what_the_authority_signed_is_recorded(ruled: tuple[RegistryWorld, Tools]) -> None:
    world, tools = ruled
    good = a_statement(ASKED)
    signed = AUTHORITY.sign(good)
    bad = [
        Authority().sign(good),
        AUTHORITY.sign(good, typ="placet-permit+jws"),
        signed[:-8] + "AAAAAAAA",
        "not a token",
        AUTHORITY.sign({**good, "answer": "perhaps"}),
        AUTHORITY.sign({**good, "clause": "XYZ"}),
        AUTHORITY.sign({**good, "question": "what"}),
        AUTHORITY.sign({**good, "ruling_id": "1"}),
        AUTHORITY.sign({**good, "time": "yesterday"}),
        AUTHORITY.sign({**good, "purpose_sha256": "abc"}),
        AUTHORITY.sign({name: value for name, value in good.items() if name != "value"}),
    ]
    for jws in bad:
        with pytest.raises(RulingUnreadable):
            take_ruling(jws, tools=tools, principal=DESK)
    with pytest.raises(DatasetUnknown):
        rule(tools, dataset="GDI-ZZ-DATASET-9")
    with pytest.raises(RulingsNotTaken):
        take_ruling(signed, tools=world.tools, principal=DESK)  # no authority is configured
    assert world.count("ruling_statement") == 0
    assert entries(world, "ruled") == []


def test_the_same_statement_again_changes_nothing_and_another_one_clashes(
    ruled: tuple[RegistryWorld, Tools],
) -> None:
    world, tools = ruled
    body = a_statement(ASKED)
    jws = AUTHORITY.sign(body)
    assert not take_ruling(jws, tools=tools, principal=DESK).repeated
    assert take_ruling(jws, tools=tools, principal=DESK).repeated
    clashing = (
        {**body, "answer": "no"},  # the same id says another thing
        {**body, "answer": "withdrawn", "clause": "COL"},  # withdraws what it did not rule
        {**body, "answer": "withdrawn", "application_id": "B"},
        a_statement(ASKED, answer="no"),  # a second ruling on what stands
    )
    for other in clashing:
        with pytest.raises(RulingClash):
            take_ruling(AUTHORITY.sign(other), tools=tools, principal=DESK)
    assert world.count("ruling_statement") == 1
    (entry,) = entries(world, "ruled")
    assert entry["r"] == "yes"
    assert entry["x"]["ruling"] == body["ruling_id"]


def test_a_ruling_that_comes_after_its_withdrawal_never_counts(
    ruled: tuple[RegistryWorld, Tools],
) -> None:
    _, tools = ruled
    body = a_statement(ASKED)
    unrule(tools, body["ruling_id"])
    take_ruling(AUTHORITY.sign(body), tools=tools, principal=DESK)
    assert within(tools) == {0}


def test_two_at_once_record_one(ruled: tuple[RegistryWorld, Tools]) -> None:
    world, tools = ruled

    def record(jws: str) -> bool:
        try:
            return not take_ruling(jws, tools=tools, principal=DESK).repeated
        except RulingClash:
            return False

    rivals = [AUTHORITY.sign(a_statement(ASKED, answer=says)) for says in ("yes", "no") * 2]
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(record, rivals)) == 1
    assert world.count("ruling_statement") == 1


def test_the_manifest_names_the_rulings_and_the_same_inputs_give_the_same_bytes(
    ruled: tuple[RegistryWorld, Tools],
) -> None:
    _, tools = ruled
    one, two = rule(tools), rule(tools, HEARTS)
    # Twice the same salt and the same instant, between which the world has not moved.
    still = replace(tools, salts=bytes)
    first, again = ask(still), ask(still)
    bodies = [body_of(tools, found.manifest) for found in (first, again)]
    assert bodies[0] == bodies[1]
    assert [named["ruling_id"] for named in bodies[0]["rulings"]] == sorted([one, two])
    with tools.reads() as uow:
        kept = {ruling.ruling_id: ruling.sha256 for ruling in uow.rulings.of_case(CASE)}
    assert {named["ruling_id"]: named["sha256"] for named in bodies[0]["rulings"]} == kept
    # The frozen one is decided with the same, and what came later is not in its name.
    frozen = freeze(tools)
    assert body_of(tools, frozen.manifest)["rulings"] == bodies[0]["rulings"]
    assert frozen.rulings == tuple(sorted([one, two]))


def test_a_withdrawn_ruling_takes_out_whom_only_it_let_in(
    ruled: tuple[RegistryWorld, Tools],
) -> None:
    world, tools = ruled
    one = rule(tools)
    rule(tools, HEARTS)
    bind(tools, freeze(tools))
    assert live(tools) == [{0, 1, 2, 3}]
    revision = world.revision()
    unrule(tools, one)
    assert live(tools) == [{0, 3}]
    assert world.revision() == revision + 1
    assert within(tools) == {0, 3}
    change = world.column("SELECT items FROM feed_change ORDER BY last_position DESC LIMIT 1")[0]
    assert [(item["ordinal"], item["cause"]) for item in change] == [
        (1, "ruling_withdrawn"),
        (2, "ruling_withdrawn"),
    ]
    (entry,) = entries(world, "narrowed")
    assert (entry["r"], entry["n"], len(entry["c"]["subj"])) == (
        "ruling_withdrawn",
        {"people": 2},
        2,
    )
    # Ruling anew widens no cohort that is live, and what is asked anew counts it.
    rule(tools)
    assert live(tools) == [{0, 3}]
    assert within(tools) == {0, 1, 2, 3}
    assert not recheck(tools=tools)


def test_a_ruling_withdrawn_between_freeze_and_binding_overtakes_the_freeze(
    ruled: tuple[RegistryWorld, Tools],
) -> None:
    _, tools = ruled
    one = rule(tools)
    frozen = freeze(tools)
    unrule(tools, one)
    with pytest.raises(FreezeOvertaken):
        bind(tools, frozen)
    bind(tools, freeze(tools))
    assert live(tools) == [{0}]


def test_a_change_of_terms_is_judged_with_the_cohorts_own_rulings(
    ruled: tuple[RegistryWorld, Tools],
) -> None:
    _, tools = ruled
    rule(tools)
    bind(tools, freeze(tools))
    assert live(tools) == [{0, 1}]

    def now_asks_for(*modifiers: RawModifier) -> None:
        consent = NewConsent(
            pseudonym="P-free",
            dataset=DS,
            alternatives=(RawAlternative(permission="HMB", modifiers=modifiers),),
        )
        record_consent(consent, tools=tools, principal=DESK)

    now_asks_for(RawModifier(code="IRB"))
    assert live(tools) == [{0, 1}]  # the ruling stands for her as well
    now_asks_for(RawModifier(code="RS", values=("rare hearts",)))
    assert live(tools) == [{1}]  # nobody ruled on that


@pytest.mark.parametrize(
    "statement",
    ["UPDATE ruling_statement SET says = 'yes'", "DELETE FROM ruling_statement"],
)
@pytest.mark.parametrize("regranted", [False, True])
def test_rulings_are_append_only(
    ruled: tuple[RegistryWorld, Tools], statement: str, regranted: bool
) -> None:
    world, tools = ruled
    rule(tools)
    with world.as_owner() if regranted else world.engine.connect() as connection:
        if regranted:
            connection.execute(text("GRANT ALL ON ruling_statement TO CURRENT_USER"))
        with pytest.raises(DBAPIError, match="append-only" if regranted else "permission denied"):
            connection.execute(text(statement))
