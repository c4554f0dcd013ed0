# SPDX-License-Identifier: Apache-2.0
"""Several consents of one person in one FHIR file, in any order, on a real database."""

import random
from datetime import UTC, datetime
from typing import Any

import pytest

from consent_registry.domain.approvals import Widening
from consent_registry.domain.batches import Format, ImportState, Mode
from consent_registry.domain.fhir.statement import Release
from consent_registry.domain.history import State
from consent_registry.usecases.approvals import NewApproval, list_approval
from consent_registry.usecases.reading import consents_of
from shared.ids import DatasetId
from tests.fakes.fhir import changed, vector
from tests.support.fhir_import import codes, lines, load
from tests.support.registry_world import DESK, DS, RegistryWorld, registry_world

SECOND = DatasetId("GDI-ZZ-DATASET-2")
FORMATS = {Release.R4: Format.FHIR_R4_LINES, Release.R5: Format.FHIR_R5_LINES}


def said(
    release: Release,
    person: int,
    day: str,
    status: str = "active",
    *,
    dataset: DatasetId = DS,
    keep: int = 2,
) -> dict[str, Any]:
    """Write what somebody said on a day; `keep` alternatives of the two of the vector are given."""
    r4 = release is Release.R4
    one = vector("own-r4.json" if r4 else "own-r5.json")
    who, when = ("patient", "dateTime") if r4 else ("subject", "date")
    base = "provision/provision" if r4 else "provision"
    inside = one["provision"]["provision"] if r4 else one["provision"]
    one = changed(one, base, inside[:keep])
    for number in range(keep):
        one = changed(one, f"{base}/{number}/data/0/reference/identifier/value", dataset)
    one = changed(one, "extension/0/valueIdentifier/value", dataset)
    one = changed(one, f"{who}/identifier/value", f"P-{person}")
    if not r4:
        one = changed(one, "grantor/0/identifier/value", f"P-{person}")
    names = [name for name in one["identifier"] if name["system"] != "urn:placet:local-id"]
    names.append({"system": "urn:placet:local-id", "value": f"S-{person}"})
    period = "provision/period" if r4 else "period"
    one = changed(one, period, {"start": f"{day}T00:00:00Z"})
    return changed(changed(changed(one, "identifier", names), when, day), "status", status)


def histories(release: Release) -> list[list[dict[str, Any]]]:
    return [
        [said(release, 1, "2020-01-01"), said(release, 1, "2021-01-01", keep=1)],
        [said(release, 2, "2020-01-01"), said(release, 2, "2021-01-01", "inactive")],
        [said(release, 3, "2020-01-01", keep=1), said(release, 3, "2020-01-01", "inactive")],
        [said(release, 4, "2020-01-01"), said(release, 4, "2019-01-01", dataset=SECOND)],
        [said(release, 5, f"202{n}-01-01", keep=1 + n % 2) for n in range(5)],
    ]


def standings(world: RegistryWorld) -> list[Any]:
    return world.column(
        "SELECT (local_id, state, starts_at, ends_at)::text FROM standing "
        "JOIN dataset_member USING (dataset, ordinal) ORDER BY dataset, local_id, starts_at"
    )


def terms(world: RegistryWorld, person: int) -> list[Any]:
    found = consents_of(f"P-{person}", None, None, tools=world.tools, principal=DESK)
    return sorted(
        (one.member.dataset, one.standing.state.value, repr(one.standing.terms))
        for one in found.choices
    )


