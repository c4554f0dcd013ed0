# SPDX-License-Identifier: Apache-2.0
"""Lines of a byte stream, and rows that belong together."""

from collections.abc import Sequence

import pytest

from consent_registry.domain.batches import (
    FaultAt,
    ImportState,
    StagedRow,
    judge_together,
    whole_after,
)
from consent_registry.domain.csv_lines import MAX_LINE_BYTES, numbered_records
from consent_registry.domain.history import Kind
from consent_registry.domain.rows import Row
from tests.fakes.consent_factories import NOON

ROW = Row(
    participant="P",
    dataset="D",
    local_id="L",
    alternative=1,
    alternative_text="[1]",
    kind=Kind.GIVEN,
    expressed_at=NOON,
    effective_from=NOON,
    effective_to=None,
    form_version="",
)


def staged(*rows: Row) -> list[StagedRow]:
    return [StagedRow(line=n, first_line=2, row=row) for n, row in enumerate(rows, start=2)]


def found(faults: Sequence[FaultAt]) -> list[tuple[int, str]]:
    return [(at.line, at.fault.what.code) for at in faults]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_records_keep_their_lines_however_the_bytes_are_cut(size: int) -> None:
    text = 'a,b\r\n"x\ny",2\n\n3,"q""q"\nlast,ä'.encode()
    chunks = [text[n : n + size] for n in range(0, len(text), size)]
    assert list(numbered_records(chunks)) == [
        (1, ["a", "b"]),
        (2, ["x\ny", "2"]),
        (5, ["3", 'q"q']),
        (6, ["last", "ä"]),
    ]


def test_a_record_that_cannot_be_read_is_none_and_reading_goes_on() -> None:
    records = numbered_records([b'a\n\xff\n"b"c\nd\n', b'"never closed\ne\n'])
    assert list(records) == [(1, ["a"]), (2, None), (3, None), (4, ["d"]), (5, None), (6, ["e"])]
    assert list(numbered_records([])) == []
    assert list(numbered_records([b"", b"a", b""])) == [(1, ["a"])]


@pytest.mark.parametrize("size", [1, 3, 64, 5_000])
def test_a_quote_that_nobody_closed_takes_no_other_row_along(size: int) -> None:
    rows = "".join(f"{n},withdrawn\n" for n in range(3, 3_000))
    text = f'a,b\n"1,given\n{rows}"9,given\n'.encode()
    chunks = [text[n : n + size] for n in range(0, len(text), size)]
    found = list(numbered_records(chunks))
    assert [line for line, fields in found if fields is None] == [2, 3_000]
    assert [fields for _, fields in found if fields] == [
        ["a", "b"],
        *([str(n), "withdrawn"] for n in range(3, 3_000)),
    ]
    assert [line for line, _ in found] == list(range(1, 3_001))


def test_quotes_in_every_line_cost_no_more_than_a_few_lines_each() -> None:
    """Each record is looked at over sixteen lines at most, however many are left open."""
    text = "a,b\n" + '"open,\n' * 2_000
    found = list(numbered_records([text.encode()]))
    assert len(found) >= 1_000
    assert found[0] == (1, ["a", "b"])


def test_a_line_without_an_end_is_not_kept() -> None:
    chunks = [b"a,b\n", *[b"x" * 500_000] * 40, b"\n1,2\n", b"y" * (MAX_LINE_BYTES + 1)]
    assert list(numbered_records(chunks)) == [
        (1, ["a", "b"]),
        (2, None),
        (3, ["1", "2"]),
        (4, None),
    ]


def test_alternatives_of_one_consent_stand_side_by_side() -> None:
    assert judge_together(staged(ROW, ROW._replace(alternative=2))) == []


def test_a_repeated_row_alone_is_refused() -> None:
    rows = staged(ROW, ROW)
    faults = judge_together(rows)
    assert found(faults) == [(3, "E-ID-02")]
    assert whole_after(rows, faults)


def test_contradicting_rows_are_both_refused() -> None:
    rows = staged(ROW, ROW._replace(alternative_text="[2]"))
    faults = judge_together(rows)
    assert sorted(found(faults)) == [(2, "E-ID-02"), (3, "E-ID-02")]
    assert not whole_after(rows, faults)


@pytest.mark.parametrize(
    "other",
    [
        ROW._replace(alternative=2, local_id="M"),
        ROW._replace(alternative=2, kind=Kind.WITHDRAWN),
        ROW._replace(alternative=2, form_version="2"),
        ROW._replace(alternative=2, effective_to=NOON),
    ],
)
def test_rows_that_differ_in_more_than_the_alternative_are_refused(other: Row) -> None:
    rows = staged(ROW, other)
    faults = judge_together(rows)
    assert found(faults) == [(3, "E-STATE-03")]
    assert not whole_after(rows, faults)


def test_an_import_that_waits_is_staged_to_the_outside() -> None:
    assert {state.wire for state in ImportState} == {
        "staged",
        "applying",
        "finished",
        "refused",
        "failed",
        "cancelled",
    }
