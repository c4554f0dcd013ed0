# SPDX-License-Identifier: Apache-2.0
"""What widens backwards needs evidence and a second pair of eyes, and changes no issued permit."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from consent_registry.domain.approvals import Widening
from consent_registry.domain.errors import ApprovalMissing
from consent_registry.domain.history import State
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.approvals import NewApproval, list_approval
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import freeze_cohort
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.import_applying import apply_next
from consent_registry.usecases.import_staging import stage_next
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.clock import SystemClock, from_rfc3339
from shared.errors import Forbidden, ValidationFailed
from shared.ids import ApplicationId, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import (
    DESK,
    DS,
    RegistryWorld,
    csv_of,
    people,
    person,
    registry_world,
)

SECOND = replace(DESK, subject="second-desk")
PAPER = "ab" * 32
SIGNED = "2026-11-22"


def approve(
    world: RegistryWorld,
    widening: Widening,
    dated: str,
    *,
    pseudonym: str = "P-000000",
    evidence: str = PAPER,
) -> str:
    wanted = NewApproval(
        pseudonym=pseudonym,
        dataset=DS,
        widening=widening,
        dated=from_rfc3339(dated),
        evidence=evidence,
    )
    return list_approval(wanted, tools=world.tools, principal=DESK).approval_id


def backdate(world: RegistryWorld, dated: str, approval_id: str | None, *, by_second: bool) -> None:
    wanted = NewConsent(
        pseudonym="P-000000",
        dataset=DS,
        alternatives=[RawAlternative(permission="HMB")],
        effective_from=from_rfc3339(dated),
        approval_id=approval_id,
    )
    record_consent(wanted, tools=world.tools, principal=SECOND if by_second else DESK)


def state(world: RegistryWorld, at: str | None = None, pseudonym: str = "P-000000") -> State:
    instant = from_rfc3339(at) if at else None
    found = consents_of(pseudonym, instant, None, tools=world.tools, principal=DESK)
    return found.choices[0].standing.state


PAST = "2026-10-01T00:00:00.000000Z"
BEFORE = "2026-10-02T00:00:00.000000Z"


def test_a_yes_dated_back_needs_somebody_else_and_evidence_and_serves_once(
    world: RegistryWorld,
) -> None:
    assert world.load(*people(2, signed_on="2026-11-01")).batch.applied == 2
    frozen = freeze_cohort(DS, purpose(), ApplicationId("A-1"), tools=world.tools, principal=DESK)
    bind_cohort(frozen.cohort_id, PermitId("PERMIT-1"), tools=world.tools, principal=DESK)
    with pytest.raises(ValidationFailed):
        backdate(world, PAST, None, by_second=True)
    with pytest.raises(ValidationFailed):
        approve(world, Widening.BACKDATED, PAST, evidence="a paper")
    listed = approve(world, Widening.BACKDATED, PAST)
    other = approve(world, Widening.NO_TO_YES, PAST)
    for approval_id, by_second, dated in (
        (listed, False, PAST),
        (other, True, PAST),
        (listed, True, BEFORE),
        ("nonsense", True, PAST),
    ):
        with pytest.raises(ApprovalMissing):
            backdate(world, dated, approval_id, by_second=by_second)
    assert state(world, BEFORE) is State.NOT_ASKED
    backdate(world, PAST, listed, by_second=True)
    assert state(world, BEFORE) is State.GIVEN
    with pytest.raises(ApprovalMissing):
        backdate(world, PAST, listed, by_second=True)
    with world.tools.reads() as uow:
        assert [set(live.members) for live in uow.cohorts.live(DS)] == [{0, 1}]


def test_a_yes_dated_back_brings_nobody_back_who_withdrew_since(world: RegistryWorld) -> None:
    assert world.load(*people(1, signed_on="2026-11-01")).batch.applied == 1
    withdraw("P-000000", WithdrawConsent(), tools=world.tools, principal=DESK)
    backdate(world, PAST, approve(world, Widening.BACKDATED, PAST), by_second=True)
    assert state(world) is State.WITHDRAWN


def test_nobody_approves_for_herself(world: RegistryWorld) -> None:
    assert world.load(*people(1)).batch.applied == 1
    wanted = NewApproval(
        pseudonym="P-000000",
        dataset=DS,
        widening=Widening.BACKDATED,
        dated=from_rfc3339(PAST),
        evidence=PAPER,
    )
    with pytest.raises(Forbidden):
        list_approval(wanted, tools=world.tools, principal=person("anna"))


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_import_turns_no_into_yes_only_with_a_later_date_and_a_listed_approval(
    world: RegistryWorld, dry_run: bool
) -> None:
    assert world.load(*people(1, state="withdrawn", signed_on="2026-01-15")).batch.applied == 1
    early = people(1, signed_on="2025-12-01")
    later = people(1, signed_on="2026-03-01")
    codes = [
        world.load(*rows, dry_run=dry_run).faults[0].fault.what.code for rows in (early, later)
    ]
    assert codes == ["E-STATE-02", "E-STATE-05"]
    assert state(world) is State.WITHDRAWN
    approve(world, Widening.NO_TO_YES, "2026-03-01T00:00:00.000000Z")
    assert world.load(*early, dry_run=dry_run).faults[0].fault.what.code == "E-STATE-02"
    report = world.load(*later, dry_run=dry_run)
    assert not report.faults
    assert state(world) is (State.WITHDRAWN if dry_run else State.GIVEN)


def test_a_no_after_the_file_was_judged_needs_the_approval_too(world: RegistryWorld) -> None:
    assert world.load(*people(1, signed_on="2026-01-15")).batch.applied == 1
    world.clock.pass_time(60)
    withdraw(
        "P-000000",
        WithdrawConsent(effective_from=world.clock.now() - timedelta(days=90)),
        tools=world.tools,
        principal=DESK,
    )
    report = world.load(*people(1, signed_on="2026-11-20"))
    assert [at.fault.what.code for at in report.faults] == ["E-STATE-05"]


def test_an_approval_lets_one_import_turn_a_no_into_a_yes(world: RegistryWorld) -> None:
    yes = {"signed_on": "2026-03-01"}
    assert world.load(*people(1, state="withdrawn", signed_on="2026-01-15")).batch.applied == 1
    approve(world, Widening.NO_TO_YES, "2026-03-01T00:00:00.000000Z")
    assert not world.load(*people(1, **yes)).faults
    # A letter of February comes late. The paper of March was approved once, and is used up.
    assert world.load(*people(1, state="withdrawn", signed_on="2026-02-10")).batch.applied == 1
    assert state(world) is State.WITHDRAWN
    for dry_run in (True, False):
        report = world.load(*people(1, **yes, effective_to="2040-01-01"), dry_run=dry_run)
        assert [at.fault.what.code for at in report.faults] == ["E-STATE-05"]
    assert state(world) is State.WITHDRAWN
    approve(world, Widening.NO_TO_YES, "2026-03-01T00:00:00.000000Z")
    assert not world.load(*people(1, **yes, effective_to="2040-01-01")).faults
    assert state(world) is State.GIVEN


def test_imports_at_once_use_one_approval_between_them() -> None:
    with registry_world(SystemClock()) as world:
        world.dataset()
        rows = people(4, state="withdrawn", signed_on="2026-01-15")
        assert world.load(*rows).batch.applied == 4
        for number in (0, 1, 2):
            name = f"P-{number:06}"
            approve(world, Widening.NO_TO_YES, "2026-03-01T00:00:00.000000Z", pseudonym=name)
        batches = [
            world.receive(
                csv_of(people(4, signed_on="2026-03-01", effective_to=f"204{version}-01-01"))
            )
            for version in range(4)
        ]
        while stage_next(tools=world.tools):
            pass

        def apply() -> None:
            while apply_next(tools=world.tools):
                pass

        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(apply) for _ in range(4)]:
                done.result()
        # Whichever came first had the approvals; who has none was let in by none of them.
        assert world.column("SELECT used FROM listed_approval") == [True] * 3
        faults = [at for one in batches for at in world.report(one.import_id).faults]
        assert [at.fault.what.code for at in faults] == ["E-STATE-05"] * 4
        assert state(world, pseudonym="P-000003") is State.WITHDRAWN
        assert state(world) is State.GIVEN
