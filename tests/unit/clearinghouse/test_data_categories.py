# SPDX-License-Identifier: Apache-2.0
"""Which files a purpose reaches, by what it named and what the manifest told."""

import pytest

from permit_service.clearinghouse.domain.data_categories import ManifestKinds, opens

BOTH = "genome images"


def told(held: str, asked: str) -> ManifestKinds:
    return ManifestKinds(held=frozenset(held.split()), asked=frozenset(asked.split()))


@pytest.mark.parametrize(
    ("named", "held", "asked", "opened"),
    [
        # All that the dataset holds is asked for: whatever says a kind that is not held is shut.
        ("", BOTH, BOTH, "genome images S000003 GENOME"),
        ("", "genome", "genome", "genome S000003 GENOME"),
        # A purpose that names kinds opens only files that say one of them.
        ("genome", BOTH, "genome", "genome"),
        (BOTH, BOTH, BOTH, BOTH),
        # The manifest and the permit disagree: what both say.
        ("", BOTH, "genome", "genome"),
        ("genome", BOTH, "images", ""),
        ("genome", "images", "genome", ""),
        # A dataset that said nothing of what it holds, and a manifest from before.
        ("", "", "", "genome images ehr S000003 GENOME"),
        ("genome", "", "", ""),
        ("genome", "", "genome", ""),
        ("", "", "genome", ""),
        ("", "genome", "", ""),
    ],
)
def test_a_file_is_open_by_its_kind(named: str, held: str, asked: str, opened: str) -> None:
    kinds = ("genome", "images", "ehr", "S000003", "GENOME")
    found = {
        kind for kind in kinds if opens(kind, named=set(named.split()), told=told(held, asked))
    }
    assert found == set(opened.split())
