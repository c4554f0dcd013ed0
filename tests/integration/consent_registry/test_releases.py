# SPDX-License-Identifier: Apache-2.0
"""A release of MONDO on a real database: looked at first, refused when broken, in use for all.

One that narrows what consents cover overtakes freezes and narrows the permits that run.
"""

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from consent_registry.adapters.releases import DiseasesInUse
from consent_registry.domain.errors import FreezeOvertaken
from consent_registry.domain.purpose import Category
from consent_registry.domain.register import FrozenCohort
from consent_registry.domain.release_changes import Fate
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.hierarchy import Loaded, list_releases, load_release
from consent_registry.usecases.rechecking import recheck
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.errors import ValidationFailed
from shared.ids import ApplicationId, PermitId
from tests.fakes.consent_factories import extract, purpose
from tests.support.registry_world import DESK, DS, RegistryWorld, people

IRI = "http://purl.obolibrary.org/obo/MONDO_"
CANCER, BREAST, LUNG = "MONDO:0004992", "MONDO:0007254", "MONDO:0008903"


def release(version: str, parents: dict[str, list[str]], replaced: dict[str, str]) -> bytes:
    """Write a small release: each term with its parents, and obsolete terms with the new one."""

    def iri(curie: str) -> str:
        return IRI + curie.removeprefix("MONDO:")

    nodes: list[dict[str, object]] = [{"id": iri(term), "lbl": term} for term in parents]
    for old, new in replaced.items():
        pointer = {"pred": "http://purl.obolibrary.org/obo/IAO_0100001", "val": iri(new)}
        meta = {"deprecated": True, "basicPropertyValues": [pointer]}
        nodes.append({"id": iri(old), "lbl": old, "meta": meta})
    edges = [
        {"sub": iri(child), "pred": "is_a", "obj": iri(parent)}
        for child, above in parents.items()
        for parent in above
    ]
    meta = {"version": f"http://purl.obolibrary.org/obo/mondo/releases/{version}/mondo.json"}
    document = {"graphs": [{"meta": meta, "nodes": nodes, "edges": edges}]}
    return gzip.compress(json.dumps(document).encode())


BEFORE = release("2026-12-01", {CANCER: [], BREAST: [CANCER]}, {})
NEXT = release("2027-01-01", {CANCER: [], BREAST: []}, {LUNG: CANCER})


def load(world: RegistryWorld, raw: bytes, *, dry_run: bool) -> Loaded:
    return load_release(raw, dry_run=dry_run, tools=world.tools, principal=DESK)


def freeze(world: RegistryWorld, permit: str) -> FrozenCohort:
    asked = purpose(Category.DS, diseases=(BREAST,))
    return freeze_cohort(DS, asked, ApplicationId(permit), tools=world.tools, principal=DESK)


def bind(world: RegistryWorld, frozen: FrozenCohort, permit: str) -> None:
    bind_cohort(frozen.cohort_id, PermitId(permit), tools=world.tools, principal=DESK)


def live(world: RegistryWorld) -> list[set[int]]:
    with world.tools.reads() as uow:
        return [set(one.members) for one in uow.cohorts.live(DS)]


def look_again(world: RegistryWorld, limit: int = 500) -> int:
    steps = 0
    while recheck(tools=world.tools, limit=limit):
        steps += 1
    return steps


def entries(world: RegistryWorld) -> list[Any]:
    kept = world.column("SELECT value FROM outbox WHERE kind = 'entry' ORDER BY id")
    found = [json.loads(bytes(value)) for value in kept]
    return [entry for entry in found if entry["ty"] == "placet.cohort.narrowed.v1"]


def half_of_breast_cancer(world: RegistryWorld) -> None:
    """Load 12 people who allow cancer and 3 who allow breast cancer; one permit runs with all."""
    load(world, BEFORE, dry_run=False)
    breast = [
        {**row, "participant": f"B-{n}", "local_id": f"B-{n}"} for n, row in enumerate(people(3))
    ]
    world.load(
        *people(12, permission="DS", diseases=CANCER),
        *({**row, "permission": "DS", "diseases": BREAST} for row in breast),
    )
    bind(world, freeze(world, "RUNS"), "RUNS")
    assert live(world) == [set(range(15))]


