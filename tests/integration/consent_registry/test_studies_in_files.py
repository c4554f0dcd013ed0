# SPDX-License-Identifier: Apache-2.0
"""Choices for studies out of files, and into them: CSV, FHIR R4 and R5, a mapping of one's own."""

import json
from datetime import date
from typing import Any

import pytest

from consent_registry.domain.batches import Format
from consent_registry.domain.fhir.mapping import MappingFaults, load_mapping
from consent_registry.domain.fhir.statement import Release
from consent_registry.domain.history import State
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.fhir_export import AsOf, export_consents
from consent_registry.usecases.imports import Report
from consent_registry.usecases.members import NewMember, list_members
from consent_registry.usecases.projections import verify_projections
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from consent_registry.usecases.study_consents import (
    NewStudyConsent,
    record_study_consent,
    study_choices_of,
)
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.ids import DatasetId
from tests.fakes.consent_factories import extract
from tests.fakes.fhir import EXAMPLE, changed, vector
from tests.support.fhir_import import codes, lines, load
from tests.support.registry_world import DESK, DS, RegistryWorld, registry_world

STUDY, OTHER = "GDI-ZZ-STUDY-1", "GDI-ZZ-STUDY-2"
TWO = DatasetId("GDI-ZZ-DATASET-2")
ANNA, BERT = "P-anna", "P-bert"
YES = {"participant": ANNA, "study": STUDY, "dataset": "", "local_id": ""}
NO = {**YES, "state": "withdrawn", "permission": "", "signed_on": "2026-03-01"}
FACTS = StudyFacts(
    title="Hearts",
    controller="A hospital",
    purpose="To learn why hearts fail early.",
    starts_on=date(2020, 1, 1),
)


@pytest.fixture(autouse=True)
def _placed(world: RegistryWorld) -> None:
    prepare(world)


def prepare(world: RegistryWorld) -> None:
    if TWO not in world.column("SELECT dataset FROM dataset"):
        world.dataset(TWO)
    for study in (STUDY, OTHER):
        describe_study(study, FACTS, tools=world.tools, principal=DESK)
    for dataset in (DS, TWO):
        place_dataset(dataset, STUDY, tools=world.tools, principal=DESK)
        people = [NewMember(pseudonym=one, local_id=f"S-{one}") for one in (ANNA, BERT)]
        list_members(dataset, people, tools=world.tools, principal=DESK)


def states(world: RegistryWorld, who: str = ANNA) -> dict[str, State]:
    found = consents_of(who, None, None, tools=world.tools, principal=DESK)
    return {one.dataset.dataset: one.standing.state for one in found.choices}


def told(report: Report) -> list[tuple[int, str, str]]:
    return [(at.line, at.fault.column, at.fault.what.code) for at in report.faults]


def say(world: RegistryWorld, *said: str) -> None:
    wanted = [RawAlternative(permission=one) for one in said]
    consent = NewStudyConsent(pseudonym=ANNA, study=STUDY, alternatives=wanted)
    record_study_consent(consent, tools=world.tools, principal=DESK)


def exported(world: RegistryWorld, release: Release, who: str = ANNA) -> list[Any]:
    bundle: Any = export_consents(who, release, AsOf(), tools=world.tools, principal=DESK)
    return [one["resource"] for one in bundle["entry"]]


def test_a_yes_reaches_what_she_was_told_of_and_nothing_else(world: RegistryWorld) -> None:
    report = world.load({**YES, "dataset": DS}, {**YES, "participant": BERT, "dataset": DS})
    assert (report.batch.applied, told(report)) == (2, [])
    for who in (ANNA, BERT):
        assert states(world, who) == {DS: State.GIVEN, TWO: State.NOT_ASKED}
    (said,) = study_choices_of(ANNA, None, None, tools=world.tools, principal=DESK)
    assert (said.name, said.standing.state) == (STUDY, State.GIVEN)
    assert verify_projections(tools=world.tools).hold


def test_without_a_list_it_reaches_what_was_in_the_study_on_the_day(world: RegistryWorld) -> None:
    """What was put in it after she signed was not what she was told of (GDPR 4(11))."""
    early = world.load(YES)
    assert told(early) == [(2, "dataset", "E-SET-03")]
    world.clock.pass_time(60)
    today = world.clock.now().isoformat(timespec="seconds").replace("+00:00", "Z")
    late = world.load({**YES, "signed_on": today})
    assert (late.batch.applied, told(late)) == (1, [])
    assert states(world) == {DS: State.GIVEN, TWO: State.GIVEN}


def test_a_yes_never_counts_from_before_it_was_recorded(world: RegistryWorld) -> None:
    before = world.clock.now()
    world.load({**YES, "dataset": DS, "effective_from": "2025-01-15"})
    found = consents_of(ANNA, before, None, tools=world.tools, principal=DESK)
    assert {one.standing.state for one in found.choices} == {State.NOT_ASKED}
    over = world.load({**YES, "participant": BERT, "dataset": DS, "effective_to": "2025-06-01"})
    assert told(over) == [(2, "effective_to", "E-DATE-02")]


def test_a_no_in_a_file_closes_the_whole_study(world: RegistryWorld) -> None:
    say(world, "GRU")
    world.clock.pass_time(5)
    report = world.load(NO)
    assert (report.batch.applied, told(report)) == (1, [])
    assert states(world) == {DS: State.WITHDRAWN, TWO: State.WITHDRAWN}