@pytest.mark.parametrize("release", Release)
def test_one_file_in_any_order_is_as_person_by_person(
    world: RegistryWorld, release: Release
) -> None:
    world.dataset(SECOND)
    for one in (one for history in histories(release) for one in history):
        assert codes(load(world, lines(one), FORMATS[release])) == []
    everything = [one for history in histories(release) for one in history]
    random.Random(release.value).shuffle(everything)  # noqa: S311 - the same order each time
    content = lines(*everything)
    with registry_world() as other:
        other.dataset()
        other.dataset(SECOND)
        dry = load(other, content, FORMATS[release], dry_run=True)
        assert (codes(dry), dry.good, other.count("consent_event")) == ([], 13, 0)
        report = load(other, content, FORMATS[release], mode=Mode.ALL_OR_NOTHING)
        assert (codes(report), report.batch.applied) == ([], 13)
        assert standings(other) == standings(world)
        for person in range(1, 6):
            assert terms(other, person) == terms(world, person)
        again = load(other, content, FORMATS[release])
        assert (again.batch.repeated, again.batch.applied, again.batch.bad) == (13, 0, 0)
        assert other.count("consent_event") == 13
    assert [state for _, state, _ in terms(world, 2)] == ["withdrawn"]
    assert [state for _, state, _ in terms(world, 3)] == ["withdrawn"]  # the narrower at a tie


def test_a_contradiction_is_refused_with_both_lines_and_nothing_else_of_that_consent(
    world: RegistryWorld,
) -> None:
    world.dataset(SECOND)
    content = lines(
        said(Release.R4, 7, "2019-01-01"),
        said(Release.R4, 7, "2020-01-01"),
        said(Release.R4, 8, "2020-01-01"),
        said(Release.R4, 7, "2020-01-01", keep=1),
        said(Release.R4, 7, "2020-01-01", keep=1, dataset=SECOND),
    )
    expected = [(1, "E-STATE-04"), (2, "E-ID-02"), (4, "E-ID-02")]
    for dry_run in (True, False):
        report = load(world, content, Format.FHIR_R4_LINES, dry_run=dry_run)
        assert (codes(report), report.good) == (expected, 2)
        hints = [at.fault.hint for at in report.faults]
        assert hints == ["", "see line 4", "see line 2"]
        assert "P-7" not in repr(report.faults)
    assert [dataset for dataset, _, _ in terms(world, 7)] == [SECOND]


def test_a_yes_behind_a_no_of_the_same_file_waits_for_its_approval(world: RegistryWorld) -> None:
    content = lines(
        said(Release.R4, 1, "2022-01-01", keep=1),
        said(Release.R4, 1, "2020-01-01"),
        said(Release.R4, 1, "2021-01-01", "inactive"),
    )
    dry = load(world, content, Format.FHIR_R4_LINES, dry_run=True)
    first = load(world, content, Format.FHIR_R4_LINES)
    for report in (dry, first):
        assert (codes(report), report.good) == ([(1, "E-STATE-05")], 2)
    assert [state for _, state, _ in terms(world, 1)] == [State.WITHDRAWN.value]
    list_approval(
        NewApproval(
            pseudonym="P-1",
            dataset=DS,
            widening=Widening.NO_TO_YES,
            dated=datetime(2022, 1, 1, tzinfo=UTC),
            evidence="0" * 64,
        ),
        tools=world.tools,
        principal=DESK,
    )
    second = load(world, content, Format.FHIR_R4_LINES)
    assert (codes(second), second.batch.repeated, second.batch.applied) == ([], 2, 1)
    assert [state for _, state, _ in terms(world, 1)] == [State.GIVEN.value]
    third = load(world, content, Format.FHIR_R4_LINES)
    assert (codes(third), third.batch.repeated, third.batch.applied) == ([], 3, 0)


def test_a_consent_to_treatment_beside_it_takes_nothing_with_it(world: RegistryWorld) -> None:
    one = said(Release.R4, 1, "2020-01-01")
    for scope, kept in (("treatment", 1), ("patient-privacy", 0)):
        other = changed(said(Release.R4, 1, "2021-01-01"), "scope/coding/0/code", scope)
        report = load(world, lines(one, other), Format.FHIR_R4_LINES, dry_run=True)
        assert report.batch.state is ImportState.FINISHED
        assert (report.good, (2, "E-FHIR-12") in codes(report)) == (kept, True)
