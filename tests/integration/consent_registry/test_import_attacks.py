# SPDX-License-Identifier: Apache-2.0
"""CSV that means harm, or that some program made: the worker ends, and the good rows are there."""

from collections.abc import Callable

import pytest

from consent_registry.domain.batches import ImportState, Mode
from consent_registry.domain.history import State
from consent_registry.domain.rows import MAX_FAULTS
from consent_registry.usecases.imports import Report, receive_import
from consent_registry.usecases.reading import consents_of
from tests.support.registry_world import DESK, RegistryWorld, csv_of, people

GOOD = csv_of(people(2)).encode()
HEADER, FIRST, SECOND = GOOD.splitlines(keepends=True)
Codes = list[tuple[int, str]]


def take(world: RegistryWorld, content: bytes, mode: Mode = Mode.VALID_ROWS_ONLY) -> Report:
    batch = receive_import(
        [content], mode=mode, dry_run=False, source="test", tools=world.tools, principal=DESK
    )
    world.work()
    return world.report(batch.import_id)


def codes(report: Report) -> Codes:
    return [(at.line, at.fault.what.code) for at in report.faults]


def cell(column: str, value: str, number: int = 7) -> bytes:
    """Write one row with one cell of it as it is, quotes and all."""
    row = {**people(number + 1)[number], column: "@"}
    line = csv_of([row]).splitlines()[1]
    return line.replace('"@"', value).encode() + b"\n"


def names(world: RegistryWorld) -> list[object]:
    return world.column("SELECT pseudonym FROM participant ORDER BY pseudonym")


@pytest.mark.parametrize(
    "content",
    [
        GOOD.decode().encode("utf-16"),
        GOOD.decode().encode("utf-16-le"),
        GOOD.replace(b",", b";"),
        GOOD.replace(b",", b"\t"),
        b"sep=,\n" + GOOD,
        b"\x1f\x8b\x08\x00" + GOOD,
        b"PK\x03\x04" + GOOD,
        b'{"resourceType": "Consent"}',
        GOOD.replace(b"\n", b"\r"),
        HEADER.rstrip() + b',"dataset"\n' + FIRST.rstrip() + b',"D"\n',
        HEADER.rstrip() + b',""\n' + FIRST.rstrip() + b',""\n',
        HEADER.replace(b"state", b"State") + FIRST,
        HEADER.replace(b"participant", b"participant\x00") + FIRST,
        b"\xef\xbb\xbf\xef\xbb\xbf" + b"\n" * 3,
        b"x" * 3_000_000,
        b'"' * 200_001,
    ],
    ids=range(16),
)
def test_what_is_no_consent_csv_is_refused_as_a_whole(world: RegistryWorld, content: bytes) -> None:
    report = take(world, content)
    assert (report.batch.state, codes(report)) == (ImportState.FAILED, [(1, "E-CSV-03")])
    assert names(world) == []


@pytest.mark.parametrize(
    "write",
    [
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.replace(b"\n", b"\r\n", 1),
        lambda text: text.replace(b"\n", b"\n\n\r\n"),
        lambda text: text.rstrip(b"\n"),
        lambda text: text.replace(b'"', b""),
        lambda text: text.replace(b'"HMB"', b'"  HMB "'),
        lambda text: text.replace(b'"HMB"', b'"HMB\n"'),
    ],
    ids=range(8),
)
def test_what_programs_write_around_the_rows_changes_nothing(
    world: RegistryWorld, write: Callable[[bytes], bytes]
) -> None:
    report = take(world, write(GOOD), Mode.ALL_OR_NOTHING)
    assert (report.batch.state, codes(report), report.batch.applied) == (
        ImportState.FINISHED,
        [],
        2,
    )
    assert names(world) == ["P-000000", "P-000001"]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"\xff\xfe,x\n", "E-CSV-02"),
        (FIRST.replace(b"HMB", b"HM\xe4"), "E-CSV-02"),
        (cell("form_version", '"never closed'), "E-CSV-02"),
        (cell("form_version", '"a"b"'), "E-CSV-02"),
        (cell("form_version", '"' + "x" * 140_000 + '"'), "E-CSV-02"),
        (cell("form_version", '"a\x00b"'), "E-FORM-01"),
        (cell("form_version", '"a\nb"'), "E-FORM-01"),
        (cell("participant", '"P-7\x00"'), "E-ID-04"),
        (cell("participant", '"\ufeffP-7"'), "E-ID-04"),
        (cell("participant", '"P-\u202e7"'), "E-ID-04"),
        (cell("participant", '"=cmd|calc"'), "E-ID-04"),
        (cell("local_id", '"' + "S" * 129 + '"'), "E-ID-04"),
        (cell("modifiers", '"RS=a\x00b"'), "E-DUO-07"),
        (cell("modifiers", '"RS=' + "x" * 201 + '"'), "E-DUO-07"),
        (cell("modifiers", '"US=' + ",".join(map(str, range(65))) + '"'), "E-DUO-07"),
        (cell("signed_on", '"15,01.2025"'), "E-DATE-01"),
        (cell("signed_on", '"15.01.2025"'), "E-DATE-01"),
        (cell("signed_on", '"2025-1-5"'), "E-DATE-01"),
        (cell("signed_on", '"20250115"'), "E-DATE-01"),
        (cell("signed_on", '"45672"'), "E-DATE-01"),
        (cell("signed_on", '"2025-01-15 00:00"'), "E-DATE-01"),
        (cell("signed_on", '"2023-02-29"'), "E-DATE-01"),
        (cell("signed_on", '"\u0662\u0660\u0662\u0665-01-15"'), "E-DATE-01"),
        (cell("signed_on", '"0000-01-01"'), "E-DATE-01"),
        (cell("effective_to", '"0001-01-01"'), "E-DATE-02"),
        (cell("state", '"Withdrawn"'), "E-STATE-01"),
        (cell("alternative", '"1.0"'), "E-DUO-09"),
        (cell("alternative", '"\uff11"'), "E-DUO-09"),
        (b",,,,,,,,,,,\n", "E-ID-04"),
        (b"x\n", "E-CSV-01"),
    ],
    ids=range(30),
)
def test_a_bad_row_is_named_by_its_line_and_takes_no_other_along(
    world: RegistryWorld, bad: bytes, code: str
) -> None:
    report = take(world, HEADER + FIRST + bad + SECOND)
    assert report.batch.state is ImportState.FINISHED
    assert (3, code) in codes(report)
    assert names(world) == ["P-000000", "P-000001"]
    assert report.batch.applied == 2
    refused = take(world, HEADER + SECOND + bad + FIRST, Mode.ALL_OR_NOTHING)
    assert (refused.batch.state, refused.batch.applied) == (ImportState.REFUSED, 0)


