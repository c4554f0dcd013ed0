# SPDX-License-Identifier: Apache-2.0
"""Two confirmed names of one person: a no under one stands against a file under the other."""

from datetime import date, datetime

import pytest

from consent_registry.domain.approvals import Widening
from consent_registry.usecases.approvals import NewApproval, list_approval
from consent_registry.usecases.import_staging import stage_next
from consent_registry.usecases.members import NewMember, list_members
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from shared.ids import DatasetId
from tests.support.fhir_import import codes
from tests.support.merge_world import A, B, confirm, leave, propose, rebuilt, within
from tests.support.registry_world import DESK, DS, RegistryWorld, csv_of, people

TWO, STUDY = DatasetId("GDI-ZZ-DATASET-2"), "GDI-ZZ-STUDY-1"


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("waiting", [False, True])
def test_a_later_paper_under_the_other_name_needs_its_approval(
    world: RegistryWorld, everything: bool, waiting: bool
) -> None:
    """Also if the names turned out to be one person's while the file waited."""
    assert world.load(*people(3)).batch.applied == 3
    world.clock.pass_time(86_400)
    leave(world, A, *(() if everything else (DS,)))
    world.clock.pass_time(86_400 * 2)
    row = people(2)[1] | {"signed_on": world.clock.now().date().isoformat()}
    if waiting:
        batch = world.receive(csv_of([row]))
        assert stage_next(tools=world.tools)
    confirm(world, propose(world))
    if not waiting:
        batch = world.receive(csv_of([row]))
    assert within(world) == {2}
    world.work()
    assert codes(world.report(batch.import_id)) == [(2, "E-STATE-05")]
    assert within(world) == {2}
    rebuilt(world, A, B)


def test_who_left_everything_under_one_name_joins_nothing_by_a_file_under_the_other(
    world: RegistryWorld,
) -> None:
    world.dataset(TWO)
    assert world.load(*people(3)).batch.applied == 3
    confirm(world, propose(world))
    leave(world, A)
    world.clock.pass_time(86_400 * 2)
    signed = world.clock.now().date().isoformat()
    row = people(2, dataset=TWO, signed_on=signed)[1]
    for dry in (True, False):
        assert codes(world.load(row, dry_run=dry)) == [(2, "E-STATE-05")], f"dry run: {dry}"
    early = row | {"signed_on": "2026-01-01"}
    for dry in (True, False):
        assert codes(world.load(early, dry_run=dry)) == [(2, "E-STATE-02")], f"dry run: {dry}"
    assert world.column(f"SELECT pid FROM dataset_member WHERE dataset = '{TWO}'") == []  # noqa: S608 - a name of ours
    listed = NewApproval(
        pseudonym=B,
        dataset=TWO,
        widening=Widening.NO_TO_YES,
        dated=datetime.fromisoformat(f"{signed}T00:00:00+00:00"),
        evidence="ab" * 32,
    )
    list_approval(listed, tools=world.tools, principal=DESK)
    ends = row | {"effective_to": "2040-01-01"}
    for dry in (True, False):
        assert codes(world.load(ends, dry_run=dry)) == []
    assert within(world, TWO) == {0}


def test_nor_does_a_study_bring_her_back(world: RegistryWorld) -> None:
    facts = StudyFacts(
        title="Hearts", controller="A hospital", purpose="To learn.", starts_on=date(2020, 1, 1)
    )
    world.dataset(TWO)
    describe_study(STUDY, facts, tools=world.tools, principal=DESK)
    place_dataset(TWO, STUDY, tools=world.tools, principal=DESK)
    both = [NewMember(pseudonym=one, local_id=f"S-{one}") for one in (A, B)]
    list_members(TWO, both, tools=world.tools, principal=DESK)
    confirm(world, propose(world))
    leave(world, A)
    world.clock.pass_time(86_400 * 2)
    signed = world.clock.now().date().isoformat()
    row = {"participant": B, "study": STUDY, "dataset": "", "local_id": "", "signed_on": signed}
    for dry in (True, False):
        assert codes(world.load(row, dry_run=dry)) == [(2, "E-STATE-06")]
    assert within(world, TWO) == set()
