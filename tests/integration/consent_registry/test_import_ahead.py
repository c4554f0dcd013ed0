# SPDX-License-Identifier: Apache-2.0
"""Rows read ahead of their transaction: who is on record by then is found all the same.

In all of them the second transaction of a file is about to be recorded when somebody else comes.
"""

import threading
from collections.abc import Iterator

import pytest

from consent_registry.domain.history import State
from consent_registry.usecases.import_applying import apply_next
from consent_registry.usecases.import_staging import stage_next
from consent_registry.usecases.imports import Report
from consent_registry.usecases.members import NewMember, list_members
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.ids import DatasetId
from tests.integration.consent_registry.test_import_questions import asked
from tests.support.registry_world import DESK, DS, RegistryWorld, csv_of, people, registry_world

FIRST, REST = 2_000, 100
LATE = people(FIRST + REST)[-1]


@pytest.fixture
def halfway() -> Iterator[tuple[RegistryWorld, str]]:
    """Give a registry with the first transaction of a file recorded, and the import's id."""
    with registry_world() as world:
        world.dataset()
        batch = world.receive(csv_of(people(FIRST + REST, signed_on="2025-01-01")))
        assert stage_next(tools=world.tools)
        assert apply_next(tools=world.tools)
        for reading in threading.enumerate():
            if reading.name == "read-ahead":
                reading.join()
        yield world, batch.import_id


def rest(world: RegistryWorld, import_id: str) -> Report:
    while apply_next(tools=world.tools):
        pass
    return world.report(import_id)


def codes(report: Report) -> list[tuple[int, str]]:
    return [(at.line, at.fault.what.code) for at in report.faults]


def listed(world: RegistryWorld, pseudonym: str, local_id: str) -> None:
    wanted = [NewMember(pseudonym=pseudonym, local_id=local_id)]
    list_members(DS, wanted, tools=world.tools, principal=DESK)


def test_of_people_whom_nobody_knew_when_they_were_read_nothing_is_asked(
    halfway: tuple[RegistryWorld, str],
) -> None:
    world, import_id = halfway
    with asked() as found:
        report = rest(world, import_id)
    assert report.batch.applied == FIRST + REST
    assert [one for one in found if "picked" in one] == []


def test_who_was_listed_since_is_the_member_she_is(halfway: tuple[RegistryWorld, str]) -> None:
    world, import_id = halfway
    listed(world, LATE["participant"], LATE["local_id"])
    report = rest(world, import_id)
    assert (report.batch.applied, report.batch.bad) == (FIRST + REST, 0)
    assert world.count("participant") == world.count("dataset_member") == FIRST + REST
    assert world.count("consent_event") == world.count("imported_line") == FIRST + REST


def test_who_withdrew_since_is_not_overtaken(halfway: tuple[RegistryWorld, str]) -> None:
    world, import_id = halfway
    listed(world, LATE["participant"], LATE["local_id"])
    withdraw(LATE["participant"], WithdrawConsent(), tools=world.tools, principal=DESK)
    report = rest(world, import_id)
    assert codes(report) == [(FIRST + REST + 1, "E-STATE-02")]
    stands = "SELECT state FROM standing WHERE ordinal = (SELECT ordinal FROM dataset_member"
    assert world.column(f"{stands} WHERE local_id = '{LATE['local_id']}') AND ends_at IS NULL") == [
        State.WITHDRAWN.value
    ]


def test_a_local_id_that_was_taken_since_is_refused(halfway: tuple[RegistryWorld, str]) -> None:
    world, import_id = halfway
    listed(world, "P-other", LATE["local_id"])
    report = rest(world, import_id)
    assert codes(report) == [(FIRST + REST + 1, "E-ID-03")]
    assert world.count("dataset_member") == world.scalar("SELECT members FROM dataset")


def test_a_person_on_both_sides_of_a_bound_is_recorded_at_the_first_attempt(
    world: RegistryWorld,
) -> None:
    other = DatasetId("GDI-ZZ-DATASET-2")
    world.dataset()
    world.dataset(other)
    rows = people(FIRST)
    batch = world.receive(csv_of([*rows, {**rows[-1], "dataset": other}]))
    assert stage_next(tools=world.tools)
    with asked() as found:
        report = rest(world, batch.import_id)
    assert report.batch.applied == FIRST + 1
    claims = [one for one in found if "FROM import_batch" in one and "SKIP LOCKED" in one]
    assert len(claims) == 4  # two of rows, one of the end, one that finds nothing
