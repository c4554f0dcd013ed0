# SPDX-License-Identifier: Apache-2.0
"""A source takes back a consent as entered in error: on a real database, file by file."""

from typing import Any

import pytest

from consent_registry.domain.batches import Format, ImportState, Mode
from consent_registry.domain.duo import Duo
from consent_registry.domain.history import Kind, State
from consent_registry.domain.terms import Alternative, RawAlternative
from consent_registry.usecases.cohorts import evaluate_cohort
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.import_staging import stage_next
from consent_registry.usecases.imports import receive_import
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.ids import DatasetId
from tests.fakes.consent_factories import purpose
from tests.fakes.fhir import changed, vector
from tests.support.fhir_import import codes, lines, load
from tests.support.registry_world import DESK, DS, RegistryWorld

R4, R5, MII = "own-r4.json", "own-r5.json", "mii.json"
FORMATS = {
    R4: (Format.FHIR_R4_LINES, "placet"),
    R5: (Format.FHIR_R5_LINES, "placet"),
    MII: (Format.FHIR_R4_LINES, "mii-broad-consent"),
}
IN_ERROR = "entered-in-error"
CLOSES, NOTHING = "N-FHIR-01", "N-FHIR-02"


def said(name: str, status: str = "active", *, consent: str = "C-1") -> dict[str, Any]:
    """Write the consent of a vector under a name of its source's."""
    one = vector(name)
    kept = [n for n in one.get("identifier", []) if n["system"] == "urn:placet:local-id"]
    names = [*kept, {"system": "urn:hospital:consent", "value": consent}]
    return changed(changed(one, "identifier", names), "status", status)


def take(world: RegistryWorld, name: str, *resources: dict[str, Any], dry_run: bool = False) -> Any:
    format_, mapping = FORMATS[name]
    return load(world, lines(*resources), format_, mapping=mapping, dry_run=dry_run)


def state(world: RegistryWorld, pseudonym: str = "P-1") -> State:
    found = consents_of(pseudonym, None, None, tools=world.tools, principal=DESK)
    return found.choices[0].standing.state


def kinds(world: RegistryWorld) -> list[Any]:
    return world.column("SELECT kind FROM consent_event ORDER BY revision, ordinal")


def whom(name: str) -> str:
    return "P-MII-1" if name == MII else "P-1"


@pytest.mark.parametrize("name", [R4, R5, MII])
def test_it_closes_what_came_under_its_name_at_once_and_says_so_in_the_dry_run(
    world: RegistryWorld, name: str
) -> None:
    assert codes(take(world, name, said(name))) == []
    assert state(world, whom(name)) is State.GIVEN
    before = world.rows("consent_event")
    dry = take(world, name, said(name, IN_ERROR), dry_run=True)
    assert (codes(dry), dry.good, dry.batch.bad) == ([(1, CLOSES)], 1, 0)
    assert world.rows("consent_event") == before
    done = take(world, name, said(name, IN_ERROR))
    assert (codes(done), done.batch.applied, done.batch.bad) == ([(1, CLOSES)], 1, 0)
    assert state(world, whom(name)) is State.INVALID
    # What was recorded stays as it was recorded, and is followed by the mark.
    assert set(before) < set(world.rows("consent_event"))
    assert kinds(world) == [Kind.GIVEN.value, Kind.INVALIDATED.value]


def test_all_or_nothing_takes_a_note_for_no_fault(world: RegistryWorld) -> None:
    take(world, R4, said(R4))
    content = lines(said(R4, IN_ERROR), said(R4, IN_ERROR, consent="C-9"))
    report = load(world, content, Format.FHIR_R4_LINES, mode=Mode.ALL_OR_NOTHING)
    assert codes(report) == [(1, CLOSES), (2, NOTHING)]
    assert (report.batch.state, report.batch.bad) == (ImportState.FINISHED, 0)
    assert state(world) is State.INVALID


def test_whoever_is_in_leaves_with_it(world: RegistryWorld) -> None:
    take(world, R4, said(R4))

    def inside() -> list[int]:
        found = evaluate_cohort(DS, purpose(), tools=world.tools, principal=DESK)
        return [*found.cohort.within, *found.cohort.awaiting]

    assert inside() == [0]
    take(world, R4, said(R4, IN_ERROR))
    assert inside() == []
    narrowed = world.column("SELECT kind FROM feed_change ORDER BY last_position")
    assert narrowed[-1] == "member.narrowed"