def test_dates_at_the_ends_of_the_calendar_are_dates(world: RegistryWorld) -> None:
    rows = [
        {"signed_on": "0001-01-01", "effective_to": "9999-12-31"},
        {**people(1)[0], "signed_on": "1582-10-10", "effective_from": "1582-10-15"},
        {**people(2)[1], "signed_on": "1970-01-01T00:00:00Z", "effective_to": "2038-01-19"},
    ]
    assert world.load(*rows).faults == []
    found = consents_of("P-1", None, None, tools=world.tools, principal=DESK).choices[0]
    assert found.standing.state is State.GIVEN


def test_a_withdrawal_behind_an_open_quote_is_heard(world: RegistryWorld) -> None:
    take(world, GOOD)
    stop = csv_of([{**people(2)[1], "state": "withdrawn", "signed_on": ""}]).splitlines()[1]
    report = take(world, HEADER + cell("form_version", '"open') + stop.encode() + b"\n")
    assert codes(report) == [(2, "E-CSV-02")]
    (choice,) = consents_of("P-000001", None, None, tools=world.tools, principal=DESK).choices
    assert choice.standing.state is State.WITHDRAWN


def test_a_cell_of_thousands_of_faults_names_a_few(world: RegistryWorld) -> None:
    bad = cell("modifiers", '"' + ";".join(["NPU=1"] * 15_000) + '"')
    report = take(world, HEADER + bad + FIRST)
    assert len(report.faults) == MAX_FAULTS
    assert {code for _, code in codes(report)} == {"E-DUO-04"}
    assert (report.batch.bad, report.batch.applied) == (1, 1)


@pytest.mark.parametrize(
    ("term", "hint"), [("MONDO:0002054", "use MONDO:"), ("MONDO:9999999", "MONDO release")]
)
def test_an_illness_that_is_none_any_more_says_what_to_write(
    world: RegistryWorld, term: str, hint: str
) -> None:
    report = world.load({"permission": "DS", "diseases": f"MONDO:0004992;{term}"})
    (at,) = report.faults
    assert at.fault.what.code in {"E-MONDO-01", "E-MONDO-02"}
    assert at.fault.hint.startswith(hint)


def test_one_person_who_says_two_things_at_once_says_neither(world: RegistryWorld) -> None:
    for other, expected in (
        ({"permission": "GRU"}, [(2, "E-ID-02"), (3, "E-ID-02")]),
        ({"alternative": "2", "state": "withdrawn"}, [(2, "E-STATE-04"), (3, "E-STATE-03")]),
        ({"alternative": "2", "local_id": "S-9"}, [(2, "E-STATE-04"), (3, "E-STATE-03")]),
    ):
        report = world.load({}, other, *people(1))
        assert codes(report) == expected
        assert "P-1" not in names(world)


def test_the_same_person_under_another_datasets_name_is_told_apart(world: RegistryWorld) -> None:
    report = world.load({}, {"participant": "P-2"}, {"participant": "p-1", "local_id": "S-1"})
    assert codes(report) == [(2, "E-ID-03"), (3, "E-ID-03"), (4, "E-ID-03")]
    assert names(world) == []
