# SPDX-License-Identifier: Apache-2.0
"""Rows of the consent CSV: each fault with its column and code, and nothing of the row in it."""

from datetime import UTC, datetime, timedelta

import pytest

from consent_registry.domain.history import Kind
from consent_registry.domain.row_codes import BY_CODE, Fault, RowCode
from consent_registry.domain.rows import COLUMNS, Row, check_header
from tests.fakes.consent_factories import NOON
from tests.fakes.csv_rows import GOOD, good, read, reader


def faults(**changes: str) -> list[tuple[str, str]]:
    found = read(**changes)
    assert not isinstance(found, Row)
    return [(fault.column, fault.what.code) for fault in found]


def test_a_good_row_is_canonical() -> None:
    row = good()
    assert row.alternative_text == (
        '[{"diseases":[],"modifiers":[{"code":"DUO:0000022","values":["FI","SE"]},'
        '{"code":"DUO:0000045","values":[]}],"permission":"DUO:0000006"}]'
    )
    signed = datetime(2025, 1, 15, tzinfo=UTC)
    assert (row.expressed_at, row.effective_from) == (signed, signed)
    assert row.effective_to == datetime(2030, 1, 15, tzinfo=UTC)
    assert good(modifiers="GS=SE|FI ; DUO:0000045").alternative_text == row.alternative_text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"participant": "Anna Virtanen"}, ("participant", "E-ID-04")),
        ({"participant": ""}, ("participant", "E-ID-04")),
        ({"local_id": "../x"}, ("local_id", "E-ID-04")),
        ({"dataset": "GDI-ZZ-DATASET-2"}, ("dataset", "E-SET-01")),
        ({"alternative": "0"}, ("alternative", "E-DUO-09")),
        ({"alternative": "21"}, ("alternative", "E-DUO-09")),
        ({"alternative": "²"}, ("alternative", "E-DUO-09")),
        ({"permission": "XYZ"}, ("permission", "E-DUO-01")),
        ({"permission": "GRU-CC"}, ("permission", "E-DUO-02")),
        ({"permission": ""}, ("permission", "E-DUO-06")),
        ({"modifiers": "GS"}, ("modifiers", "E-DUO-03")),
        ({"modifiers": "NPU=1"}, ("modifiers", "E-DUO-04")),
        ({"modifiers": "GRU"}, ("modifiers", "E-DUO-05")),
        ({"modifiers": "GS=UK"}, ("modifiers", "E-GS-02")),
        ({"permission": "DS", "diseases": "MONDO:9999999"}, ("diseases", "E-MONDO-01")),
        ({"permission": "DS", "diseases": "MONDO:0002054"}, ("diseases", "E-MONDO-02")),
        ({"permission": "DS"}, ("diseases", "E-DUO-03")),
        ({"state": "maybe"}, ("state", "E-STATE-01")),
        ({"signed_on": "15.1.2025"}, ("signed_on", "E-DATE-01")),
        ({"signed_on": "2025-02-30"}, ("signed_on", "E-DATE-01")),
        ({"effective_from": "2025-01-15T10:00:00+02:00"}, ("effective_from", "E-DATE-01")),
        ({"effective_to": "2025-01-15"}, ("effective_to", "E-DATE-02")),
        ({"signed_on": ""}, ("signed_on", "E-EVID-01")),
        ({"signed_on": "2026-07-01"}, ("signed_on", "E-TIME-01")),
        ({"form_version": "x" * 65}, ("form_version", "E-FORM-01")),
        (
            {"state": "withdrawn", "effective_from": "2028-01-01", "effective_to": ""},
            ("effective_from", "E-TIME-02"),
        ),
    ],
)
def test_each_fault_names_its_column_and_code(
    changes: dict[str, str], expected: tuple[str, str]
) -> None:
    assert faults(**changes) == [expected]


def test_every_fault_of_a_row_is_named() -> None:
    found = faults(participant="a b", permission="?", state="?", signed_on="?")
    assert [code for _, code in found] == ["E-ID-04", "E-STATE-01", "E-DUO-01", "E-DATE-01"]


def test_a_fault_never_repeats_what_stood_in_the_row() -> None:
    found = read(**dict.fromkeys(COLUMNS, "MARKER VALUE"))
    assert not isinstance(found, Row)
    assert all("MARKER" not in fault.hint for fault in found)


def test_a_no_needs_no_permission_and_no_date() -> None:
    empty = dict.fromkeys(
        ("alternative", "permission", "modifiers", "signed_on", "effective_to"), ""
    )
    row = good(state="withdrawn", **empty)
    assert (row.kind, row.alternative, row.alternative_text) == (Kind.WITHDRAWN, 1, "")
    assert (row.expressed_at, row.effective_from) == (NOON, NOON)
    ahead = good(state="refused", effective_from="2026-12-01", **empty)
    assert ahead.expressed_at == NOON
    assert ahead.effective_from == datetime(2026, 12, 1, tzinfo=UTC)
    # What it says about permissions must still be readable.
    assert faults(state="withdrawn", permission="XYZ") == [("permission", "E-DUO-01")]


def test_dates_far_from_today_are_dates() -> None:
    row = good(signed_on="1931-02-28", effective_to="2061-03-01", modifiers="")
    assert row.expressed_at.year == 1931
    assert good(signed_on="1969-12-31", modifiers="").expressed_at < datetime(
        1970, 1, 1, tzinfo=UTC
    )
    assert good(effective_to="2099-12-31").effective_to is not None
    tomorrow = (NOON + timedelta(days=1)).date().isoformat()
    assert good(signed_on=tomorrow).expressed_at > NOON


def test_columns_may_stand_in_any_order_but_all_must_stand() -> None:
    turned = tuple(reversed(COLUMNS))
    assert check_header(turned) == turned
    assert check_header(("\ufeffparticipant", *COLUMNS[1:])) == COLUMNS
    assert check_header(COLUMNS[:-1]) is None
    assert check_header((*COLUMNS, "extra")) is None
    row = reader(turned).read([GOOD[name] for name in turned])
    assert row == good()
    short = reader().read(["x"])
    assert short == (Fault("", RowCode.COLUMN_COUNT),)


def test_codes_are_unique_and_messages_say_something() -> None:
    assert len(BY_CODE) == len(RowCode)
    assert all(member.message and member.api_code.islower() for member in RowCode)


@pytest.mark.parametrize("modifiers", ["NPU", " npu ", "GS=FI;NPU"])
def test_a_shorthand_that_an_old_paper_reads_otherwise_is_asked_for(modifiers: str) -> None:
    """Until 2021-02-23 NPU was DUO:0000018, which forbids commercial use besides."""
    assert faults(signed_on="2021-02-22", modifiers=modifiers) == [("modifiers", "E-DUO-10")]
    assert good(signed_on="2021-02-23", modifiers=modifiers)
    for written in ("DUO:0000018", "DUO:0000045", "NPUNCU", "NCU", ""):
        assert good(signed_on="2015-01-31", modifiers=written)
    no = good(signed_on="2015-01-31", modifiers=modifiers, state="withdrawn", effective_to="")
    assert no.kind is Kind.WITHDRAWN  # a no is taken whatever it says beside
