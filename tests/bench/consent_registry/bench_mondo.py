# SPDX-License-Identifier: Apache-2.0
"""A whole disease hierarchy read and compared with the release before it.

The limit of reading is `json.loads` of the same file. Every illness's wider illnesses are then
found a second way, by walking the file's own edges, and must be the same. PLACET_MONDO names a file
in OBO Graph JSON, PLACET_MONDO_NEXT a later release of it; without them both are made up.
"""

import gzip
import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, Final

from consent_registry.domain.disease_files import read_release
from consent_registry.domain.diseases import Diseases
from consent_registry.domain.release_changes import Fate, changes
from tests.bench.figure import Figure
from tests.bench.memory import forget_peak, peak, resident

TERMS: Final = 25_000
_IRI: Final = "http://purl.obolibrary.org/obo/MONDO_"


def figures() -> Iterator[Figure]:
    """Read a release, prove its hierarchy, and say what the next one changes."""
    first = _given("PLACET_MONDO") or _made_up("2026-01-01", obsolete=0)
    following = _given("PLACET_MONDO_NEXT") or _made_up("2026-07-01", obsolete=TERMS // 100)
    held = resident()
    forget_peak()
    began = time.perf_counter()
    before = read_release(first)
    took = time.perf_counter() - began
    most = peak() - held
    began = time.perf_counter()
    document = json.loads(gzip.decompress(first) if first[:2] == b"\x1f\x8b" else first)
    bare = time.perf_counter() - began
    edges, several = _prove(before, document)
    yield Figure(
        name="illnesses of a release read",
        per_second=len(before.terms) / took,
        limit="json.loads of the same file",
        limit_per_second=len(before.terms) / bare,
        note=f"release {before.release}: {len(before.terms):,} terms, {edges:,} edges, {several:,} "
        f"with several parents, {took:.2f} s; at most {most / 1e6:.0f} MB more held",
    )
    yield _compared(before, following)


def _compared(before: Diseases, following: bytes) -> Figure:
    """Ask what a release changes where consents name every illness there is."""
    after = read_release(following)
    began = time.perf_counter()
    found = changes(before.terms, before, after)
    took = time.perf_counter() - began
    fates = {fate: sum(1 for one in found if one.fate is fate) for fate in Fate}
    began = time.perf_counter()
    for term in before.terms:
        before.covering(term)
        after.covering(term)
    looked = time.perf_counter() - began
    return Figure(
        name="illnesses in consents compared",
        per_second=len(before.terms) / took,
        limit="looking both hierarchies up",
        limit_per_second=len(before.terms) / looked,
        note=f"from {before.release} to {after.release}: {len(found):,} change in decisions ("
        + ", ".join(f"{count:,} {fate.value}" for fate, count in fates.items())
        + f"), {took:.2f} s",
    )


def _prove(read: Diseases, document: Mapping[str, Any]) -> tuple[int, int]:
    """Walk the file's edges upwards from every current illness; gives edges and multi-parents."""
    (graph,) = document["graphs"]
    above: dict[str, set[str]] = defaultdict(set)
    for edge in graph["edges"]:
        if edge["pred"] == "is_a" and edge["obj"].startswith(_IRI):
            above[edge["sub"]].add(edge["obj"])
    for node in graph["nodes"]:
        if not node["id"].startswith(_IRI) or node.get("meta", {}).get("deprecated"):
            continue
        seen, open_ = {node["id"]}, [node["id"]]
        while open_:
            fresh = above[open_.pop()] - seen
            seen |= fresh
            open_ += fresh
        expected = {"MONDO:" + iri.removeprefix(_IRI) for iri in seen}
        name = "MONDO:" + node["id"].removeprefix(_IRI)
        if set(read.covering(name)) != expected:
            raise ArithmeticError(f"{name} lies within other illnesses than the file says")
    return sum(map(len, above.values())), sum(1 for parents in above.values() if len(parents) > 1)


def _given(name: str) -> bytes | None:
    path = os.environ.get(name)
    return Path(path).read_bytes() if path else None


def _made_up(version: str, *, obsolete: int) -> bytes:
    """Write a release as large as the real one; its last terms may be obsolete."""
    random = Random(20261129)  # noqa: S311 - made-up illnesses, the same in every run
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, str]] = []
    for number in range(TERMS):
        node: dict[str, Any] = {"id": f"{_IRI}{number:07}", "lbl": f"illness {number}"}
        parents = {
            random.randrange(number) for _ in range(random.choice((1, 1, 2)) if number else 0)
        }
        if number >= TERMS - obsolete:
            pointer = f"{_IRI}{min(parents):07}"
            value = {"pred": "http://purl.obolibrary.org/obo/IAO_0100001", "val": pointer}
            node["meta"] = {"deprecated": True, "basicPropertyValues": [value]}
        else:
            edges += [
                {"sub": node["id"], "pred": "is_a", "obj": f"{_IRI}{parent:07}"}
                for parent in sorted(parents)
            ]
        nodes.append(node)
    meta = {"version": f"http://purl.obolibrary.org/obo/mondo/releases/{version}/mondo.json"}
    document = {"graphs": [{"meta": meta, "nodes": nodes, "edges": edges}]}
    return gzip.compress(json.dumps(document).encode(), mtime=0)
