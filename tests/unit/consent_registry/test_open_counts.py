# SPDX-License-Identifier: Apache-2.0
"""Counts of people as the log may keep them for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent_registry.domain.cohort import open_counts


@pytest.mark.parametrize(
    ("exact", "kept"),
    [(0, {"in": 0}), (1, {}), (9, {}), (10, {"in": 10}), (14, {"in": 10}), (615, {"in": 620})],
)
def test_small_counts_are_left_out_and_others_rounded(exact: int, kept: dict[str, int]) -> None:
    assert open_counts({"in": exact}, 10) == kept


@given(
    st.dictionaries(st.sampled_from(["members", "in", "out"]), st.integers(0, 10**7)),
    st.integers(2, 100),
)
def test_no_sum_or_difference_gives_an_exact_small_count(counts: dict[str, int], cell: int) -> None:
    kept = open_counts(counts, cell)
    assert all(number % cell == 0 for number in kept.values())
    assert {name for name in counts if name not in kept} == {
        name for name, count in counts.items() if 0 < count < cell
    }
