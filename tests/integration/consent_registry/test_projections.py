# SPDX-License-Identifier: Apache-2.0
"""Whoever can write to the database lets nobody in unseen: what is stored is held against events.

The events are untouched throughout, and every chain holds.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from consent_registry.domain.mandates import MandateKind
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.domain.rights import Right
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.chains import verify_chains
from consent_registry.usecases.cohorts import evaluate_cohort
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.import_applying import apply_next
from consent_registry.usecases.import_staging import stage_next
from consent_registry.usecases.lives import record_death
from consent_registry.usecases.mandates import NewMandate, record_mandate
from consent_registry.usecases.opt_out import set_opt_out
from consent_registry.usecases.projections import verify_projections
from consent_registry.usecases.requests import NewRequest, make_request
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from consent_registry.usecases.study_consents import NewStudyConsent, record_study_consent
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId
from tests.fakes.consent_factories import purpose
from tests.support.erasing_world import GRETA, PSEUDONYM, SECOND, erasing_world
from tests.support.merge_world import confirm, give, leave, propose, undo, within
from tests.support.registry_node import NEW_DATASET, registry_node
from tests.support.registry_world import DESK, DS, LOGIN, RegistryWorld, csv_of, people

STUDY = "GDI-ZZ-STUDY-1"
PAGE = 3  # less than there are members, so that every check turns pages
ADMIT = (
    "UPDATE standing SET state = 'given', terms_id = (SELECT min(terms_id) FROM consent_terms)"
    " WHERE state = 'withdrawn'"
)
# One beside another is refused by the database itself; one before another is not.
BEFORE = (
    "INSERT INTO standing (dataset, ordinal, starts_at, ends_at, state, event_id, pending,"
    " terms_id) SELECT dataset, ordinal, starts_at - interval '1 day', starts_at, state, event_id,"
    " pending,"
    " terms_id FROM standing WHERE ordinal = 2"
)
ADD = (
    "INSERT INTO standing (dataset, ordinal, starts_at, state, event_id, pending, terms_id)"
    " SELECT dataset, {ordinal}, starts_at - interval '1 day', 'given', event_id, false, terms_id"
    " FROM standing WHERE ordinal = 0"
)


def who(number: int) -> str:
    return f"P-{number:06}"


@pytest.fixture
def ten(world: RegistryWorld) -> RegistryWorld:
    """Ten people, the last of whom allow another thing; the sixth has withdrawn."""
    assert world.load(*people(7), *people(10, permission="POA")[7:]).batch.applied == 10
    leave(world, who(5))
    assert found(world.tools) == ([], [])
    return world


def found(tools: Tools, dataset: DatasetId = DS) -> tuple[Sequence[int], Sequence[int]]:
    """Give who differs and which terms are altered; the chains hold."""
    assert not any(one.broken for one in verify_chains(tools=tools).values())
    checked = verify_projections(tools=tools, at_once=PAGE)
    differing = list(checked.differing[dataset])
    assert checked.hold == (not any(checked.differing.values()) and not checked.altered_terms)
    return differing, list(checked.altered_terms)


def tamper(world: RegistryWorld, statement: str) -> None:
    with world.engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0


def test_a_withdrawal_turned_into_a_consent_is_named(ten: RegistryWorld) -> None:
    tamper(ten, ADMIT)
    assert 5 in within(ten), "or there is nothing to be found"
    assert found(ten.tools) == ([5], [])


def test_altered_terms_let_nobody_in_and_everybody_who_shares_them_is_named(
    ten: RegistryWorld,
) -> None:
    poa = "body->0->>'permission' = 'DUO:0000011'"
    altered = ten.scalar(f"SELECT terms_id FROM consent_terms WHERE {poa}")  # noqa: S608 - ours
    wider = "replace(body::text, 'DUO:0000011', 'DUO:0000042')::jsonb"
    tamper(ten, f"UPDATE consent_terms SET body = {wider} WHERE {poa}")  # noqa: S608 - ours
    cohort = evaluate_cohort(DS, purpose(), tools=ten.tools, principal=DESK).cohort
    assert set(cohort.within) == {0, 1, 2, 3, 4, 6}
    assert cohort.reasons() == {"unreadable": 3, "withdrawn": 1}
    assert found(ten.tools) == ([7, 8, 9], [altered])


def test_other_terms_with_a_digest_of_their_own_are_no_better(ten: RegistryWorld) -> None:
    swapped = "(SELECT t.terms_id FROM consent_terms AS t WHERE t.terms_id <> standing.terms_id)"
    tamper(ten, f"UPDATE standing SET terms_id = {swapped} WHERE ordinal = 8")  # noqa: S608 - ours
    assert found(ten.tools) == ([8], [])


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM standing WHERE ordinal = 2",
        "UPDATE standing SET starts_at = starts_at - interval '1 day' WHERE ordinal = 2",
        "UPDATE standing SET event_id = gen_random_uuid() WHERE ordinal = 2",
        BEFORE,
    ],
)
def test_a_standing_deleted_moved_or_added_is_named(ten: RegistryWorld, statement: str) -> None:
    tamper(ten, statement)
    assert found(ten.tools) == ([2], [])


@pytest.mark.parametrize("ordinal", [-1, 10, 2**40])
def test_a_standing_of_nobody_is_named(ten: RegistryWorld, ordinal: int) -> None:
    tamper(ten, ADD.format(ordinal=ordinal))
    assert found(ten.tools) == ([ordinal], [])


def test_a_bar_taken_away_is_named(ten: RegistryWorld) -> None:
    record_death(who(3), ten.clock.now(), "5e" * 32, tools=ten.tools, principal=DESK)
    assert found(ten.tools) == ([], [])
    tamper(ten, "DELETE FROM bar")
    assert found(ten.tools) == ([3], [])


def test_a_registry_that_nobody_touched_holds(world: RegistryWorld) -> None:
    second = world.dataset(SECOND).dataset
    assert world.load(*people(12)).batch.applied == 12
    assert world.load(*people(6, dataset=SECOND, permission="GRU")).batch.applied == 6
    studied(world)
    joined(world)
    tools, now = world.tools, world.clock.now()
    guarded = NewMandate(
        pseudonym=who(6),
        kind=MandateKind.GUARDIAN,
        holder="Her mother",
        evidence="cd" * 32,
        issuer=LOGIN,
        subject="mother",
        born_on=(now - timedelta(days=15 * 366)).date(),
    )
    record_mandate(guarded, tools=tools, principal=DESK)
    record_death(who(7), now, "5e" * 32, tools=tools, principal=DESK)
    wanted = NewRequest(right=Right.RESTRICTION, words="wrong")
    make_request(who(8), wanted, tools=tools, principal=GRETA)
    set_opt_out(who(9), About(), OptOutKind.REGISTERED, tools=tools, principal=DESK)
    ending = RawAlternative(permission="HMB", activities=("af_aggregate=2030-01-31",))
    record_consent(
        NewConsent(pseudonym=who(10), dataset=DS, alternatives=(ending,)),
        tools=tools,
        principal=DESK,
    )
    give(world, who(11), permission=None)
    assert world.count("bar") > 0
    assert (found(tools), found(tools, second)) == (([], []), ([], []))


def studied(world: RegistryWorld) -> None:
    """Let somebody choose for a study, which closes for whom it is withdrawn."""
    facts = StudyFacts(
        title="Hearts", controller="A hospital", purpose="To learn.", starts_on=date(2020, 1, 1)
    )
    describe_study(STUDY, facts, tools=world.tools, principal=DESK)
    place_dataset(DS, STUDY, tools=world.tools, principal=DESK)
    for number in (0, 1):
        said = (RawAlternative(permission="GRU"),)
        wanted = NewStudyConsent(pseudonym=who(number), study=STUDY, alternatives=said)
        record_study_consent(wanted, tools=world.tools, principal=DESK)
    leave(world, who(1))


def joined(world: RegistryWorld) -> None:
    """Join two for good, two for a while, and two perhaps."""
    confirm(world, propose(world, who(2), who(3)))
    leave(world, who(3))
    passing = confirm(world, propose(world, who(0), who(4)))
    give(world, who(4), SECOND, permission="GRU")
    undo(world, passing)
    propose(world, who(4), who(5))


def test_an_erased_person_has_no_standing_and_one_put_back_is_named() -> None:
    with erasing_world() as site:
        made = propose(site.world, PSEUDONYM, "P-2")
        confirm(site.world, made)
        give(site.world, PSEUDONYM)
        undo(site.world, made)
        site.begin()
        assert found(site.tools) == ([], [])
        site.run()
        assert (found(site.tools), found(site.tools, SECOND)) == (([], []), ([], []))
        tamper(
            site.world,
            "INSERT INTO standing (dataset, ordinal, starts_at, state, event_id, pending)"
            " SELECT dataset, 0, starts_at, state, event_id, false FROM standing LIMIT 1",
        )
        assert found(site.tools) == ([0], [])


def test_the_command_says_so_by_its_exit_code(tmp_path: Path) -> None:
    with registry_node(tmp_path) as node:
        token = node.service("consents.write")
        assert node.call("POST", "/v1/datasets", dict(NEW_DATASET), token=token).ok
        node.take_in(csv_of(people(3)))
        while stage_next(tools=node.parts.tools) or apply_next(tools=node.parts.tools):
            pass
        with node.process("verify-events") as untouched:
            assert untouched.wait(timeout=120) == 0
        with node.parts.engine.begin() as connection:
            connection.execute(text("DELETE FROM standing WHERE ordinal = 1"))
        with node.process("verify-events") as touched:
            assert touched.wait(timeout=120) == 1
