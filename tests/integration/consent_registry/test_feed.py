# SPDX-License-Identifier: Apache-2.0
"""The feed as a clearinghouse reads it: signed, in commit order, and true at every cursor."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from pyroaring import BitMap

from consent_registry.domain.purpose import Purpose
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import freeze_cohort
from consent_registry.usecases.feed import News, beat, news, snapshot
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.feed import Changes, Snapshot, read_changes, read_heartbeat, read_snapshot
from shared.ids import ApplicationId, DatasetId, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, ISSUER, RegistryWorld, people

OTHER = DatasetId("GDI-ZZ-DATASET-2")


def keys(world: RegistryWorld) -> Mapping[str, Any]:
    return world.tools.signer.public_jwks()


def ask(world: RegistryWorld, after: int, wait: float = 0.0) -> News:
    return news(after, wait, tools=world.tools, pause=world.clock.pass_time)


def read(world: RegistryWorld, after: int) -> Changes:
    found = ask(world, after)
    batch = read_changes(found.batch, keys(world), issuer=ISSUER, after=after)
    assert batch.upto == found.cursor
    return batch


def registers(world: RegistryWorld) -> dict[str, Snapshot]:
    taken = snapshot(tools=world.tools)
    read_all = [read_snapshot(jws, keys(world), issuer=ISSUER) for jws in taken.snapshots]
    return {one.register: one for one in read_all}


def ordinals(text: object) -> set[int]:
    return set(BitMap.deserialize(b64decode(str(text))))


def frozen(world: RegistryWorld, permit: str, asked: Purpose | None = None) -> str:
    cohort = freeze_cohort(
        DS, asked or purpose(), ApplicationId("A-1"), tools=world.tools, principal=DESK
    )
    bind_cohort(cohort.cohort_id, PermitId(permit), tools=world.tools, principal=DESK)
    return cohort.cohort_id


def test_an_empty_register_has_a_snapshot_and_an_empty_batch(world: RegistryWorld) -> None:
    only = registers(world)[f"dataset:{DS}"]
    assert only.revision == 1
    assert only.content["local_ids"] == []
    assert ordinals(only.content["live"]) == set()
    taken = snapshot(tools=world.tools)
    assert read(world, taken.cursor).changes == ()


def test_changes_come_in_order_with_positions_of_their_own(world: RegistryWorld) -> None:
    world.load(*people(3), {"participant": "P-x", "local_id": "X", "state": "withdrawn"})
    batch = read(world, 0)
    assert [change.kind for change in batch.changes] == [
        "dataset.added",
        *["member.added"] * 4,
        *["member.given"] * 3,
    ]
    assert [change.position for change in batch.changes] == list(range(1, 9))
    assert batch.changes[1].content == {"ordinal": 0, "local_id": "S-000000"}
    assert {change.revision for change in batch.changes[1:]} == {2}
    # A reader may stand anywhere, within one recording too.
    for cursor in range(9):
        rest = read(world, cursor)
        assert [change.position for change in rest.changes] == list(range(cursor + 1, 9))


def test_snapshot_and_changes_tell_the_same_story(world: RegistryWorld) -> None:
    world.load(*people(4))
    start = snapshot(tools=world.tools)
    cohort = frozen(world, "PERMIT-1")
    withdraw("P-000001", WithdrawConsent(), tools=world.tools, principal=DESK)
    batch = read(world, start.cursor)
    assert [change.kind for change in batch.changes] == ["cohort.bound", "member.narrowed"]
    bound, narrowed = batch.changes
    assert ordinals(bound.content["bitmap"]) == {0, 1, 2, 3}
    assert narrowed.content == {"ordinal": 1, "cause": "withdrawn", "cohorts": [cohort]}
    register = registers(world)[f"dataset:{DS}"]
    assert register.revision == narrowed.revision
    assert register.content["local_ids"] == [f"S-{n:06}" for n in range(4)]
    assert ordinals(register.content["live"]) == {0, 2, 3}
    (live,) = register.content["cohorts"]
    assert ordinals(live["bitmap"]) == {0, 2, 3}
    assert (live["cohort_id"], live["permit_id"]) == (cohort, "PERMIT-1")
    assert live["manifest"] == bound.content["manifest"]


def test_every_dataset_has_its_register_and_heartbeat(world: RegistryWorld) -> None:
    world.dataset(OTHER)
    world.load(*people(1))
    assert set(registers(world)) == {f"dataset:{DS}", f"dataset:{OTHER}"}
    assert beat(tools=world.tools) == 2
    beats = [read_heartbeat(jws, keys(world), issuer=ISSUER) for jws in ask(world, 0).heartbeats]
    assert [(one.register, one.revision) for one in beats] == [
        (f"dataset:{DS}", 2),
        (f"dataset:{OTHER}", 1),
    ]
    world.clock.pass_time(5)
    beat(tools=world.tools)
    later = [read_heartbeat(jws, keys(world), issuer=ISSUER) for jws in ask(world, 0).heartbeats]
    assert all(new.time > old.time for new, old in zip(later, beats, strict=True))
    # An older heartbeat, from a slower worker, never replaces a newer one.
    world.clock.wall -= world.clock.wall - beats[0].time
    beat(tools=world.tools)
    again = [read_heartbeat(jws, keys(world), issuer=ISSUER) for jws in ask(world, 0).heartbeats]
    assert again == later


def test_a_long_poll_waits_and_then_answers_with_nothing(world: RegistryWorld) -> None:
    began = world.clock.monotonic()
    found = ask(world, 1, wait=2.0)
    assert world.clock.monotonic() - began >= 2.0
    assert read_changes(found.batch, keys(world), issuer=ISSUER, after=1).changes == ()


def test_a_long_poll_answers_as_soon_as_there_is_something(world: RegistryWorld) -> None:
    began = world.clock.monotonic()
    paused: list[float] = []

    def pause(seconds: float) -> None:
        paused.append(seconds)
        world.clock.pass_time(seconds)
        if len(paused) == 3:
            world.load(*people(1))

    found = news(1, 20.0, tools=world.tools, pause=pause)
    assert len(paused) == 3
    assert world.clock.monotonic() - began < 1.0
    assert found.cursor == 3


def test_a_cursor_from_the_future_is_sent_back_to_the_snapshot(world: RegistryWorld) -> None:
    found = ask(world, 99)
    batch = read_changes(found.batch, keys(world), issuer=ISSUER, after=1)
    assert (batch.after, batch.upto, found.cursor) == (1, 1, 1)


def test_a_large_backlog_comes_in_pieces(world: RegistryWorld) -> None:
    world.load(*people(3_100))
    after, seen, pieces = 0, 0, 0
    while batch := read(world, after).changes:
        seen += len(batch)
        pieces += 1
        after = batch[-1].position
    assert seen == 1 + 2 * 3_100
    assert pieces > 1