def inside(world: RegistryWorld) -> int:
    asked = purpose(Category.DS, diseases=(BREAST,))
    found = evaluate_cohort(DS, asked, tools=world.tools, principal=DESK)
    return found.cohort.counts()["in"]


def told(world: RegistryWorld) -> list[Any]:
    kept = world.column("SELECT value FROM outbox WHERE kind = 'entry' ORDER BY id")
    found = [json.loads(bytes(value)) for value in kept]
    return [one for one in found if str(one.get("r", "")).startswith("mondo_")]


def test_a_release_is_looked_at_first_and_then_decides_everywhere(world: RegistryWorld) -> None:
    world.load(
        *people(24, permission="DS", diseases=CANCER),
        {"participant": "P-x", "local_id": "x", "permission": "DS", "diseases": LUNG},
    )
    other_process = DiseasesInUse(world.engine, extract())
    looked = load(world, NEXT, dry_run=True)
    found = {change.code: change for change in looked.changes}
    assert BREAST in found[CANCER].losses
    assert (found[CANCER].fate, looked.people) == (Fate.CURRENT, {CANCER: 30})
    assert LUNG not in found, "that it is there would tell what one person said"
    assert list_releases(tools=world.tools) == []
    assert inside(world) == 24

    done = load(world, NEXT, dry_run=False)
    assert done.changes == looked.changes
    assert inside(world) == 0
    assert other_process(None).release == "2027-01-01"
    assert other_process(world.clock.now() - timedelta(days=9)).release != "2027-01-01"
    (stored,) = list_releases(tools=world.tools)
    assert stored.sha256 == looked.release.sha256
    assert stored.active_since is not None
    assert [(one["ty"], one["r"], one["n"]) for one in told(world)] == [
        ("placet.cohort.evaluated.v1", "mondo_compared", {"codes_changed": 1}),
        ("placet.admin.config.change.v1", "mondo_activated", {"codes_changed": 1}),
    ]


@pytest.mark.parametrize("rare", [0, 1, 8])
def test_what_a_release_changes_is_the_same_before_and_after_one_person_leaves(
    world: RegistryWorld, rare: int
) -> None:
    """Looked at as often as anybody likes: 45 of the many round to 50, and 44 would to 40."""
    few = [
        {**row, "participant": f"L-{n}", "local_id": f"L-{n}", "permission": "DS", "diseases": LUNG}
        for n, row in enumerate(people(rare))
    ]
    others = [
        {**row, "participant": f"O-{n}", "local_id": f"O-{n}", "permission": "GRU"}
        for n, row in enumerate(people(30))
    ]
    world.load(*people(45, permission="DS", diseases=CANCER), *few, *others)
    before = load(world, NEXT, dry_run=True)
    for who in [f"P-{n:06}" for n in range(9)] + [f"L-{n}" for n in range(rare)]:
        withdraw(who, WithdrawConsent(), tools=world.tools, principal=DESK)
        after = load(world, NEXT, dry_run=True)
        assert (after.changes, after.people) == (before.changes, before.people)


def test_an_older_release_can_be_put_back_and_is_stored_once(world: RegistryWorld) -> None:
    for raw in (BEFORE, NEXT, BEFORE):
        load(world, raw, dry_run=False)
    assert world.tools.diseases.release == "2026-12-01"
    active = {one.version: one.active_since is not None for one in list_releases(tools=world.tools)}
    assert active == {"2026-12-01": True, "2027-01-01": False}


def test_a_cycle_is_refused_with_its_path_and_changes_nothing(world: RegistryWorld) -> None:
    before = world.tools.diseases.release
    circle = release("2027-02-01", {CANCER: [BREAST], BREAST: [CANCER]}, {})
    with pytest.raises(ValidationFailed) as refused:
        load(world, circle, dry_run=False)
    assert f"{CANCER} > {BREAST} > {CANCER}" in refused.value.faults[0].detail
    assert world.tools.diseases.release == before
    assert list_releases(tools=world.tools) == []


