# SPDX-License-Identifier: Apache-2.0
"""Activities that end at their own time, on a real database: who is in, when, and who is told."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from consent_registry.domain.activities import AGGREGATE, SECONDARY_USE
from consent_registry.domain.batches import Format
from consent_registry.domain.fhir.statement import Release
from consent_registry.domain.history import State
from consent_registry.domain.terms import Alternative, RawAlternative
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.fhir_export import AsOf, export_consents
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.sweep import sweep
from shared.clock import to_rfc3339
from shared.errors import ValidationFailed
from shared.ids import ApplicationId, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.fhir_import import codes, lines, load
from tests.support.registry_world import DESK, DS, RegistryWorld, people, registry_world

FORMATS = {Release.R4: Format.FHIR_R4_LINES, Release.R5: Format.FHIR_R5_LINES}


def soon(world: RegistryWorld, days: int = 10) -> date:
    return world.clock.now().date() + timedelta(days=days)


def within(
    world: RegistryWorld, activity: str = SECONDARY_USE, at: datetime | None = None
) -> list[int]:
    asked = purpose(activity=activity)
    found = evaluate_cohort(DS, asked, tools=world.tools, principal=DESK, effective_at=at)
    return sorted(found.cohort.within)


def given(world: RegistryWorld, pseudonym: str) -> tuple[State, tuple[Alternative, ...]]:
    found = consents_of(pseudonym, None, None, tools=world.tools, principal=DESK)
    return found.choices[0].standing.state, found.choices[0].standing.terms or ()


def cells(world: RegistryWorld) -> list[dict[str, str]]:
    """Make four people: nothing ends, one activity ends, the other one does, both do."""
    end = soon(world).isoformat()
    said = [
        "af_aggregate;edic_secondary_use",
        f"af_aggregate={end};edic_secondary_use",
        f"af_aggregate;edic_secondary_use={end}",
        f"af_aggregate={end}; edic_secondary_use={end}",
    ]
    return [{**row, "activities": one} for row, one in zip(people(len(said)), said, strict=True)]


def test_each_activity_ends_for_itself_and_no_event_says_so(world: RegistryWorld) -> None:
    assert world.load(*cells(world)).faults == []
    events = world.rows("consent_event")
    assert within(world) == within(world, AGGREGATE) == [0, 1, 2, 3]
    last = datetime.combine(soon(world), time(), UTC) - timedelta(microseconds=1)
    world.clock.wall = last
    assert within(world) == within(world, AGGREGATE) == [0, 1, 2, 3]
    world.clock.wall = last + timedelta(microseconds=1)
    assert within(world) == [0, 1]
    assert within(world, AGGREGATE) == [0, 2]
    found = evaluate_cohort(DS, purpose(), tools=world.tools, principal=DESK)
    assert found.cohort.reasons() == {"expired": 1, "activity_not_permitted": 1}
    assert given(world, "P-000003") == (State.EXPIRED, ())
    state, (left,) = given(world, "P-000001")
    assert (state, left.activities) == (State.GIVEN, ())
    assert sorted(world.rows("consent_event")) == sorted(events)


def test_looking_back_and_ahead_sees_each_end(world: RegistryWorld) -> None:
    world.load(*cells(world))
    now, end = world.clock.now(), datetime.combine(soon(world), time(), UTC)
    for at, inside in ((now, [0, 1, 2, 3]), (end, [0, 1])):
        assert within(world, at=at) == inside
    world.clock.pass_time(timedelta(days=400).total_seconds())
    assert within(world, at=now) == [0, 1, 2, 3]


def test_the_index_that_was_kept_is_the_one_that_is_built(world: RegistryWorld) -> None:
    world.load(*cells(world))
    for days in (0, 9, 10, 11):
        world.clock.pass_time(timedelta(days=days).total_seconds())
        with registry_world(world.clock, world.url, keys=world.keys) as cold:
            for activity in (SECONDARY_USE, AGGREGATE):
                assert within(world, activity) == within(cold, activity)


def test_a_bound_cohort_knows_when_somebody_will_leave_it(world: RegistryWorld) -> None:
    world.load(*cells(world))
    frozen = freeze_cohort(DS, purpose(), ApplicationId("A-1"), tools=world.tools, principal=DESK)
    bind_cohort(frozen.cohort_id, PermitId("PERMIT-1"), tools=world.tools, principal=DESK)
    with world.tools.reads() as uow:
        (live,) = uow.cohorts.live(DS)
    end = to_rfc3339(datetime.combine(soon(world), time(), UTC))
    assert live.lapses == ((end, 2), (end, 3))
    world.clock.pass_time(timedelta(days=11).total_seconds())
    while sweep(tools=world.tools):
        pass
    with world.tools.reads() as uow:
        (live,) = uow.cohorts.live(DS)
    assert sorted(live.members) == [0, 1]


def test_an_end_that_is_none_is_refused_wherever_it_is_handed_in(world: RegistryWorld) -> None:
    for said, code in (
        ("af_aggregate=soon", "E-SCOPE-02"),
        ("af_aggregate=", "E-SCOPE-02"),
        ("af_aggregate=2030-02-30", "E-SCOPE-02"),
        ("everything=2030-01-01", "E-SCOPE-01"),
        ("af_aggregate;af_aggregate=2030-01-01", "E-SCOPE-03"),
    ):
        report = world.load(*people(1, activities=said))
        assert [(at.fault.column, at.fault.what.code) for at in report.faults] == [
            ("activities", code)
        ]
        raw = RawAlternative(permission="HMB", activities=tuple(said.split(";")))
        wanted = NewConsent(pseudonym="P-1", dataset=DS, alternatives=[raw])
        with pytest.raises(ValidationFailed):
            record_consent(wanted, tools=world.tools, principal=DESK)
    assert world.count("consent_event") == 0


@pytest.mark.parametrize("release", Release)
def test_fhir_says_the_ends_and_another_registry_reads_them(
    world: RegistryWorld, release: Release
) -> None:
    world.load(*cells(world))
    written: list[dict[str, Any]] = []
    for row in people(4):
        found: Any = export_consents(
            row["participant"], release, AsOf(), tools=world.tools, principal=DESK
        )
        written += [entry["resource"] for entry in found["entry"]]
    base = written[3]["provision"]
    (provision,) = base["provision"] if release is Release.R4 else base
    end = to_rfc3339(datetime.combine(soon(world), time(), UTC))
    assert provision["period"] == {"end": end}
    with registry_world(world.clock) as other:
        other.dataset()
        assert codes(load(other, lines(*written), FORMATS[release])) == []
        for days in (0, 9, 10):
            world.clock.pass_time(timedelta(days=days).total_seconds())
            for activity in (SECONDARY_USE, AGGREGATE):
                assert within(other, activity) == within(world, activity)
