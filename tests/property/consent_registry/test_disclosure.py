# SPDX-License-Identifier: Apache-2.0
"""Somebody who sees every number that is ever shown, and knows how it is made, finds nobody.

The attacker knows the dataset's size exactly and all rules; not the reaches, which are drawn.
"""

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyroaring import BitMap

from consent_registry.domain.cohort import Cohort
from consent_registry.domain.disclosure import Discloser, Figures, StandIn, widest_apart
from consent_registry.domain.verdict import Reason

K = 10
MEMBERS = 1_000
REACHES = range(K, 2 * K)


class Register:
    """One dataset's memory, as the database keeps it, with one reach for every stand-in."""

    def __init__(self, reach: int = K, members: int = MEMBERS) -> None:
        self._known: list[StandIn] = []
        self._reach = reach
        self._members = members

    def show(self, cohort: Cohort) -> Figures:
        discloser = self._discloser()
        found = discloser.figures(cohort)
        self._known += discloser.added
        return found

    def figure(self, people: BitMap) -> int | None:
        discloser = self._discloser()
        found = discloser.figure(people)
        self._known += discloser.added
        return found

    def _discloser(self) -> Discloser:
        return Discloser(
            self._known, members=self._members, small_cell=K, draw=lambda _: self._reach - K
        )


def cohort(members: int = MEMBERS, **out: int) -> Cohort:
    """Make a cohort with so many people out for each reason; each reason has a place of its own."""
    sets = {
        Reason(name): BitMap(range(200 * place, 200 * place + count))
        for place, (name, count) in enumerate(out.items())
    }
    return Cohort(
        members=members,
        within=BitMap(range(members)) - BitMap.union(BitMap(), BitMap(), *sets.values()),
        awaiting=BitMap(),
        out={reason: people for reason, people in sets.items() if people},
        clauses={},
    )


def candidates(shown: Figures, parts: Mapping[str, int], hidden_max: int) -> list[int]:
    """Give each size of one hidden cell that fits `out` less all other parts, each rounded."""
    half = K // 2
    if shown.out is None:
        return list(range(hidden_max + 1))
    low = shown.out - half - sum(figure + half - 1 for figure in parts.values())
    high = shown.out + half - 1 - sum(figure - half for figure in parts.values())
    return [size for size in range(hidden_max + 1) if low <= size <= high]


@pytest.mark.parametrize("reach", REACHES)
def test_every_small_cell_looks_like_an_empty_one(reach: int) -> None:
    seen = {
        str(Register(reach).show(cohort(withdrawn=size, refused=150))): size for size in range(K)
    }
    # The total may move by a multiple of k; the cell itself is never there.
    assert all("withdrawn" not in shown for shown in seen)


@example(9, [24, 24, 24, 154], K)  # the sums alone leave nothing below 9
@given(
    st.integers(0, K - 1),
    st.lists(st.integers(2 * K, 200), min_size=2, max_size=4),
    st.sampled_from(REACHES),
)
def test_the_total_less_the_rest_leaves_more_than_one_size(
    small: int, others: list[int], reach: int
) -> None:
    names = ["refused", "expired", "commercial_use", "place_not_permitted"]
    parts = dict(zip(names, others, strict=False))
    shown = Register(reach).show(cohort(withdrawn=small, **parts))
    assert "withdrawn" not in shown.reasons
    # Where two sets are nearly the same, they have one number, and the sum says nothing at all.
    # A cell that is not told may have up to the widest reach: which one was drawn, nobody knows.
    fitting = candidates(shown, shown.reasons, widest_apart(K, 0) - 1)
    assert small in fitting or len(shown.reasons) < len(parts)
    assert len(fitting) != 1


@pytest.mark.parametrize("reach", REACHES)
@pytest.mark.parametrize("before", range(K - 1))
def test_one_withdrawal_changes_no_number(reach: int, before: int) -> None:
    register = Register(reach)
    first = register.show(cohort(withdrawn=before, refused=150))
    assert register.show(cohort(withdrawn=before + 1, refused=150)) == first


@pytest.mark.parametrize("reach", REACHES)
def test_the_number_of_leavers_is_never_told_exactly(reach: int) -> None:
    """They leave one by one and the attacker counts along; she sees one step, k to 2k in."""
    register = Register(reach)
    steps = [register.figure(BitMap(range(count))) for count in range(3 * K)]
    assert steps[: K - 1] == [None] * (K - 1)
    assert steps.index(next(one for one in steps if one is not None)) == reach


def test_the_people_between_two_purposes_are_never_counted() -> None:
    """One code more takes a few people out. Whatever two numbers show, several sizes of it fit."""
    fitting: dict[tuple[int | None, int | None], set[int]] = {}
    for reach in REACHES:
        for size in range(4 * K):
            for fewer in range(min(K, size + 1)):
                register = Register(reach)
                wide = register.figure(BitMap(range(size)))
                narrow = register.figure(BitMap(range(fewer, size)))
                fitting.setdefault((wide, narrow), set()).add(fewer)
    assert all(len(sizes) >= 3 for sizes in fitting.values())


@given(st.sets(st.integers(0, MEMBERS - 1), max_size=K - 1), st.integers(0, 2**32))
def test_a_set_that_was_answered_for_speaks_for_those_near_it(
    differing: set[int], seed: int
) -> None:
    random = Random(seed)  # noqa: S311 - a made-up cohort
    first = BitMap(random.sample(range(MEMBERS), k=random.randint(2 * K, MEMBERS - 2 * K)))
    register = Register(random.choice(REACHES))
    assert register.figure(first) == register.figure(first ^ BitMap(differing))


@given(st.lists(st.sets(st.integers(0, 99)), min_size=2, max_size=12), st.sampled_from(REACHES))
def test_the_same_question_has_the_same_answer(sets: list[set[int]], reach: int) -> None:
    register = Register(reach, members=100)
    for people in sets:
        shown = register.figure(BitMap(people))
        assert shown is None or shown % K == 0
        assert register.figure(BitMap(people)) == shown


def test_nearly_everybody_looks_like_everybody() -> None:
    whole = Register().figure(BitMap(range(MEMBERS)))
    for missing in range(K):
        assert Register().figure(BitMap(range(missing, MEMBERS))) == whole == MEMBERS
