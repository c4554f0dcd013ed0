# SPDX-License-Identifier: Apache-2.0
"""What a new release changes in decisions; files that are none are refused."""

import gzip
import json
from dataclasses import replace

import pytest

from consent_registry.domain.disease_files import read_release
from consent_registry.domain.diseases import BadHierarchy, Disease, Diseases, build
from consent_registry.domain.matching import match
from consent_registry.domain.purpose import Category
from consent_registry.domain.release_changes import Fate, changes
from tests.fakes.consent_factories import inquiry, letters, purpose, terms

from .test_diseases import graph

BEFORE = letters(A="", B="A", C="A", D="B")


def after(**obsolete: Disease) -> Diseases:
    """The next release: D moved from B to C, E is new below B; some terms became obsolete."""
    moved = letters(A="", B="A", C="A", D="C", E="B").terms
    return build("next", {**moved, **obsolete})


def test_gains_and_losses_are_the_purposes_whose_decision_changes() -> None:
    found = {change.code: change for change in changes("ABC", BEFORE, after())}
    assert found["B"].losses == ("D",)
    assert found["B"].gains == ("E",)
    assert found["C"].gains == ("D",)
    assert found["A"].gains == ("E",)
    for code, change in found.items():
        for illness in BEFORE.terms:
            asked = inquiry(purpose(Category.DS, diseases=(illness,)), diseases=BEFORE)
            consent = terms(diseases=code)
            consent = (replace(consent[0], permission=type(consent[0].permission).DS),)
            old = match(consent, asked).result
            new = match(consent, replace(asked, diseases=after())).result
            assert (old is not new) == (illness in {*change.gains, *change.losses})


def test_what_does_not_change_is_not_reported() -> None:
    assert changes("AB", BEFORE, BEFORE) == ()


def test_the_fate_of_a_term_is_told_even_when_it_covers_the_same() -> None:
    gone = after(
        B=Disease(label="B", obsolete=True, replaced_by="C"),
        D=Disease(label="D", obsolete=True, consider=("C", "E")),
        E=Disease(label="E", parents=("C",)),
    )
    found = {change.code: change for change in changes("BDX", BEFORE, gone)}
    assert (found["B"].fate, found["B"].replaced_by) == (Fate.REPLACED, "C")
    assert (found["D"].fate, found["D"].consider) == (Fate.NEEDS_RULING, ("C", "E"))
    assert "X" not in found  # it was missing before, too
    missing = changes("D", BEFORE, letters(A=""))
    assert missing[0].fate is Fate.MISSING


def test_a_release_is_read_packed_or_not() -> None:
    raw = json.dumps(graph({"0000001": {}}, [])).encode()
    assert read_release(raw) == read_release(gzip.compress(raw))


def test_a_release_that_cannot_be_unpacked_is_refused() -> None:
    packed = gzip.compress(json.dumps(graph({"0000001": {}}, [])).encode())
    for raw in (b"", b"[" * 200_000, packed[:-9], packed[:40], b"\x1f\x8b", b"\x1f\x8bxxxxxxxxxxx"):
        with pytest.raises(BadHierarchy):
            read_release(raw)
    with pytest.raises(BadHierarchy, match="too large"):
        read_release(packed, limit=20)