@pytest.mark.parametrize("dry_run", [True, False])
def test_no_file_widens_what_she_said(world: RegistryWorld, *, dry_run: bool) -> None:
    """Neither over a no, nor over everything, nor over a later and narrower yes."""
    wide = {**YES, "permission": "GRU", "dataset": f"{DS};{TWO}", "signed_on": "2026-02-01"}
    say(world, "HMB")
    narrower = world.load(wide, dry_run=dry_run)
    say(world)
    refused = world.load(wide, dry_run=dry_run)
    world.load({"participant": BERT, "local_id": f"S-{BERT}"})
    withdraw(BERT, WithdrawConsent(), tools=world.tools, principal=DESK)
    left = world.load({**wide, "participant": BERT}, dry_run=dry_run)
    for report in (narrower, refused, left):
        assert told(report) == [(2, "state", "E-STATE-06")]
    assert set(states(world).values()) == {State.REFUSED}
    assert State.GIVEN not in states(world, BERT).values()


def test_alternatives_are_one_choice_and_the_same_file_does_nothing_again(
    world: RegistryWorld,
) -> None:
    rows = ({**YES, "dataset": DS}, {**YES, "dataset": DS, "permission": "POA", "alternative": "2"})
    first, again = world.load(*rows), world.load(*rows)
    assert (first.batch.applied, first.batch.repeated) == (2, 0)
    assert (again.batch.applied, again.batch.repeated, told(again)) == (0, 2, [])
    (said,) = study_choices_of(ANNA, None, None, tools=world.tools, principal=DESK)
    assert [one.permission.name for one in said.standing.terms or ()] == ["HMB", "POA"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"study": "GDI-ZZ-STUDY-9"}, ("study", "E-SET-02")),
        ({"dataset": "GDI-ZZ-DATASET-9"}, ("dataset", "E-SET-01")),
        ({"local_id": "S-1"}, ("local_id", "E-ID-05")),
    ],
)
def test_what_is_wrong_with_a_row_has_its_code(
    world: RegistryWorld, changes: dict[str, str], fault: tuple[str, str]
) -> None:
    report = world.load({**YES, "dataset": DS, **changes})
    assert told(report) == [(2, *fault)]
    assert states(world) == {DS: State.NOT_ASKED, TWO: State.NOT_ASKED}


def test_rows_of_a_dataset_and_of_its_study_stand_in_one_file(world: RegistryWorld) -> None:
    report = world.load(
        {"participant": ANNA, "local_id": f"S-{ANNA}", "permission": "GRU"},
        {**YES, "dataset": f"{DS};{TWO}"},
        {"participant": "P-new", "local_id": "S-new"},
        {**YES, "participant": "P-new", "dataset": DS, "study": OTHER},
    )
    assert (report.batch.applied, told(report)) == (4, [])
    found = consents_of(ANNA, None, None, tools=world.tools, principal=DESK)
    terms = {one.dataset.dataset: one.standing.terms for one in found.choices}
    permissions = {name: one[0].permission.name for name, one in terms.items() if one}
    assert permissions == {DS: "GRU", TWO: "HMB"}, "her own choice decides (ADR 0031)"
    assert verify_projections(tools=world.tools).hold


@pytest.mark.parametrize("release", Release)
@pytest.mark.parametrize("said", [("HMB", "POA"), ()], ids=["yes", "no"])
def test_fhir_goes_out_and_comes_in(
    world: RegistryWorld, release: Release, said: tuple[str, ...]
) -> None:
    say(world, *said)
    (written,) = exported(world, release)
    formats = {Release.R4: Format.FHIR_R4_LINES, Release.R5: Format.FHIR_R5_LINES}
    with registry_world() as another:
        another.dataset()
        prepare(another)
        report = load(another, lines(written), formats[release])
        assert (report.batch.applied, codes(report)) == (1, [])
        assert states(another) == states(world)
        (before,) = study_choices_of(ANNA, None, None, tools=world.tools, principal=DESK)
        (after,) = study_choices_of(ANNA, None, None, tools=another.tools, principal=DESK)
        assert after.standing.terms == before.standing.terms
        (back,) = exported(another, release)
        for one in (written, back):  # what only says when it was recorded there
            del one["identifier"]
        assert json.dumps(back["extension"]) == json.dumps(written["extension"])


def test_fhir_entered_in_error_is_not_taken_for_a_withdrawal(world: RegistryWorld) -> None:
    say(world, "HMB")
    (written,) = exported(world, Release.R4)
    report = load(world, lines({**written, "status": "entered-in-error"}), Format.FHIR_R4_LINES)
    assert codes(report) == [(1, "E-FHIR-17")]
    assert set(states(world).values()) == {State.GIVEN}


def test_a_mapping_file_may_be_about_a_study(world: RegistryWorld) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace(
        'dataset = "GDI-ZZ-DATASET-1"', f'study = "{STUDY}"\ndatasets = ["{TWO}"]'
    )
    mine = load_mapping(text, extract())
    consent = changed(vector("mii.json"), "patient/identifier/value", ANNA)
    report = load(world, lines(consent), Format.FHIR_R4_LINES, mapping=mine.name, mine=mine)
    assert (report.batch.applied, codes(report)) == (1, [])
    assert states(world) == {DS: State.NOT_ASKED, TWO: State.GIVEN}


@pytest.mark.parametrize(
    "said",
    [
        'study = "GDI-ZZ-STUDY-1"\ndataset = "GDI-ZZ-DATASET-1"',
        'study = "no name of a study"',
        'dataset = "GDI-ZZ-DATASET-1"\ndatasets = ["GDI-ZZ-DATASET-2"]',
        'study = "GDI-ZZ-STUDY-1"\ndatasets = ["no dataset"]',
    ],
)
def test_a_mapping_file_that_leaves_the_scope_open_does_not_load(said: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace('dataset = "GDI-ZZ-DATASET-1"', said)
    with pytest.raises(MappingFaults):
        load_mapping(text, extract())
