# SPDX-License-Identifier: Apache-2.0
"""Studies: what was said of them stays, one step leaves all of one, an ended one begins nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from consent_registry.adapters.tables import METADATA
from consent_registry.domain.errors import DatasetUnknown, StudyEnded, StudyUnknown
from consent_registry.domain.history import State
from consent_registry.usecases.catalogue import catalogue_entry
from consent_registry.usecases.cohorts import freeze_cohort
from consent_registry.usecases.studies import (
    StudyFacts,
    describe_study,
    get_study,
    list_studies,
    place_dataset,
)
from shared.errors import ValidationFailed
from shared.ids import ApplicationId, DatasetId
from tests.fakes.consent_factories import purpose
from tests.support.page_world import make_sign_in
from tests.support.participant_pages import HEART, LUNG, OTHER, Site, fill, pages_app
from tests.support.registry_node import RegistryNode
from tests.support.registry_world import DESK, LOGIN, RegistryWorld, registry_world

STUDY = "GDI-ZZ-STUDY-1"
FACTS = StudyFacts(
    title="Northern <hearts>",
    controller="A hospital",
    purpose="To learn why hearts fail early.\nAnd what helps.",
    starts_on=date(2020, 1, 1),
    ethics="EC 12/2019",
)


@pytest.fixture
def site() -> Iterator[Site]:
    with registry_world() as world:
        fill(world, LOGIN)
        yield Site(world=world, app=pages_app(world, make_sign_in(world.clock, issuer=LOGIN)))


def describe(world: RegistryWorld, **changes: Any) -> int:
    said = replace(FACTS, **changes)
    return describe_study(STUDY, said, tools=world.tools, principal=DESK).version


def place(world: RegistryWorld, dataset: DatasetId, study: str = STUDY) -> None:
    place_dataset(dataset, study, tools=world.tools, principal=DESK)


def freeze(world: RegistryWorld, dataset: DatasetId, name: str) -> None:
    freeze_cohort(dataset, purpose(), ApplicationId(name), tools=world.tools, principal=DESK)


def test_one_step_leaves_every_dataset_of_a_study_and_no_other(site: Site) -> None:
    describe(site.world)
    place(site.world, HEART)
    place(site.world, OTHER)  # in the study, but she is not in it
    browser = site.browser()
    page = browser.page("/")
    assert "Northern &lt;hearts&gt;" in page or "Northern <hearts>" in page
    assert "Stop in this study" not in page  # of hers it holds one dataset: that has its own button
    asked = browser.page(f"/withdraw/study/{STUDY}")
    assert "Hearts of the north" in asked
    assert "Lungs" not in asked
    path = f"/withdraw/study/{STUDY}"
    assert browser.send(path, form_at=path).status_code == 303
    assert site.states() == {HEART: State.WITHDRAWN, LUNG: State.GIVEN}


def test_a_study_that_she_is_not_in_is_not_there(site: Site) -> None:
    describe(site.world)
    place(site.world, OTHER)
    browser = site.browser()
    assert browser.get(f"/withdraw/study/{STUDY}").status_code == 404
    answer = browser.send(f"/withdraw/study/{STUDY}", form_at="/withdraw")
    assert answer.status_code == 404
    assert site.states() == {HEART: State.GIVEN, LUNG: State.GIVEN}


def test_several_datasets_of_a_study_have_a_button_together(site: Site) -> None:
    describe(site.world, data_until=date(2040, 5, 1))
    place(site.world, HEART)
    place(site.world, LUNG)
    page = site.browser().page("/")
    assert "Stop in this study" in page
    assert "1 May 2040" in page


def test_nothing_new_begins_after_the_day_that_people_were_told(site: Site) -> None:
    world = site.world
    today = world.clock.now().date()
    describe(world, data_until=today)
    place(world, HEART)
    freeze(world, HEART, "on-the-last-day")
    world.clock.pass_time(86_400)
    with pytest.raises(StudyEnded):
        freeze(world, HEART, "a-day-late")
    freeze(world, LUNG, "another-study")
    describe(world, data_until=None)
    freeze(world, HEART, "prolonged")


def test_what_was_said_before_stays_and_the_same_again_changes_nothing(site: Site) -> None:
    world = site.world
    assert [describe(world), describe(world), describe(world, title="Hearts")] == [1, 1, 2]
    place(world, HEART)
    place(world, HEART)
    place(world, HEART, "")
    place(world, HEART)
    found = get_study(STUDY, tools=world.tools)
    assert [one.title for one in found.versions] == ["Northern <hearts>", "Hearts"]
    assert (found.study.title, list(found.datasets)) == ("Hearts", [HEART])
    assert [one.study for one in list_studies(tools=world.tools)] == [STUDY]
    assert world.count("study_dataset") == 3
    said = [row for row in world.column("SELECT value FROM outbox") if b'"study_' in row]
    assert len(said) == 2 + 3
    for table in ("study_version", "study_dataset"):
        with world.engine.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(METADATA.tables[table].delete())


def test_faults_are_named_together_and_leave_nothing(site: Site) -> None:
    world = site.world
    with pytest.raises(ValidationFailed) as refused:
        describe_study(
            "hearts",
            replace(FACTS, title="", purpose="x\x00", data_until=date(2019, 12, 31)),
            tools=world.tools,
            principal=DESK,
        )
    pointers = [fault.pointer for fault in refused.value.faults]
    assert pointers == ["/study", "/title", "/purpose", "/data_until"]
    with pytest.raises(StudyUnknown):
        place(world, HEART)
    with pytest.raises(DatasetUnknown):
        place(world, DatasetId("GDI-ZZ-DATASET-9"), "")
    assert world.count("study_version") == world.count("study_dataset") == 0


def test_the_catalogue_says_which_study_a_dataset_came_from(site: Site) -> None:
    describe(site.world)
    place(site.world, HEART)
    found: Any = catalogue_entry(HEART, tools=site.world.tools)["prov:wasGeneratedBy"]
    assert [activity["dct:identifier"] for activity in found] == [[STUDY]]
    assert "prov:wasGeneratedBy" not in catalogue_entry(LUNG, tools=site.world.tools)


def test_over_the_api(node: RegistryNode) -> None:
    writing, reading = node.service("consents.write"), node.service("consents.read")
    body = {
        "title": "Hearts",
        "controller": "A hospital",
        "purpose": "To learn.",
        "starts_on": "2020-01-01",
    }
    path = f"/v1/studies/{STUDY}"
    assert node.call("PUT", path, body, token=reading).status_code == 403
    made = node.call("PUT", path, body, token=writing)
    assert made.status_code == 200, made.text
    assert (made.json()["version"], made.json()["data_until"]) == (1, None)
    assert node.call("GET", path, token=reading).json()["datasets"] == []
    listed = node.call("GET", "/v1/studies", token=reading).json()["studies"]
    assert [one["study"] for one in listed] == [STUDY]
    assert node.call("GET", "/v1/studies/other", token=reading).json()["code"] == "study_unknown"
    absent = node.call(
        "PUT", "/v1/datasets/GDI-ZZ-DATASET-9/study", {"study": STUDY}, token=writing
    )
    assert absent.json()["code"] == "dataset_unknown"
    broken = node.call("PUT", path, {**body, "starts_on": "soon"}, token=writing)
    assert broken.json()["errors"][0]["pointer"] == "/starts_on"
