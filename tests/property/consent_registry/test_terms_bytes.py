# SPDX-License-Identifier: Apache-2.0
"""The canonical bytes of terms never change: digests of those stored years ago are made of them."""

import json

from hypothesis import given
from hypothesis import strategies as st

from consent_registry.domain.terms import text_of

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(_TEXTS, inner),
)


@given(_VALUES)
def test_they_are_sorted_compact_json_that_escapes_only_what_it_must(value: object) -> None:
    expected = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert text_of(value) == expected
