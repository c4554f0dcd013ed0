# SPDX-License-Identifier: Apache-2.0
"""Who comes into a dataset against what she has said, or what others had to say for her."""

from datetime import UTC, date, datetime

import pytest

from consent_registry.domain.approvals import Widening
from consent_registry.domain.history import State
from consent_registry.domain.mandates import MandateKind
from consent_registry.usecases.approvals import NewApproval, list_approval
from consent_registry.usecases.import_staging import stage_next
from consent_registry.usecases.mandates import NewMandate, record_mandate
from consent_registry.usecases.members import NewMember, list_members
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.ids import DatasetId
from tests.support.registry_world import DESK, DS, RegistryWorld, csv_of

TWO = DatasetId("GDI-ZZ-DATASET-2")
STUDY = "GDI-ZZ-STUDY-1"
ANNA, PAPER = "P-anna", "ab" * 32


@pytest.fixture(autouse=True)
def _second(world: RegistryWorld) -> None:
    world.dataset(TWO)
    world.load({"participant": ANNA})


def states(world: RegistryWorld) -> dict[str, State]:
    found = consents_of(ANNA, None, None, tools=world.tools, principal=DESK)
    return {one.dataset.dataset: one.standing.state for one in found.choices}


def codes(world: RegistryWorld, **row: str) -> list[str]:
    report = world.load({"participant": ANNA, "dataset": TWO, **row})
    return [one.fault.what.code for one in report.faults]


def guardian(world: RegistryWorld) -> None:
    wanted = NewMandate(
        pseudonym=ANNA,
        kind=MandateKind.GUARDIAN,
        holder="Her mother",
        evidence=PAPER,
        born_on=date(2015, 5, 1),
        begins=datetime(2020, 1, 1, tzinfo=UTC),
    )
    record_mandate(wanted, tools=world.tools, principal=DESK)


def test_whoever_is_refused_joins_nothing_and_keeps_no_place(world: RegistryWorld) -> None:
    """A guardian had to sign: neither she nor a gap is left, and the next one can come."""
    guardian(world)
    assert codes(world, signed_on="2025-06-01") == ["E-AUTH-01"]
    assert world.column(f"SELECT pid FROM dataset_member WHERE dataset = '{TWO}'") == []  # noqa: S608 - a name of ours
    report = world.load({"participant": "P-bert", "dataset": TWO, "local_id": "S-2"})
    assert (report.batch.bad, report.batch.applied) == (0, 1)
    both = (
        {"participant": ANNA, "dataset": TWO, "signed_on": "2025-06-01"},
        {"participant": "P-cleo", "dataset": TWO, "local_id": "S-3"},
    )
    assert world.load(*both).batch.applied == 1
    ordinals = f"SELECT ordinal FROM dataset_member WHERE dataset = '{TWO}' ORDER BY 1"  # noqa: S608 - a name of ours
    assert world.column(ordinals) == [0, 1]


def test_an_old_paper_brings_nobody_into_another_dataset_who_left_everything(
    world: RegistryWorld,
) -> None:
    withdraw(ANNA, WithdrawConsent(), tools=world.tools, principal=DESK)
    assert codes(world, signed_on="2025-01-15") == ["E-STATE-02"]
    assert states(world) == {DS: State.WITHDRAWN}


def test_a_later_paper_needs_the_listed_approval_there_too(world: RegistryWorld) -> None:
    withdraw(ANNA, WithdrawConsent(), tools=world.tools, principal=DESK)
    world.clock.pass_time(86_400 * 2)
    later = world.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    row = {"participant": ANNA, "dataset": TWO, "signed_on": later.date().isoformat()}
    dry = world.load(row, dry_run=True)
    assert [one.fault.what.code for one in dry.faults] == ["E-STATE-05"]
    assert codes(world, signed_on=row["signed_on"]) == ["E-STATE-05"]
    listed = NewApproval(
        pseudonym=ANNA, dataset=TWO, widening=Widening.NO_TO_YES, dated=later, evidence=PAPER
    )
    list_approval(listed, tools=world.tools, principal=DESK)
    assert codes(world, signed_on=row["signed_on"], effective_to="2040-01-01") == []
    assert states(world) == {DS: State.WITHDRAWN, TWO: State.GIVEN}
    assert world.column("SELECT used FROM listed_approval") == [True]


def test_no_approval_makes_an_old_paper_a_new_one(world: RegistryWorld) -> None:
    withdraw(ANNA, WithdrawConsent(), tools=world.tools, principal=DESK)
    old = datetime(2025, 1, 15, tzinfo=UTC)
    listed = NewApproval(
        pseudonym=ANNA, dataset=TWO, widening=Widening.NO_TO_YES, dated=old, evidence=PAPER
    )
    list_approval(listed, tools=world.tools, principal=DESK)
    assert codes(world, signed_on="2025-01-15") == ["E-STATE-02"]
    assert world.column("SELECT used FROM listed_approval") == [False]


def test_who_withdrew_while_the_file_waited_joins_nothing(world: RegistryWorld) -> None:
    """Judged before she withdrew, recorded after it: it is judged again."""
    row = {"participant": ANNA, "dataset": TWO, "signed_on": "2025-01-15"}
    batch = world.receive(csv_of([row]))
    assert stage_next(tools=world.tools)
    withdraw(ANNA, WithdrawConsent(), tools=world.tools, principal=DESK)
    world.work()
    faults = world.report(batch.import_id).faults
    assert [one.fault.what.code for one in faults] == ["E-STATE-02"]
    assert states(world) == {DS: State.WITHDRAWN}


def test_a_no_to_the_study_stands_against_a_file_for_who_said_nothing_else(
    world: RegistryWorld,
) -> None:
    facts = StudyFacts(
        title="Hearts", controller="A hospital", purpose="To learn.", starts_on=date(2020, 1, 1)
    )
    describe_study(STUDY, facts, tools=world.tools, principal=DESK)
    place_dataset(TWO, STUDY, tools=world.tools, principal=DESK)
    member = NewMember(pseudonym=ANNA, local_id="S-1")
    list_members(TWO, [member], tools=world.tools, principal=DESK)
    row = {"participant": ANNA, "dataset": TWO, "signed_on": "2025-01-15"}
    batch = world.receive(csv_of([row]))
    assert stage_next(tools=world.tools)
    withdraw(ANNA, WithdrawConsent(study=STUDY), tools=world.tools, principal=DESK)
    world.work()
    assert [one.line for one in world.report(batch.import_id).faults] == [2]
    assert states(world)[TWO] is State.WITHDRAWN


def test_a_withdrawal_from_one_dataset_says_nothing_of_another(world: RegistryWorld) -> None:
    withdraw(ANNA, WithdrawConsent(datasets=(DS,)), tools=world.tools, principal=DESK)
    assert codes(world, signed_on="2025-01-15") == []
    assert states(world) == {DS: State.WITHDRAWN, TWO: State.GIVEN}


def test_a_no_is_never_kept_from_joining(world: RegistryWorld) -> None:
    withdraw(ANNA, WithdrawConsent(), tools=world.tools, principal=DESK)
    assert codes(world, state="refused", signed_on="2025-01-15") == []
    assert states(world)[TWO] is State.REFUSED
