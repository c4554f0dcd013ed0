# SPDX-License-Identifier: Apache-2.0
"""A person's first key: one, whichever doors are used at once, and none for whoever was erased."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import permutations

import pytest

from consent_registry.domain.errors import ParticipantUnknown
from consent_registry.domain.history import Kind
from consent_registry.domain.person_events import PersonKind, PersonRecord
from consent_registry.domain.person_events import personal_part as person_part
from consent_registry.domain.records import Channel, EventRecord, personal_part
from consent_registry.domain.register import Member
from consent_registry.domain.rights import Right, RightsRequest, Step, StepKind
from consent_registry.ports import UnitOfWork
from shared.ids import EventId, Ordinal, Revision
from shared.periods import WEEKENDS_ONLY
from tests.support.registry_world import DESK, DS, RegistryWorld

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
Door = Callable[[RegistryWorld, UnitOfWork, str], None]


def by_a_consent(world: RegistryWorld, uow: UnitOfWork, pid: str) -> None:
    record = EventRecord(
        event_id=EventId(world.tools.ids.new()),
        pid=pid,
        dataset=DS,
        ordinal=Ordinal(0),
        kind=Kind.REFUSED,
        expressed_at=AT,
        effective_from=AT,
        recorded_at=AT,
        revision=Revision(2),
        channel=Channel.API,
        personal=personal_part(None, DESK),
    )
    uow.events.append([record], {Ordinal(0)}, frozenset())


def by_an_event_of_hers(world: RegistryWorld, uow: UnitOfWork, pid: str) -> None:
    record = PersonRecord(
        event_id=world.tools.ids.new(),
        pid=pid,
        number=1,
        kind=PersonKind.PREFERENCES,
        matter=world.tools.ids.new(),
        about=None,
        effective_from=AT,
        effective_to=None,
        recorded_at=AT,
        channel=Channel.API,
        personal=person_part({}, DESK),
    )
    uow.person_events.append([record])


def by_a_request(world: RegistryWorld, uow: UnitOfWork, pid: str) -> None:
    request = RightsRequest(
        request_id=world.tools.ids.new(),
        pid=pid,
        right=Right.ACCESS,
        received_at=AT,
        country="ZZ",
        calendar=WEEKENDS_ONLY,
        steps=(Step(kind=StepKind.RECEIVED, at=AT),),
    )
    uow.requests.add(request, "What do you have of me?")


DOORS: list[Door] = [by_a_consent, by_an_event_of_hers, by_a_request]


@pytest.fixture
def pid(world: RegistryWorld) -> str:
    """Put a member on record who has said nothing yet, and so has no key."""
    with world.tools.units() as uow:
        found = uow.people.ensure(["P-1"], AT, {}).pids["P-1"]
        uow.people.add_members(
            [Member(dataset=DS, ordinal=Ordinal(0), pid=found, local_id="S-1")], AT
        )
        uow.commit()
    return found


def erase(world: RegistryWorld, pid: str) -> None:
    with world.tools.units() as uow:
        uow.destruction.destroy(pid, world.tools.ids.new(), AT)
        uow.commit()


def write(world: RegistryWorld, pid: str, door: Door) -> None:
    with world.tools.units() as uow:
        door(world, uow, pid)
        uow.commit()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("had_one", [True, False])
def test_whoever_was_erased_never_gets_a_key_again(
    world: RegistryWorld, pid: str, door: Door, had_one: bool
) -> None:
    if had_one:
        write(world, pid, by_a_request)
        assert world.count("person_key") == 1
    erase(world, pid)
    with pytest.raises(ParticipantUnknown):
        write(world, pid, door)
    assert world.count("person_key") == 0
    assert world.count("consent_event") + world.count("person_event") == 0


@pytest.mark.parametrize("door", DOORS)
def test_a_key_asked_for_while_she_is_erased_is_not_made(
    world: RegistryWorld, pid: str, door: Door
) -> None:
    """The door waits for the erasure that was there first, and sees it."""
    with ThreadPoolExecutor(1) as pool, world.tools.units() as uow:
        uow.destruction.destroy(pid, world.tools.ids.new(), AT)
        waiting = pool.submit(write, world, pid, door)
        wait_for_a_lock(world)
        uow.commit()
        with pytest.raises(ParticipantUnknown):
            waiting.result()
    assert world.count("person_key") == 0


def wait_for_a_lock(world: RegistryWorld) -> None:
    """Wait until another transaction waits for one of ours."""
    asked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    pause = threading.Event()
    while not world.scalar(asked):
        pause.wait(0.02)


@pytest.mark.parametrize(
    ("first", "second"), [*permutations(DOORS, 2), (by_a_request, by_a_request)]
)
def test_two_doors_at_once_make_one_key_that_opens_what_both_wrote(
    world: RegistryWorld, pid: str, first: Door, second: Door
) -> None:
    with ThreadPoolExecutor(1) as pool, world.tools.units() as uow:
        first(world, uow, pid)
        waiting = pool.submit(write, world, pid, second)
        wait_for_a_lock(world)
        uow.commit()
        waiting.result()
    assert world.count("person_key") == 1
    assert everything_opens(world, pid)


def everything_opens(world: RegistryWorld, pid: str) -> bool:
    with world.tools.reads() as uow:
        parts = [
            one.personal for one in uow.events.of_members(DS, [Ordinal(0)]).get(Ordinal(0), ())
        ]
        parts += [one.personal for one in uow.person_events.of([pid]).get(pid, ())]
        words = [uow.requests.words(one.request_id) for one in uow.requests.of(pid)]
    assert len(parts) + len(words) == 2
    return all(parts) and all(words)
