# SPDX-License-Identifier: Apache-2.0
"""An import can be ended at any time: what was recorded stays and is counted, nothing else does."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from consent_registry.domain.batches import ImportState
from consent_registry.domain.errors import ImportEnded, ImportUnknown
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.import_applying import apply_next
from consent_registry.usecases.import_cancelling import cancel_import
from consent_registry.usecases.import_staging import stage_next
from consent_registry.usecases.imports import Report
from shared.principal import Principal
from tests.support.registry_world import DESK, RegistryWorld, csv_of, people

OTHER = Principal(
    issuer=DESK.issuer, subject="steward", client_id="desk", scopes=DESK.scopes, is_service=False
)


def cancel(world: RegistryWorld, import_id: str) -> Report:
    return cancel_import(import_id, tools=world.tools, principal=OTHER)


def ends(world: RegistryWorld) -> list[dict[str, object]]:
    entries = [json.loads(value) for value in world.column("SELECT value FROM outbox ORDER BY id")]
    return [entry for entry in entries if entry["ty"] == "placet.import.finished.v1"]


def nothing_waits(world: RegistryWorld) -> None:
    for table in ("import_chunk", "import_row", "import_bad"):
        assert world.count(table) == 0
    assert not stage_next(tools=world.tools)
    assert not apply_next(tools=world.tools)


def test_cancelled_before_anybody_looked_at_it(world: RegistryWorld) -> None:
    batch = world.receive(csv_of(people(3)))
    found = cancel(world, batch.import_id)
    assert (found.batch.state, found.batch.applied) == (ImportState.CANCELLED, 0)
    assert not found.cancelling
    nothing_waits(world)
    assert world.count("consent_event") == 0
    # Asked again it is the same; the entry says it once.
    assert cancel(world, batch.import_id).batch == found.batch
    (end,) = ends(world)
    assert (end["r"], end["n"]) == ("cancelled", {"rows": 0, "bad": 0, "applied": 0, "repeated": 0})


def test_cancelled_between_two_transactions_what_was_recorded_stays(world: RegistryWorld) -> None:
    batch = world.receive(csv_of(people(2_400)))
    assert stage_next(tools=world.tools)
    assert apply_next(tools=world.tools)
    halfway = world.report(batch.import_id)
    assert (halfway.progress.staged, halfway.progress.checked) == (2_400, 2_400)
    assert halfway.progress.committed == world.count("consent_event") == 2_000
    found = cancel(world, batch.import_id)
    assert (found.batch.state, found.batch.applied) == (ImportState.CANCELLED, 2_000)
    nothing_waits(world)
    assert world.count("consent_event") == world.count("standing") == 2_000
    (end,) = ends(world)
    assert end["r"] == "cancelled"
    assert end["n"] == {"rows": 2_400, "bad": 0, "applied": 2_000, "repeated": 0}
    # The same file again records the rest, and nobody twice.
    again = world.load(*people(2_400))
    assert (again.batch.repeated, again.batch.applied) == (2_000, 400)
    assert world.count("consent_event") == 2_400


def while_claimed(world: RegistryWorld, state: ImportState, job: Callable[[], None]) -> None:
    """Do something while a worker is in the midst of a transaction of the import."""
    with world.tools.units() as uow:
        assert uow.imports.claim(state) is not None
        job()


@pytest.mark.parametrize("judged", [False, True])
def test_a_wish_does_not_wait_for_the_worker_and_is_heard_by_the_next_step(
    world: RegistryWorld, judged: bool
) -> None:
    batch = world.receive(csv_of(people(3)))
    if judged:
        stage_next(tools=world.tools)
    found: list[Report] = []
    while_claimed(
        world,
        ImportState.APPLYING if judged else ImportState.RECEIVED,
        lambda: found.append(cancel(world, batch.import_id)),
    )
    (asked,) = found
    assert asked.cancelling
    assert not asked.batch.state.ended
    assert apply_next(tools=world.tools) is judged
    assert stage_next(tools=world.tools) is not judged
    assert world.report(batch.import_id).batch.state is ImportState.CANCELLED
    nothing_waits(world)
    assert world.count("consent_event") == 0


def test_a_wish_ends_the_judging_of_a_long_file_and_progress_is_seen_meanwhile(
    world: RegistryWorld,
) -> None:
    batch = world.receive(csv_of(people(16_000)))
    seen: list[int] = []

    @contextmanager
    def units() -> Iterator[UnitOfWork]:
        """Look, and change one's mind, whenever the judging has told how far it is."""
        with world.tools.units() as uow:
            yield uow
        report = world.report(batch.import_id)
        if report.progress.staged and not report.batch.state.ended:
            seen.append(report.progress.staged)
            assert report.progress.checked == 0
        if report.progress.staged == 10_000 and not report.batch.state.ended:
            cancel(world, batch.import_id)

    assert stage_next(tools=replace(world.tools, units=units))
    assert seen[:2] == [5_000, 10_000]
    assert max(seen) < 16_000  # the rest was not looked at
    found = world.report(batch.import_id)
    assert (found.batch.state, found.faults) == (ImportState.CANCELLED, [])
    nothing_waits(world)


def test_what_has_ended_cannot_be_cancelled(world: RegistryWorld) -> None:
    report = world.load(*people(1))
    with pytest.raises(ImportEnded):
        cancel(world, report.batch.import_id)
    assert world.report(report.batch.import_id).batch.state is ImportState.FINISHED
    for unknown in ("x", "01939a5c-0000-7000-8000-000000000000"):
        with pytest.raises(ImportUnknown):
            cancel(world, unknown)
    assert len(ends(world)) == 1
