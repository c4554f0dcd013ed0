# SPDX-License-Identifier: Apache-2.0
"""The desk's lists: every entry once, whatever is recorded meanwhile, and nobody who was erased."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from consent_registry.domain.mandates import MandateKind
from consent_registry.usecases.listing import (
    PAGE_SIZE,
    MandateState,
    list_deaths,
    list_mandates,
)
from consent_registry.usecases.lives import correct_death, record_death
from consent_registry.usecases.mandates import NewMandate, end_mandate, record_mandate
from shared.errors import Forbidden, ValidationFailed
from shared.principal import Principal
from tests.support.merge_world import SECOND
from tests.support.registry_world import DESK, RegistryWorld, people, person

PAPER = "cd" * 32
MANY = PAGE_SIZE + 7


@pytest.fixture
def filled(world: RegistryWorld) -> RegistryWorld:
    assert world.load(*people(3)).batch.applied == 3
    world.clock.pass_time(60)
    return world


def authorise(world: RegistryWorld, who: str, holder: str) -> str:
    wanted = NewMandate(
        pseudonym=who,
        kind=MandateKind.GUARDIAN,
        holder=holder,
        evidence=PAPER,
        until=world.clock.now() + timedelta(days=9),
    )
    return record_mandate(wanted, tools=world.tools, principal=DESK).mandate_id


def pages(world: RegistryWorld, *, between: bool = False) -> list[str]:
    """Read every page; `between` records another one before each next page is asked for."""
    found: list[str] = []
    before: str | None = None
    while True:
        page = list_mandates(before, tools=world.tools, principal=DESK)
        assert len(page.entries) <= PAGE_SIZE
        found += [one.mandate.holder for one in page.entries]
        before = page.next_before
        if before is None:
            return found
        if between:
            authorise(world, "P-000001", "late")


def test_every_mandate_is_listed_once_the_newest_first(filled: RegistryWorld) -> None:
    for number in range(MANY):
        authorise(filled, f"P-{number % 3:06}", f"holder {number:03}")
    wanted = [f"holder {number:03}" for number in reversed(range(MANY))]
    assert pages(filled) == wanted
    assert pages(filled, between=True) == wanted, "what came meanwhile moved nothing"


def test_how_a_mandate_stands_is_said_of_now(filled: RegistryWorld) -> None:
    ended = authorise(filled, "P-000000", "ended")
    authorise(filled, "P-000001", "in force")
    end_mandate("P-000000", ended, None, tools=filled.tools, principal=DESK)
    page = list_mandates(None, tools=filled.tools, principal=DESK)
    assert [(one.pseudonym, one.state) for one in page.entries] == [
        ("P-000001", MandateState.IN_FORCE),
        ("P-000000", MandateState.ENDED),
    ]
    filled.clock.pass_time(timedelta(days=10).total_seconds())
    page = list_mandates(None, tools=filled.tools, principal=DESK)
    assert {one.state for one in page.entries} == {MandateState.ENDED}
    with filled.engine.begin() as connection:
        connection.execute(text("DELETE FROM person_key"))
    page = list_mandates(None, tools=filled.tools, principal=DESK)
    assert {one.state for one in page.entries} == {MandateState.UNREADABLE}


def test_deaths_are_listed_with_those_taken_back(filled: RegistryWorld) -> None:
    day = filled.clock.now() - timedelta(days=3)
    for who in ("P-000000", "P-000001"):
        record_death(who, day, PAPER, tools=filled.tools, principal=DESK)
        filled.clock.pass_time(1)
    correct_death("P-000000", PAPER, tools=filled.tools, principal=SECOND)
    page = list_deaths(None, tools=filled.tools, principal=DESK)
    assert page.next_before is None
    assert [(one.pseudonym, one.stands, one.died_at) for one in page.entries] == [
        ("P-000001", True, day),
        ("P-000000", False, day),
    ]


def test_who_was_erased_is_in_no_list(filled: RegistryWorld) -> None:
    authorise(filled, "P-000000", "gone")
    with filled.engine.begin() as connection:
        connection.execute(
            text("UPDATE participant SET erased_at = now() WHERE pseudonym = 'P-000000'")
        )
    assert list_mandates(None, tools=filled.tools, principal=DESK).entries == ()


@pytest.mark.parametrize(
    "before",
    ["", "x", "2026-01-01T00:00:00Z", "~", "yesterday~01939a5c-0000-7000-8000-000000000000"],
)
def test_a_page_that_no_page_gave_is_refused(filled: RegistryWorld, before: str) -> None:
    for listed in (list_mandates, list_deaths):
        with pytest.raises(ValidationFailed):
            listed(before, tools=filled.tools, principal=DESK)


@pytest.mark.parametrize("who", [person("anna"), person("stella")])
def test_the_lists_are_a_desks(filled: RegistryWorld, who: Principal) -> None:
    for listed in (list_mandates, list_deaths):
        with pytest.raises(Forbidden):
            listed(None, tools=filled.tools, principal=who)


def test_the_index_serves_a_page(filled: RegistryWorld) -> None:
    """A page reads its own rows: never every event of everybody."""
    with filled.engine.connect() as connection:
        connection.execute(text("SET enable_seqscan = off"))
        plan = connection.execute(
            text(
                "EXPLAIN SELECT event_id FROM person_event WHERE kind = 'mandate_recorded'"
                " AND (recorded_at, event_id) < (now(), '01939a5c-0000-7000-8000-000000000000')"
                " ORDER BY recorded_at DESC, event_id DESC LIMIT 51"
            )
        ).scalars()
        said = "\n".join(plan)
    assert "ix_person_event_kind" in said
    assert "Sort" not in said