def test_a_release_that_narrows_takes_people_out_of_the_permits_that_run(
    world: RegistryWorld,
) -> None:
    half_of_breast_cancer(world)
    assert look_again(world) == 0
    before = world.revision()
    load(world, NEXT, dry_run=False)
    assert look_again(world) == 1
    assert live(world) == [{12, 13, 14}]
    assert world.revision() == before + 1
    (items,) = world.column("SELECT items FROM feed_change ORDER BY last_position DESC LIMIT 1")
    cohort = str(world.scalar("SELECT cohort_id FROM cohort"))
    assert items == [
        {"ordinal": n, "cause": "hierarchy_changed", "cohorts": [cohort]} for n in range(12)
    ]
    (entry,) = entries(world)
    assert (entry["r"], entry["n"]) == ("hierarchy_changed", {"people": 12})
    assert len(entry["c"]["subj"]) == 12
    assert entry["x"]["mondo"] == "2027-01-01"
    # Said once; and the wider release put back brings nobody in.
    assert look_again(world) == 0
    load(world, BEFORE, dry_run=False)
    assert look_again(world) == 1
    assert inside(world) == 15
    assert live(world) == [{12, 13, 14}]
    assert len(entries(world)) == 1


def test_a_release_that_widens_brings_nobody_into_a_permit_that_runs(world: RegistryWorld) -> None:
    load(world, NEXT, dry_run=False)
    world.load(
        {"participant": "P-b", "local_id": "b", "permission": "DS", "diseases": BREAST},
        *people(4, permission="DS", diseases=CANCER),
    )
    bind(world, freeze(world, "NARROW"), "NARROW")
    before = world.revision()
    load(world, BEFORE, dry_run=False)
    assert look_again(world) == 1
    assert inside(world) == 5
    assert live(world) == [{0}]
    assert (world.revision(), entries(world)) == (before, [])


def test_a_release_overtakes_an_open_freeze(world: RegistryWorld) -> None:
    half_of_breast_cancer(world)
    frozen = freeze(world, "OPEN")
    load(world, NEXT, dry_run=False)
    with pytest.raises(FreezeOvertaken):
        bind(world, frozen, "OPEN")
    assert len(live(world)) == 1
    bind(world, freeze(world, "OPEN"), "OPEN")
    look_again(world)
    assert live(world) == [{12, 13, 14}, {12, 13, 14}]


def test_a_release_that_says_the_same_is_no_reason_to_look_again(world: RegistryWorld) -> None:
    half_of_breast_cancer(world)
    frozen = freeze(world, "OPEN")
    same = release("2027-03-01", {BREAST: [CANCER], CANCER: []}, {})
    load(world, same, dry_run=False)
    assert world.tools.diseases.release == "2027-03-01"
    assert look_again(world) == 0
    bind(world, frozen, "OPEN")
    assert live(world) == [set(range(15))] * 2


def test_looking_again_after_a_release_goes_on_where_it_was_stopped(world: RegistryWorld) -> None:
    half_of_breast_cancer(world)
    load(world, NEXT, dry_run=False)
    assert recheck(tools=world.tools, limit=5)
    assert [len(one) for one in live(world)] == [10]
    assert look_again(world, limit=5) == 2
    assert live(world) == [{12, 13, 14}]
    assert [entry["n"]["people"] for entry in entries(world)] == [5, 5, 2]
    assert {entry["r"] for entry in entries(world)} == {"hierarchy_changed"}


def test_a_cohort_of_an_earlier_version_is_looked_through_once(world: RegistryWorld) -> None:
    half_of_breast_cancer(world)
    with world.engine.begin() as connection:
        connection.execute(
            text("UPDATE cohort SET checked_under = :policy"),
            {"policy": world.tools.policy.digest},
        )
    before = world.revision()
    assert look_again(world) == 1
    assert live(world) == [set(range(15))]
    assert (world.revision(), entries(world)) == (before, [])
