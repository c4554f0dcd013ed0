# SPDX-License-Identifier: Apache-2.0
"""Many at once on a real database: nothing lost, nothing doubled, nobody let in who said no."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from pyroaring import BitMap

from consent_registry.domain.errors import FreezeOvertaken
from consent_registry.domain.history import State, timeline
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import freeze_cohort
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.import_applying import apply_next
from consent_registry.usecases.import_staging import stage_next
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.clock import SystemClock
from shared.ids import ApplicationId, Ordinal, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, RegistryWorld, csv_of, people, registry_world


def together(*jobs: Callable[[], object]) -> list[object]:
    """Run jobs at once, started by one barrier; raises what any of them raises."""
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        barrier.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def leave(world: RegistryWorld, pseudonym: str, key: str | None = None) -> object:
    return withdraw(
        pseudonym, WithdrawConsent(idempotency_key=key), tools=world.tools, principal=DESK
    )


def allow(world: RegistryWorld, pseudonym: str) -> object:
    wanted = NewConsent(
        pseudonym=pseudonym, dataset=DS, alternatives=(RawAlternative(permission="GRU"),)
    )
    return record_consent(wanted, tools=world.tools, principal=DESK)


def feed_positions(world: RegistryWorld) -> list[int]:
    with world.tools.reads() as uow:
        stored = uow.feed.after(0, 1_000_000)
    return [n for one in stored for n in range(one.first_position, one.last_position + 1)]


def rebuilt(world: RegistryWorld, ordinals: Sequence[int]) -> None:
    """The stored projection is what the events give, bit for bit."""
    with world.tools.reads() as uow:
        wanted = [Ordinal(ordinal) for ordinal in ordinals]
        records = uow.events.of_members(DS, wanted)
        stored = uow.events.timelines(DS, wanted)
    for ordinal, found in records.items():
        assert tuple(stored[ordinal]) == timeline([record.event() for record in found])


def test_one_person_changes_from_many_places_at_once() -> None:
    with registry_world(SystemClock()) as world:
        world.dataset()
        world.load(*people(1))
        jobs = [
            (lambda: leave(world, "P-000000")) if n % 2 else (lambda: allow(world, "P-000000"))
            for n in range(8)
        ]
        together(*jobs)
        assert world.count("consent_event") == 9
        revisions = world.column("SELECT revision FROM consent_event ORDER BY revision")
        assert revisions == sorted(set(revisions))
        times = world.column("SELECT recorded_at FROM consent_event ORDER BY revision")
        assert times == sorted(set(times))
        # Each event is chained to the one recorded before it.
        hashes = world.column("SELECT hash FROM consent_event ORDER BY revision")
        previous = world.column("SELECT previous FROM consent_event ORDER BY revision")
        assert previous == [b"", *hashes[:-1]]
        rebuilt(world, [0])
        assert feed_positions(world) == list(range(1, 1 + len(feed_positions(world))))
        # Whatever the order was: the last one decides, and everybody reads the same.
        last = world.column("SELECT kind FROM consent_event ORDER BY revision")[-1]
        found = consents_of("P-000000", None, None, tools=world.tools, principal=DESK)
        state = found.choices[0].standing.state
        assert state is (State.WITHDRAWN if last == "withdrawn" else State.GIVEN)


def test_one_key_sent_many_times_at_once_withdraws_once() -> None:
    with registry_world(SystemClock()) as world:
        world.dataset()
        world.load(*people(1))
        answers = together(*[lambda: leave(world, "P-000000", "k")] * 6)
        assert len({str(answer) for answer in answers}) == 1
        assert world.count("withdrawal") == 1


def test_people_withdraw_while_their_consents_are_imported_again() -> None:
    with registry_world(SystemClock()) as world:
        world.dataset()
        world.load(*people(60))
        world.receive(csv_of(people(60, permission="GRU", signed_on="2025-02-01")))
        stage_next(tools=world.tools)
        barrier = threading.Barrier(2)

        def apply() -> None:
            barrier.wait()
            while apply_next(tools=world.tools):
                pass

        def all_leave() -> None:
            barrier.wait()
            for n in range(0, 60, 3):
                leave(world, f"P-{n:06}")

        with ThreadPoolExecutor(2) as pool:
            for job in [pool.submit(apply), pool.submit(all_leave)]:
                job.result()
        for n in range(60):
            found = consents_of(f"P-{n:06}", None, None, tools=world.tools, principal=DESK)
            expected = State.WITHDRAWN if n % 3 == 0 else State.GIVEN
            assert found.choices[0].standing.state is expected
        rebuilt(world, range(60))


def test_two_workers_never_record_a_consent_twice() -> None:
    with registry_world(SystemClock()) as world:
        world.dataset()
        for part in range(3):
            world.receive(csv_of(people(700)[part::3]))

        def work() -> None:
            idle = 0
            while idle < 3:
                done = stage_next(tools=world.tools) or apply_next(tools=world.tools)
                idle = 0 if done else idle + 1

        together(work, work, work)
        assert world.count("consent_event") == 700
        assert world.count("dataset_member") == 700
        assert world.column("SELECT DISTINCT state FROM import_batch") == ["finished"]
        ordinals = world.column("SELECT ordinal FROM dataset_member ORDER BY ordinal")
        assert ordinals == list(range(700))
        rebuilt(world, range(700))


def test_a_freeze_is_bound_with_everybody_or_not_at_all() -> None:
    """A withdrawal falls before the freeze, between freeze and bind, or after; she never stays."""
    with registry_world(SystemClock()) as world:
        world.dataset()
        world.load(*people(12))
        outcomes: list[str] = []
        for n in range(12):

            def freeze_and_bind(number: int = n) -> str:
                cohort = freeze_cohort(
                    DS, purpose(), ApplicationId("A"), tools=world.tools, principal=DESK
                )
                try:
                    bind_cohort(
                        cohort.cohort_id,
                        PermitId(f"PERMIT-{number}"),
                        tools=world.tools,
                        principal=DESK,
                    )
                except FreezeOvertaken:
                    return "overtaken"
                return "bound"

            _, outcome = together(partial(leave, world, f"P-{n:06}"), freeze_and_bind)
            outcomes.append(str(outcome))
            with world.tools.reads() as uow:
                for live in uow.cohorts.live(DS):
                    assert n not in live.members
                    assert live.members <= live.frozen.bitmap & BitMap(range(n + 1, 12))
        assert set(outcomes) <= {"bound", "overtaken"}
        positions = feed_positions(world)
        assert positions == list(range(1, len(positions) + 1))
