# SPDX-License-Identifier: Apache-2.0
"""A correction lifts no doubt, is undone by no file, and falls with the record it corrects."""

from datetime import UTC, datetime

import pytest

from consent_registry.domain.approvals import Widening
from consent_registry.domain.batches import Format
from consent_registry.domain.duo import Duo
from consent_registry.domain.errors import ApprovalMissing, SecondPersonNeeded
from consent_registry.domain.history import State
from consent_registry.domain.lives import Quality
from consent_registry.domain.terms import RawAlternative, RawModifier, Terms
from consent_registry.usecases.approvals import NewApproval, list_approval
from consent_registry.usecases.correcting import NewCorrection, correct_consent
from consent_registry.usecases.import_staging import stage_next
from consent_registry.usecases.lives import look_at_evidence
from consent_registry.usecases.projections import verify_projections
from consent_registry.usecases.reading import consents_of, history_of
from shared.principal import Principal
from tests.fakes.consent_factories import terms
from tests.fakes.fhir import changed, vector
from tests.support.fhir_import import codes, lines, load
from tests.support.merge_world import SECOND, A, reasons, rebuilt, within
from tests.support.registry_world import DESK, DS, RegistryWorld, csv_of, people

PAPER = "ab" * 32
HMB = RawAlternative(permission="HMB")
CANCER = RawAlternative(permission="DS", diseases=("MONDO:0004992",))
NARROWER = RawAlternative(permission="HMB", modifiers=(RawModifier(code="NPU"),))


def newest(world: RegistryWorld, who: str = A) -> str:
    return str(history_of(who, tools=world.tools, principal=DESK)[0].record.event_id)


def look(world: RegistryWorld, event_id: str, quality: Quality, by: Principal = DESK) -> None:
    look_at_evidence(A, event_id, quality, PAPER, tools=world.tools, principal=by)


def correct(
    world: RegistryWorld,
    *chosen: RawAlternative,
    who: str = A,
    effective_to: datetime | None = None,
    approval_id: str | None = None,
) -> str:
    wanted = NewCorrection(
        pseudonym=who,
        dataset=DS,
        event_id=newest(world, who),
        alternatives=chosen,
        why="The second page was not read.",
        evidence=PAPER,
        effective_to=effective_to,
        approval_id=approval_id,
    )
    return str(correct_consent(wanted, tools=world.tools, principal=DESK).event_id)


def holds(world: RegistryWorld, who: str = A) -> tuple[State, Terms | None]:
    standing = consents_of(who, None, None, tools=world.tools, principal=DESK).choices[0].standing
    return standing.state, standing.terms


@pytest.fixture
def three(world: RegistryWorld) -> RegistryWorld:
    """Three people said HMB, an hour ago."""
    assert world.load(*people(3)).batch.applied == 3
    world.clock.pass_time(3600)
    return world


@pytest.mark.parametrize("quality", [Quality.DISPUTED, Quality.LOST, Quality.REJECTED])
def test_a_correction_lifts_no_doubt_in_the_paper(three: RegistryWorld, quality: Quality) -> None:
    first = newest(three)
    look(three, first, quality)
    assert within(three) == {1, 2}
    correct(three, HMB)
    assert within(three) == {1, 2}
    correct(three, NARROWER)
    assert reasons(three) == {"evidence_doubtful": 1}
    rebuilt(three, A)


def test_a_doubt_found_later_in_the_paper_reaches_the_correction(three: RegistryWorld) -> None:
    first = newest(three)
    correct(three, HMB)
    assert within(three) == {0, 1, 2}
    look(three, first, Quality.REJECTED)
    assert within(three) == {1, 2}
    rebuilt(three, A)


def test_a_doubt_is_lifted_by_two_people_whichever_record_they_look_at(
    three: RegistryWorld,
) -> None:
    look(three, newest(three), Quality.LOST)
    corrected = correct(three, HMB)
    with pytest.raises(SecondPersonNeeded):
        look(three, corrected, Quality.VERIFIED)
    assert within(three) == {1, 2}
    look(three, corrected, Quality.VERIFIED, by=SECOND)
    assert within(three) == {0, 1, 2}
    rebuilt(three, A)


def test_a_record_entered_in_error_takes_its_correction_along(world: RegistryWorld) -> None:
    said = vector("own-r4.json")
    names = [*said["identifier"][1:], {"system": "urn:hospital:consent", "value": "C-1"}]
    said = changed(said, "identifier", names)
    assert codes(load(world, lines(said), Format.FHIR_R4_LINES)) == []
    world.clock.pass_time(3600)
    until = datetime(2029, 1, 1, tzinfo=UTC)
    correct(world, CANCER, who="P-1", effective_to=until)
    assert holds(world, "P-1")[0] is State.GIVEN
    in_error = lines(changed(said, "status", "entered-in-error"))
    assert codes(load(world, in_error, Format.FHIR_R4_LINES)) == [(1, "N-FHIR-01")]
    assert holds(world, "P-1")[0] is State.INVALID
    assert verify_projections(tools=world.tools).hold


def test_the_same_paper_in_another_file_does_not_undo_a_correction(three: RegistryWorld) -> None:
    correct(three, NARROWER)
    three.clock.pass_time(3600)
    for dry in (True, False):
        report = three.load(*people(4), dry_run=dry)
        assert codes(report) == [(2, "E-STATE-06")]
    assert holds(three) == (State.GIVEN, terms(Duo.HMB, Duo.NPU))
    assert codes(three.load(people(1)[0] | {"signed_on": "2025-06-01"})) == []
    assert holds(three) == (State.GIVEN, terms(Duo.HMB)), "a later paper is another word of hers"


def test_nor_does_one_that_waited_while_it_was_corrected(three: RegistryWorld) -> None:
    batch = three.receive(csv_of(people(4)))
    assert stage_next(tools=three.tools)
    correct(three, NARROWER)
    three.work()
    assert codes(three.report(batch.import_id)) == [(2, "E-STATE-06")]
    assert holds(three) == (State.GIVEN, terms(Duo.HMB, Duo.NPU))


def test_the_second_person_has_seen_the_same_paper(three: RegistryWorld) -> None:
    dated = history_of(A, tools=three.tools, principal=DESK)[0].record.effective_from
    listed = NewApproval(
        pseudonym=A, dataset=DS, widening=Widening.BACKDATED, dated=dated, evidence="cd" * 32
    )
    approval = list_approval(listed, tools=three.tools, principal=SECOND).approval_id
    with pytest.raises(ApprovalMissing):
        correct(three, RawAlternative(permission="GRU"), approval_id=approval)
    assert three.column("SELECT used FROM listed_approval") == [False]
    assert holds(three) == (State.GIVEN, terms(Duo.HMB))
