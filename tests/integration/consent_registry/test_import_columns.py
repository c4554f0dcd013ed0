# SPDX-License-Identifier: Apache-2.0
"""What the optional columns of a CSV do to what is recorded and decided."""

from datetime import date

import pytest

from consent_registry.domain.batches import Mode
from consent_registry.domain.duo import Duo
from consent_registry.domain.terms import Alternative
from consent_registry.domain.windows import Window
from consent_registry.usecases.cohorts import evaluate_cohort
from consent_registry.usecases.datasets import NewDataset, register_dataset
from consent_registry.usecases.reading import consents_of
from shared.ids import DatasetId
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, RegistryWorld, people

IN_2020 = Window(first=date(2020, 1, 1), last=date(2020, 12, 31))
SET_OF_2020 = DatasetId("GDI-ZZ-DATASET-2")


def given(world: RegistryWorld, pseudonym: str) -> tuple[Alternative, ...]:
    found = consents_of(pseudonym, None, None, tools=world.tools, principal=DESK)
    return found.choices[0].standing.terms or ()


def test_a_window_is_recorded_with_the_alternative_it_stands_beside(world: RegistryWorld) -> None:
    report = world.load(
        {"permission": "HMB", "data_first": "2020-01-01", "data_last": "2020-12-31"},
        {"alternative": "2", "permission": "POA"},
    )
    assert report.faults == []
    assert given(world, "P-1") == (
        Alternative(permission=Duo.HMB, data=IN_2020),
        Alternative(permission=Duo.POA),
    )


def test_a_window_decides_who_is_in(world: RegistryWorld) -> None:
    wanted = NewDataset(
        dataset=SET_OF_2020,
        title="Genomes of 2020",
        controller="A hospital",
        country="ZZ",
        legal_regime="consent_gdpr",
        collected=IN_2020,
    )
    register_dataset(wanted, tools=world.tools, principal=DESK)
    ends = [
        ("", ""),
        ("2020-01-01", ""),
        ("2020-01-02", ""),
        ("", "2020-12-31"),
        ("", "2020-12-30"),
    ]
    rows = [
        {**row, "data_first": first, "data_last": last}
        for row, (first, last) in zip(people(5), ends, strict=True)
    ]
    for name, inside in ((SET_OF_2020, [0, 1, 3]), (DS, [0])):
        report = world.load(*({**row, "dataset": name} for row in rows))
        assert report.faults == []
        found = evaluate_cohort(name, purpose(), tools=world.tools, principal=DESK)
        assert list(found.cohort.within) == inside


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_bad_window_is_told_in_the_dry_run_and_keeps_the_whole_consent_out(
    world: RegistryWorld, dry_run: bool
) -> None:
    report = world.load(
        {"permission": "HMB", "data_first": "2020-13-01"},
        {"alternative": "2", "permission": "POA"},
        *people(1, data_last="2020-12-31"),
        dry_run=dry_run,
    )
    found = [(at.line, at.fault.column, at.fault.what.code) for at in report.faults]
    assert found == [(2, "data_first", "E-WIN-01"), (3, "", "E-STATE-04")]
    assert report.good == 1
    assert world.count("consent_event") == (0 if dry_run else 1)


def test_empty_optional_columns_say_what_leaving_them_out_says(world: RegistryWorld) -> None:
    world.load(*people(2))
    before = [given(world, one["participant"]) for one in people(2)]
    wider = world.load(*people(2, data_first="", data_last=""), mode=Mode.ALL_OR_NOTHING)
    assert (wider.faults, wider.batch.applied) == ([], 2)
    assert [given(world, one["participant"]) for one in people(2)] == before
    assert before == [(Alternative(permission=Duo.HMB),)] * 2
