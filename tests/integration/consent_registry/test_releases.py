# SPDX-License-Identifier: Apache-2.0
"""A release of MONDO on a real database: looked at first, refused when broken, in use for all."""

import gzip
import json

import pytest

from consent_registry.adapters.releases import DiseasesInUse
from consent_registry.domain.purpose import Category
from consent_registry.domain.release_changes import Fate
from consent_registry.usecases.cohorts import evaluate_cohort
from consent_registry.usecases.hierarchy import Loaded, list_releases, load_release
from shared.errors import ValidationFailed
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


NEXT = release("2027-01-01", {CANCER: [], BREAST: []}, {LUNG: CANCER})


def load(world: RegistryWorld, raw: bytes, *, dry_run: bool) -> Loaded:
    return load_release(raw, dry_run=dry_run, tools=world.tools, principal=DESK)


def inside(world: RegistryWorld) -> int:
    asked = purpose(Category.DS, diseases=(BREAST,))
    found = evaluate_cohort(DS, asked, tools=world.tools, principal=DESK)
    return found.cohort.counts()["in"]


def test_a_release_is_looked_at_first_and_then_decides_everywhere(world: RegistryWorld) -> None:
    world.load(
        *people(12, permission="DS", diseases=CANCER),
        {"participant": "P-x", "local_id": "x", "permission": "DS", "diseases": LUNG},
    )
    other_process = DiseasesInUse(world.engine, extract())
    entries = world.count("outbox")
    looked = load(world, NEXT, dry_run=True)
    found = {change.code: change for change in looked.changes}
    assert BREAST in found[CANCER].losses
    assert found[CANCER].people == 12
    assert found[LUNG].people is None
    assert (found[LUNG].fate, found[LUNG].replaced_by) == (Fate.REPLACED, CANCER)
    assert list_releases(tools=world.tools) == []
    assert world.count("outbox") == entries
    assert inside(world) == 12

    done = load(world, NEXT, dry_run=False)
    assert done.changes == looked.changes
    assert inside(world) == 0
    assert other_process().release == "2027-01-01"
    (stored,) = list_releases(tools=world.tools)
    assert stored.sha256 == looked.release.sha256
    assert stored.active_since is not None


def test_an_older_release_can_be_put_back_and_is_stored_once(world: RegistryWorld) -> None:
    older = release("2026-12-01", {CANCER: [], BREAST: [CANCER]}, {})
    for raw in (older, NEXT, older):
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
