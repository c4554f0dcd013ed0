# SPDX-License-Identifier: Apache-2.0
"""A sum does not mind the order, forgets what is taken away, and tells the one row that differs."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from audit_log.domain.sums import Sum, SummedRow, explained, sum_of

HASHES = st.binary(min_size=32, max_size=32)
ROWS = st.lists(st.builds(SummedRow, HASHES, HASHES), max_size=8, unique_by=lambda row: row.key)


def total(rows: list[SummedRow]) -> Sum:
    made = Sum()
    for row in rows:
        made = made.with_row(row)
    return made


@given(rows=ROWS, extra=ROWS, order=st.randoms())
def test_order_and_what_came_and_went_leave_no_trace(
    rows: list[SummedRow], extra: list[SummedRow], order: st.DataObject
) -> None:
    made = total([*extra, *rows])
    for row in extra:
        made = made.without_row(row)
    mixed = list(rows)
    order.shuffle(mixed)  # type: ignore[attr-defined]
    assert made == total(mixed)
    assert sum_of(made.rows, made.state) == made
    assert made.digest == total(rows).digest


@given(rows=ROWS.filter(bool), forged=HASHES)
def test_one_altered_row_is_told(rows: list[SummedRow], forged: bytes) -> None:
    was, now = rows[0], rows[0]._replace(digest=forged)
    found = explained(total(rows), total([*rows[1:], now]), [*rows[1:], now])
    if forged == was.digest:
        return
    assert found is not None
    assert (found.was, found.now) == (was, now)


@given(rows=ROWS.filter(bool))
def test_one_row_too_many_or_too_few_is_told(rows: list[SummedRow]) -> None:
    without = explained(total(rows), total(rows[1:]), rows[1:])
    assert without is not None
    assert (without.was, without.now) == (rows[0], None)
    added = explained(total(rows[1:]), total(rows), rows)
    assert added is not None
    assert (added.was, added.now) == (None, rows[0])


def test_two_altered_rows_are_not_taken_for_one() -> None:
    rows = [SummedRow(sha256(b"%d" % n).digest(), sha256(b"r%d" % n).digest()) for n in range(5)]
    now = [row._replace(digest=sha256(row.digest).digest()) for row in rows[:2]] + rows[2:]
    assert explained(total(rows), total(now), now) is None


def test_lanes_do_not_reach_their_neighbours() -> None:
    """65,536 times the same row is nothing in each lane, and its number is in the digest."""
    row = SummedRow(b"k" * 32, b"d" * 32)
    made = Sum()
    for _ in range(65_536):
        made = made.with_row(row)
    assert made.lanes == 0
    assert made.rows == 65_536
    assert made.digest != Sum().digest
