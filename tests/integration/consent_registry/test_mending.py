# SPDX-License-Identifier: Apache-2.0
"""What an earlier release kept wrongly is mended from the events, on record, and says so first."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.chains import verify_chains
from consent_registry.usecases.cohorts import freeze_cohort
from consent_registry.usecases.mending import MENDED, mend
from consent_registry.usecases.projections import verify_projections
from shared.ids import ApplicationId, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.merge_world import confirm, leave, propose, within
from tests.support.registry_node import NEW_DATASET, registry_node
from tests.support.registry_world import DESK, DS, RegistryWorld, csv_of, people

from .test_projections import ADD, ADMIT, tamper, who

CLOSE = "UPDATE standing SET state = 'withdrawn', terms_id = NULL WHERE ordinal = 3"


@pytest.fixture
def kept(world: RegistryWorld) -> RegistryWorld:
    """Ten people; who had withdrawn was kept in, is in a permit, and somebody else was kept out."""
    assert world.load(*people(10)).batch.applied == 10
    leave(world, who(5))
    tamper(world, ADMIT)
    frozen = freeze_cohort(DS, purpose(), ApplicationId("A"), tools=world.tools, principal=DESK)
    bind_cohort(frozen.cohort_id, PermitId("PERMIT-1"), tools=world.tools, principal=DESK)
    assert live(world) == set(range(10)), "the withdrawn person is in, or there is nothing to mend"
    tamper(world, CLOSE)
    tamper(world, ADD.format(ordinal=99))
    world.clock.pass_time(60)
    return world


def live(world: RegistryWorld) -> set[int]:
    with world.tools.reads() as uow:
        (one,) = uow.cohorts.live(DS)
    return set(one.members)


def differing(world: RegistryWorld) -> list[int]:
    return list(verify_projections(tools=world.tools).differing[DS])


def said(world: RegistryWorld) -> list[dict[str, Any]]:
    found = [json.loads(one) for one in world.column("SELECT value FROM outbox ORDER BY id")]
    return [one for one in found if one.get("r") == MENDED]


def test_the_dry_run_names_them_and_changes_nothing(kept: RegistryWorld) -> None:
    revision = kept.revision()
    assert differing(kept) == [3, 5, 99]
    assert mend(tools=kept.tools, dry_run=True).mended == {DS: (3, 5, 99)}
    assert (differing(kept), kept.revision(), said(kept)) == ([3, 5, 99], revision, [])
    assert live(kept) == set(range(10))


def test_who_was_kept_in_leaves_at_once_and_nobody_comes_into_what_runs(
    kept: RegistryWorld,
) -> None:
    done = mend(tools=kept.tools, dry_run=False)
    assert (done.mended, done.left_alone) == ({DS: (3, 5, 99)}, [])
    assert differing(kept) == []
    assert live(kept) == set(range(10)) - {5}
    assert within(kept) == set(range(10)) - {5}, "who was kept out is in what comes next"
    (entry,) = said(kept)
    assert (entry["n"], entry["x"]["nobodys"]) == ({"people": 2}, 1)
    assert mend(tools=kept.tools, dry_run=False).mended == {}, "twice is once"
    assert len(said(kept)) == 1


def test_who_has_two_names_is_mended_with_what_is_known_under_both(kept: RegistryWorld) -> None:
    confirm(kept, propose(kept))
    tamper(kept, "DELETE FROM standing WHERE ordinal = 1")
    assert 1 in differing(kept)
    mend(tools=kept.tools, dry_run=False)
    assert differing(kept) == []


def test_a_dataset_whose_events_were_written_to_is_left_alone(kept: RegistryWorld) -> None:
    with kept.as_owner() as connection:
        connection.execute(text("GRANT UPDATE ON consent_event TO CURRENT_USER"))
        connection.execute(text("ALTER TABLE consent_event DISABLE TRIGGER USER"))
    tamper(kept, "UPDATE consent_event SET kind = 'given' WHERE kind = 'withdrawn'")
    assert verify_chains(tools=kept.tools)[DS].broken
    before = differing(kept)
    done = mend(tools=kept.tools, dry_run=False)
    assert (done.mended, done.left_alone) == ({}, [DS])
    assert (differing(kept), said(kept)) == (before, [])


def test_the_command_says_whom_and_by_its_exit_code_whether_all_holds(tmp_path: Path) -> None:
    with registry_node(tmp_path) as node:
        token = node.service("consents.write")
        assert node.call("POST", "/v1/datasets", dict(NEW_DATASET), token=token).ok
        node.take_in(csv_of(people(3)))
        node.work()
        with node.parts.engine.begin() as connection:
            connection.execute(text("DELETE FROM standing WHERE ordinal = 1"))
        for words, status in (
            (("mend-events", "--dry-run"), 1),
            (("verify-events",), 1),
            (("mend-events",), 0),
            (("verify-events",), 0),
        ):
            with node.process(*words) as running:
                assert running.wait(timeout=120) == status, words
