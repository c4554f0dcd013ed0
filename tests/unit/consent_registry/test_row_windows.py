# SPDX-License-Identifier: Apache-2.0
"""The optional columns of the consent CSV: what they add to a row, and what refuses it."""

import json

import pytest

from consent_registry.domain.row_codes import Fault
from consent_registry.domain.rows import COLUMNS, WINDOW, Row, check_header
from tests.fakes.csv_rows import GOOD, good, read, reader


def with_window(first: str, last: str, **changes: str) -> Row | tuple[Fault, ...]:
    cells = {"data_first": first, "data_last": last, **changes}
    return read((*COLUMNS, *WINDOW), **cells)


@pytest.mark.parametrize(
    "ends", [("2020-01-01", "2020-12-31"), ("2020-01-01", ""), ("", "2020-12-31")]
)
def test_a_row_may_be_for_data_of_some_days(ends: tuple[str, str]) -> None:
    row = with_window(*ends)
    assert isinstance(row, Row)
    assert json.loads(row.alternative_text)[0]["data"] == list(ends)
    # What covers everything is written as it always was: the columns say nothing then.
    assert with_window("", "") == good()


def test_either_end_may_have_the_only_column() -> None:
    columns = ("data_last", *COLUMNS)
    assert check_header(columns) == columns
    assert read(columns, data_last="2020-12-31") == with_window("", "2020-12-31")


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("31.1.2020", "", [("data_first", "E-WIN-01")]),
        ("20200131", "2020-02-30", [("data_first", "E-WIN-01"), ("data_last", "E-WIN-01")]),
        ("", "2020-01-31T00:00:00Z", [("data_last", "E-WIN-01")]),
        ("2020-01-02", "2020-01-01", [("data_last", "E-DATE-02")]),
        ("2020-W05-5", "", [("data_first", "E-WIN-01")]),
        ("٢٠٢٠-01-01", "", [("data_first", "E-WIN-01")]),
    ],
)
def test_a_window_that_cannot_be_read_refuses_the_row_at_its_own_column(
    first: str, last: str, expected: list[tuple[str, str]]
) -> None:
    """Read without it, the row would cover data that the person never gave."""
    for changes in ({}, {"permission": "", "modifiers": "", "state": "withdrawn", "signed_on": ""}):
        found = with_window(first, last, **changes)
        assert not isinstance(found, Row)
        assert [(fault.column, fault.what.code) for fault in found] == expected


def test_a_row_may_be_for_some_kinds_of_data() -> None:
    columns = (*COLUMNS, "data_categories")
    assert check_header(columns) == columns
    row = read(columns, data_categories="images; genome")
    assert isinstance(row, Row)
    assert json.loads(row.alternative_text)[0]["data_categories"] == ["genome", "images"]
    # Without any it is for all of them, and written as it always was.
    assert read(columns, data_categories="") == good()


def test_a_kind_of_data_that_is_not_known_refuses_the_row() -> None:
    for changes in ({}, {"permission": "", "modifiers": "", "state": "withdrawn", "signed_on": ""}):
        found = read((*COLUMNS, "data_categories"), data_categories="genome;blood", **changes)
        assert not isinstance(found, Row)
        assert [(fault.column, fault.what.code) for fault in found] == [
            ("data_categories", "E-CAT-01")
        ]


def test_a_no_is_one_to_all_data_whichever_it_names() -> None:
    empty = {"permission": "", "modifiers": "", "signed_on": "", "effective_to": ""}
    row = with_window("2020-01-01", "2020-12-31", state="withdrawn", **empty)
    assert row == good(state="withdrawn", **empty)


def test_the_window_of_one_row_is_not_that_of_the_next() -> None:
    columns = (*COLUMNS, *WINDOW)
    judge = reader(columns)
    texts = []
    for first in ("2020-01-01", "", "2021-01-01", "2020-01-01"):
        row = judge.read([{**GOOD, "data_first": first, "data_last": ""}[n] for n in columns])
        assert isinstance(row, Row)
        texts.append(row.alternative_text)
    assert texts[0] == texts[3]
    assert len(set(texts)) == 3


def test_activities_stand_with_their_ends() -> None:
    said = "project:P-1; edic_secondary_use=2030-01-01"
    row = read((*COLUMNS, "activities"), activities=said)
    assert isinstance(row, Row)
    found = json.loads(row.alternative_text)[0]["activities"]
    assert found == ["edic_secondary_use=2030-01-01", "project:P-1"]
    for nothing in ("", " ; ", "edic_secondary_use"):
        assert read((*COLUMNS, "activities"), activities=nothing) == good()


def test_an_activity_that_cannot_be_read_refuses_a_yes_and_a_no() -> None:
    empty = {"permission": "", "modifiers": "", "signed_on": "", "effective_to": ""}
    for changes in ({}, {"state": "withdrawn", **empty}):
        for said, code in (("dancing", "E-SCOPE-01"), ("af_aggregate=1.1.2030", "E-SCOPE-02")):
            found = read((*COLUMNS, "activities"), activities=said, **changes)
            assert not isinstance(found, Row)
            assert [(one.column, one.what.code) for one in found] == [("activities", code)]


def test_an_optional_column_stands_once_or_not_at_all() -> None:
    assert check_header((*COLUMNS, "data_first", "data_first")) is None
    assert check_header((*COLUMNS, "data_from")) is None
    assert check_header((*COLUMNS[:-1], "data_first")) is None
