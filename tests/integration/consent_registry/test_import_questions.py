# SPDX-License-Identifier: Apache-2.0
"""An import asks the database as often for a thousand people as for ten, whoever they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, event

from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from consent_registry.usecases.study_consents import NewStudyConsent, record_study_consent
from tests.support.registry_world import DESK, DS, RegistryWorld, people, registry_world

STUDY = "GDI-ZZ-STUDY-1"
FACTS = StudyFacts(
    title="Hearts",
    controller="A hospital",
    purpose="To learn why hearts fail early.",
    starts_on=date(2020, 1, 1),
)


@contextmanager
def asked() -> Iterator[list[str]]:
    """Note every statement that any connection runs."""
    found: list[str] = []

    def note(_: Connection, __: object, statement: str, *___: object) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def questions(world: RegistryWorld, rows: list[dict[str, str]]) -> int:
    with asked() as found:
        report = world.load(*rows)
    assert report.batch.applied == len(rows)
    return len(found)


@pytest.mark.parametrize("known", [False, True], ids=["new people", "people of the study"])
def test_rows_about_a_study_ask_no_more_for_many_than_for_few(*, known: bool) -> None:
    took = []
    for count in (3, 300):
        with registry_world() as world:
            world.dataset()
            describe_study(STUDY, FACTS, tools=world.tools, principal=DESK)
            place_dataset(DS, STUDY, tools=world.tools, principal=DESK)
            if known:
                questions(world, people(count, signed_on="2026-01-01"))
            rows = people(count, study=STUDY, dataset=DS, local_id="", signed_on="2026-02-01")
            took.append(questions(world, rows))
    few, many = took
    assert many - few < 20, (few, many)


def speak(world: RegistryWorld, count: int) -> None:
    """Have people who are in the dataset say yes to its study, each by herself."""
    describe_study(STUDY, FACTS, tools=world.tools, principal=DESK)
    place_dataset(DS, STUDY, tools=world.tools, principal=DESK)
    for person in people(count):
        wanted = NewStudyConsent(
            pseudonym=person["participant"],
            study=STUDY,
            alternatives=[RawAlternative(permission="GRU")],
        )
        record_study_consent(wanted, tools=world.tools, principal=DESK)


def test_of_people_who_spoke_of_the_study_no_more_is_asked_for_many_than_for_few() -> None:
    took = []
    for count in (3, 60):
        with registry_world() as world:
            world.dataset()
            questions(world, people(count, signed_on="2026-01-01"))
            speak(world, count)
            took.append(questions(world, people(count, signed_on="2026-02-01")))
    few, many = took
    assert many - few < 20, (few, many)


@pytest.mark.parametrize("known", [False, True], ids=["new people", "people known already"])
def test_as_many_questions_for_many_as_for_few(*, known: bool) -> None:
    took = []
    for count in (10, 1_000):
        with registry_world() as world:
            world.dataset()
            if known:
                questions(world, people(count, signed_on="2026-01-01"))
            took.append(questions(world, people(count, signed_on="2026-02-01")))
    few, many = took
    assert many - few < 20, (few, many)
