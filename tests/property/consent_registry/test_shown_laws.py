# SPDX-License-Identifier: Apache-2.0
"""A cohort of now with the few who changed put back is the cohort of then, part by part."""

from collections.abc import Hashable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from consent_registry.domain.blocking import let_in_without
from consent_registry.domain.cohort import evaluate, open_matters
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.history import Standing, State
from consent_registry.domain.manifest import AsOf
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.shown import Showing, ShownState, standing_differently
from shared.ids import DatasetId, Revision
from tests.fakes.consent_factories import inquiry
from tests.property.consent_registry.test_cohort_laws import purposes, standings

_K = TypeVar("_K", bound=Hashable)
AT = datetime(2026, 6, 1, tzinfo=UTC)
STATE = ShownState(
    number=1, revision=Revision(1), times=AsOf(effective_at=AT, known_at=AT), members=0, reach=10
)


def index_of(people: Mapping[int, Standing], members: int) -> CohortIndex:
    index = CohortIndex(members=members)
    for ordinal, standing in people.items():
        if standing.state is not State.NOT_ASKED:
            index.put(BitMap([ordinal]), standing)
    return index


@given(
    st.lists(standings(), min_size=1, max_size=6),
    st.dictionaries(st.integers(0, 7), standings(), max_size=4),
    purposes(),
)
def test_who_changed_is_counted_as_she_stood(
    before: list[Standing], changes: Mapping[int, Standing], purpose: Purpose
) -> None:
    """Some became members since: they are in no set of then."""
    then = dict(enumerate(before))
    after = {**then, **changes}
    members = max(after) + 1
    changed = BitMap([*changes, *range(len(before), members)])
    few = index_of({one: then[one] for one in changed if one in then}, len(before))
    showing = Showing(
        dataset=DatasetId("GDI-ZZ-DATASET-1"),
        state=STATE,
        before=STATE,
        changed=changed,
        then=few,
    )
    asked = inquiry(purpose)
    indexes = [index_of(after, members), few, index_of(then, len(before))]
    now, those, whole = (evaluate(one, asked) for one in indexes)
    found = showing.cohort(now, those)
    assert (found.within, found.awaiting) == (whole.within, whole.awaiting)
    assert (dict(found.out), dict(found.clauses)) == (dict(whole.out), dict(whole.clauses))
    decided = list(zip(indexes, (now, those, whole), strict=True))
    matters = [open_matters(index, asked, cohort) for index, cohort in decided]
    assert kept(showing.each(matters[0], matters[1])) == kept(matters[2])
    gained = [let_in_without(index, asked, cohort) for index, cohort in decided]
    assert kept(showing.each(gained[0], gained[1])) == kept(gained[2])


def kept(sets: Mapping[_K, BitMap]) -> dict[_K, BitMap]:
    return {name: people for name, people in sets.items() if people}


@given(st.lists(standings(), max_size=6), st.lists(standings(), max_size=6))
def test_who_stands_differently_is_who_is_in_other_sets(
    before: list[Standing], after: list[Standing]
) -> None:
    then, now = (index_of(dict(enumerate(one)), 6) for one in (before, after))
    nobody = Standing(state=State.NOT_ASKED)

    def said(people: list[Standing], ordinal: int) -> object:
        one = people[ordinal] if ordinal < len(people) else nobody
        return one.state, one.terms if one.state is State.GIVEN else None

    expected = {n for n in range(6) if said(before, n) != said(after, n)}
    assert set(standing_differently(then, now)) == expected