def test_her_own_choice_another_consent_and_a_no_are_left_alone(world: RegistryWorld) -> None:
    take(world, R4, said(R4))
    world.clock.pass_time(86_400)
    own = NewConsent(pseudonym="P-1", dataset=DS, alternatives=[RawAlternative(permission="POA")])
    record_consent(own, tools=world.tools, principal=DESK)
    assert codes(take(world, R4, said(R4, IN_ERROR))) == [(1, CLOSES)]
    found = consents_of("P-1", None, None, tools=world.tools, principal=DESK).choices[0]
    assert found.standing.terms == (Alternative(permission=Duo.POA),)
    withdraw("P-1", WithdrawConsent(), tools=world.tools, principal=DESK)
    take(world, R4, said(R4, IN_ERROR, consent="C-2"))
    assert state(world) is State.WITHDRAWN


def test_one_name_is_not_another(world: RegistryWorld) -> None:
    take(world, R4, said(R4, consent="C-1"))
    report = take(world, R4, said(R4, IN_ERROR, consent="C-2"))
    assert codes(report) == [(1, NOTHING)]
    assert (state(world), kinds(world)) == (State.GIVEN, [Kind.GIVEN.value])


def test_of_somebody_never_heard_of_nobody_hears(world: RegistryWorld) -> None:
    report = take(world, R4, said(R4, IN_ERROR))
    assert (codes(report), report.batch.bad) == ([(1, NOTHING)], 0)
    for table in ("participant", "dataset_member", "consent_event"):
        assert world.count(table) == 0
    # What comes later under that name is a consent like any other: this source says so.
    assert codes(take(world, R4, said(R4))) == []
    assert state(world) is State.GIVEN


def test_in_one_file_the_mark_comes_last_whatever_the_order(world: RegistryWorld) -> None:
    report = take(world, R4, said(R4, IN_ERROR), said(R4))
    assert codes(report) == [(1, CLOSES)]
    assert kinds(world) == [Kind.GIVEN.value, Kind.INVALIDATED.value]
    assert state(world) is State.INVALID


def test_the_next_nights_export_says_it_again_and_nothing_grows(world: RegistryWorld) -> None:
    take(world, R4, said(R4))
    take(world, R4, said(R4, IN_ERROR))
    for again in (said(R4, IN_ERROR), changed(said(R4, IN_ERROR), "meta", {"versionId": "3"})):
        report = take(world, R4, again)
        assert report.batch.bad == 0
        assert kinds(world) == [Kind.GIVEN.value, Kind.INVALIDATED.value]


def test_a_corrected_consent_under_another_name_is_taken_in(world: RegistryWorld) -> None:
    """Nobody said no: the hospital wrote the wrong thing down."""
    take(world, R4, said(R4))
    take(world, R4, said(R4, IN_ERROR))
    mended = changed(said(R4, consent="C-2"), "dateTime", "2025-02-01")
    assert codes(take(world, R4, mended)) == []
    assert state(world) is State.GIVEN


def test_an_error_between_does_not_wash_a_no_away(world: RegistryWorld) -> None:
    take(world, R4, said(R4))
    take(world, R4, changed(said(R4, "inactive", consent="C-2"), "dateTime", "2025-02-01"))
    assert state(world) is State.WITHDRAWN
    later = changed(said(R4, consent="C-3"), "dateTime", "2025-03-01")
    assert codes(take(world, R4, later)) == [(1, "E-STATE-05")]
    take(world, R4, said(R4, IN_ERROR))
    assert state(world) is State.WITHDRAWN
    assert codes(take(world, R4, later)) == [(1, "E-STATE-05")]


def test_a_mark_judged_before_its_consent_was_recorded_closes_it(world: RegistryWorld) -> None:
    """Two files wait: the second is judged while nothing of the first is recorded."""
    tools = world.tools
    for status in ("active", IN_ERROR):
        receive_import(
            [lines(said(R4, status)).encode()],
            mode=Mode.ALL_OR_NOTHING,
            dry_run=False,
            source="test",
            tools=tools,
            principal=DESK,
            format_=Format.FHIR_R4_LINES,
        )
    assert stage_next(tools=tools)
    assert stage_next(tools=tools)
    assert world.count("consent_event") == 0
    world.work()
    assert state(world) is State.INVALID


def test_another_dataset_is_another_consent(world: RegistryWorld) -> None:
    second = DatasetId("GDI-ZZ-DATASET-2")
    world.dataset(second)
    elsewhere = changed(said(R4), "extension/0/valueIdentifier/value", second)
    for number in range(len(elsewhere["provision"]["provision"])):
        path = f"provision/provision/{number}/data/0/reference/identifier/value"
        elsewhere = changed(elsewhere, path, second)
    assert codes(take(world, R4, said(R4), elsewhere)) == []
    take(world, R4, said(R4, IN_ERROR))
    found = consents_of("P-1", None, None, tools=world.tools, principal=DESK)
    states = {one.member.dataset: one.standing.state for one in found.choices}
    assert states == {DS: State.INVALID, second: State.GIVEN}
