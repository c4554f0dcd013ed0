# SPDX-License-Identifier: Apache-2.0
"""The whole inference of somebody who asks several purposes before and after each withdrawal.

Everything that may have been drawn, and every size of the few people between the purposes, is
played through. What she sees is the row of all answers; what she can conclude from it, by
differences, sums or any algebra over them, is the set of sizes that give this row for some draw.
She knows when somebody leaves, the rules, and that those who leave are none of the few.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

import pytest
from pyroaring import BitMap

from consent_registry.domain.disclosure import Discloser, Figure, StandIn

K = 3
MEMBERS = 40
WHOLES = range(20, 23)  # as many as look alike once they are rounded
Row = tuple[tuple[Figure, ...], ...]


class Register:
    """The memory of one dataset whose members leave one by one; as `usecases.showing` moves it."""

    def __init__(self, draws: Sequence[int]) -> None:
        self._draws = iter(draws)
        self._known: list[StandIn] = []
        self._former: list[StandIn] = []
        self._changed = BitMap()
        self._reach = K + self._draw(K)
        self.left = 0  # in the state of shown numbers
        self.states = 0
        self._rows = 0

    def leave(self, left: int) -> None:
        """So many have left by now: move on if it is due."""
        if left - self.left < self._reach:
            return
        self._former = [one for one in self._known if one.people]
        self._known = [one for one in self._known if not one.people]
        self._changed = BitMap(range(self.left, left))
        self._reach = K + self._draw(K)
        self.left = left
        self.states += 1

    def figure(self, people: BitMap) -> Figure:
        found = Discloser(
            self._known,
            members=MEMBERS,
            small_cell=K,
            draw=self._draw,
            former=self._former,
            changed=self._changed,
        )
        shown = found.figure(people)
        for one in found.added:  # in the database, a row's number is its rank until it has one
            self._rows += 1
            self._known.append(one if one.rank is not None else replace(one, rank=self._rows))
        return shown

    def _draw(self, _below: int) -> int:
        return next(self._draws, 0)


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
