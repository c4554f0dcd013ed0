# SPDX-License-Identifier: Apache-2.0
"""What COPY reads: a value that ends its own cell would put one person's data under another's."""

from datetime import UTC, datetime

import pytest

from consent_registry.adapters.copy_text import copy_text

AT = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)


def test_a_column_of_one_type_and_a_mixed_one_are_written_alike() -> None:
    rows = [("a", 1, None, True, b"\x00\xff", AT), ("b", None, "c", False, None, None)]
    first = "a\t1\t\\N\tt\t\\\\x00ff\t2026-01-02T03:04:05.000006+00:00\n"
    assert copy_text(rows) == first + "b\t\\N\tc\tf\t\\N\t\\N\n"
    assert copy_text(rows[:1]) == first
    assert copy_text([]) == ""


def test_a_value_cannot_end_its_cell_its_row_or_be_taken_for_none() -> None:
    assert copy_text([("a\tb",), ("c\nd",), ("e\r",), ("\\N",), ("\\.",)]) == (
        "a\\tb\nc\\nd\ne\\r\n\\\\N\n\\\\.\n"
    )


def test_an_array_of_texts_is_one_value_whatever_stands_in_them() -> None:
    assert copy_text([(["genome", "ehr"],), (None,)]) == '{"genome","ehr"}\n\\N\n'
    assert copy_text([(['a"b', "c,d}", "NULL", "\\\t"],)]) == (
        '{"a\\\\"b","c,d}","NULL","\\\\\\\\\\t"}\n'
    )


def test_what_nothing_writes_is_refused_and_so_are_rows_of_other_widths() -> None:
    with pytest.raises(TypeError, match="float"):
        copy_text([(1.5,)])
    with pytest.raises(ValueError, match="shorter"):
        copy_text([(1, 2), (3,)])
