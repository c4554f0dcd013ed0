# SPDX-License-Identifier: Apache-2.0
"""The whole inference of somebody who asks several purposes before and after each withdrawal.

Everything that may have been drawn, and every size of the few people between the purposes, is
played through. What she sees is the row of all answers; what she can conclude from it, by
differences, sums or any algebra over them, is the set of sizes that give this row for some draw.
She knows when somebody leaves, the rules, and that those who leave are none of the few.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyroaring import BitMap

from consent_registry.domain.disclosure import Figure, StandIn
from consent_registry.domain.manifest import AsOf
from consent_registry.domain.shown import ShownState
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.disclosing import drawn_reach, set_figure
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId, Revision

DS = DatasetId("GDI-ZZ-TEST-1")
START = datetime(2026, 1, 1, tzinfo=UTC)
K = 3
MEMBERS = 40
WHOLES = range(20, 23)  # as many as look alike once they are rounded
Row = tuple[tuple[Figure, ...], ...]


class Register:
    """The memory of one dataset whose members leave one by one; as `usecases.showing` moves it.

    It is the part of a unit of work that numbers are looked up in.
    """

    def __init__(self, draws: Sequence[int]) -> None:
        self._draws = iter(draws)
        self._tools = cast(Tools, SimpleNamespace(small_cell=K, salts=self._salts))
        self._rows: list[tuple[int, StandIn]] = []
        self._state = _state(1, drawn_reach(self._tools))
        self.left = 0  # in the state of shown numbers
        self.shown = self.stand_ins = self

    @property
    def states(self) -> int:
        return self._state.number - 1

    def leave(self, left: int) -> None:
        """So many have left by now: move on if it is due."""
        if left - self.left >= self._state.reach:
            self.move(BitMap(range(self.left, left)))
            self.left = left

    def move(self, touched: BitMap) -> None:
        self._state = _state(self._state.number + 1, drawn_reach(self._tools), touched)

    def figure(self, people: BitMap) -> Figure:
        return set_figure(cast(UnitOfWork, self), self._tools, DS, people, MEMBERS)

    def of(self, _dataset: DatasetId) -> ShownState:
        return self._state

    def near(
        self, _dataset: DatasetId, sizes: Sequence[int], *, within: int, state: int
    ) -> Sequence[StandIn]:
        return [
            one
            for number, one in self._rows
            if not one.people
            or (number == state and any(abs(len(one.people) - size) <= within for size in sizes))
        ]

    def add(self, _dataset: DatasetId, made: Sequence[StandIn], *, state: int) -> None:
        for one in made:  # in the database, a row's number is its rank until it has one
            rank = len(self._rows) if one.rank is None else one.rank
            self._rows.append((state, StandIn(people=one.people, reach=one.reach, rank=rank)))

    def _salts(self, size: int) -> bytes:
        return next(self._draws, 0).to_bytes(size)


def _state(number: int, reach: int, touched: BitMap | None = None) -> ShownState:
    return ShownState(
        number=number,
        revision=Revision(number),
        times=AsOf(effective_at=START, known_at=START),
        members=MEMBERS,
        reach=reach,
        touched=touched,
    )


def asked(sizes: Sequence[int], left: int, whole: int) -> list[BitMap]:
    """Give purposes each of which is for all who have not left but for one group, or for all.

    And, with two groups, the one for neither of them.
    """
    everybody, start, few = BitMap(range(left, whole)), whole, []
    for size in sizes:
        few.append(BitMap(range(start - size, start)))
        start -= size
    without = [everybody - group for group in few]
    return [everybody, *without, *([everybody - few[0] - few[1]] if len(few) > 1 else [])]


def row(draws: Sequence[int], sizes: Sequence[int], whole: int, steps: int, turned: bool) -> Row:
    """Ask after each withdrawal; `turned` asks in the other order in every second state."""
    register, seen = Register(draws), []
    for left in range(steps + 1):
        register.leave(left)
        sets = asked(sizes, register.left, whole)
        back = turned and register.states % 2
        figures = [register.figure(one) for one in (reversed(sets) if back else sets)]
        seen.append(tuple(reversed(figures) if back else figures))
    return tuple(seen)


def every(
    groups: int, drawn: int, steps: int, turned: bool
) -> Iterator[tuple[Row, tuple[int, ...]]]:
    for whole, sizes in product(WHOLES, product(range(K + 1), repeat=groups)):
        for draws in product(range(K), repeat=drawn):
            yield row(draws, sizes, whole, steps, turned), sizes


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("groups", "drawn", "steps"), [(1, 6, 12), (2, 5, 8)])
def test_no_row_of_answers_tells_how_many_people_lie_between_purposes(
    groups: int, drawn: int, steps: int, turned: bool
) -> None:
    """With two groups the answers about both, each and neither are held against each other."""
    fitting: dict[Row, set[tuple[int, ...]]] = {}
    for seen, sizes in every(groups, drawn, steps, turned):
        fitting.setdefault(seen, set()).add(sizes)
    for seen, found in fitting.items():
        for group in range(groups):
            fit = {sizes[group] for sizes in found}
            assert fit == {K} or len(fit) > 1, (seen, found)  # a group of K is no small one


def test_numbers_follow_at_last() -> None:
    rows = {seen[-1] for seen, _ in every(1, 4, 12, turned=False)}
    assert all(figures[0] is not None and figures[0] < 20 for figures in rows)


FIRM, MOVED = BitMap(range(20)), 12
ORDERS = st.permutations(range(4))


@given(
    draws=st.lists(st.integers(0, K - 1), max_size=9),
    without=st.lists(st.integers(0, K), min_size=4, max_size=4),
    named=st.lists(st.integers(0, MOVED), min_size=8, max_size=8),
    orders=st.tuples(ORDERS, ORDERS, ORDERS),
)
@example(  # the last question of the first row makes the former stand-in live on, as does the first
    draws=[],
    without=[0, 0, 0, 1],
    named=[0, 0, 0, 2, 9, 4, 6, 4],
    orders=([0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3]),
)
def test_a_question_has_one_number_for_the_length_of_a_state(
    draws: list[int],
    without: list[int],
    named: list[int],
    orders: tuple[list[int], list[int], list[int]],
) -> None:
    """Whatever else is asked in between, and whoever of those who changed each question names."""
    register = Register(draws)
    past, now = (
        [
            FIRM - BitMap(range(few)) | BitMap(range(len(FIRM), len(FIRM) + many))
            for few, many in zip(without, part, strict=True)
        ]
        for part in (named[:4], named[4:])
    )
    for one in orders[0]:
        register.figure(past[one])
    register.move(BitMap(range(len(FIRM), len(FIRM) + MOVED)))
    first = {one: register.figure(now[one]) for one in orders[1]}
    assert {one: register.figure(now[one]) for one in orders[2]} == first
