# SPDX-License-Identifier: Apache-2.0
"""Versions of a consent in one file: their order, their contradictions, and a no among them."""

import random
from datetime import UTC, datetime

from consent_registry.domain.batches import StagedRow
from consent_registry.domain.history import Kind
from consent_registry.domain.rows import Row
from consent_registry.domain.versions import (
    MAX_VERSIONS,
    after_a_no,
    in_order,
    judge_versions,
    unapproved_in,
)


def day(number: int) -> datetime:
    return datetime(2025, 1, number, tzinfo=UTC)


def version(line: int, kind: Kind, expressed: int, start: int = 0, text: str = "") -> StagedRow:
    row = Row(
        participant="P-1",
        dataset="GDI-ZZ-DATASET-1",
        local_id="S-1",
        alternative=1,
        alternative_text=text,
        kind=kind,
        expressed_at=day(expressed),
        effective_from=day(start or expressed),
        effective_to=None,
        form_version="",
    )
    return StagedRow(line, 1, row)


def codes(*rows: StagedRow) -> list[tuple[int, str, str]]:
    return sorted((at.line, at.fault.what.code, at.fault.hint) for at in judge_versions(rows))


def test_the_order_is_of_what_they_say_and_at_a_tie_the_no_is_last() -> None:
    ordered = [
        version(4, Kind.GIVEN, 1),
        version(3, Kind.WITHDRAWN, 1),
        version(6, Kind.GIVEN, 3),
        version(1, Kind.WITHDRAWN, 2, start=4),  # said before, but holds from then on
        version(2, Kind.REFUSED, 5),
        version(5, Kind.WITHDRAWN, 5),
    ]
    shuffler = random.Random(7)  # noqa: S311 - the same shuffles each time
    for _ in range(20):
        mixed = shuffler.sample(ordered, len(ordered))
        assert in_order(mixed) == ordered


def test_two_grants_of_one_moment_are_both_refused_and_name_each_other() -> None:
    first, second = version(2, Kind.GIVEN, 1, text="a"), version(3, Kind.GIVEN, 1, text="b")
    assert codes(first, second) == [
        (2, "E-ID-02", "see line 3"),
        (3, "E-ID-02", "see line 2"),
    ]
    assert codes(first, version(3, Kind.GIVEN, 1, start=2, text="a"))[0][0] == 2
    assert codes(first, version(3, Kind.GIVEN, 2, text="b")) == []
    assert codes(first, version(3, Kind.WITHDRAWN, 1)) == []


def test_a_repeated_version_is_itself_the_only_one_refused() -> None:
    one = version(2, Kind.GIVEN, 1)
    again, no = one._replace(line=5), version(3, Kind.WITHDRAWN, 2)
    assert codes(one, no, again, no._replace(line=6)) == [
        (5, "E-ID-02", "see line 2"),
        (6, "E-ID-02", "see line 3"),
    ]


def test_versions_have_one_local_id_and_are_not_without_number() -> None:
    one, two = version(2, Kind.GIVEN, 1), version(3, Kind.GIVEN, 2)
    other = two._replace(row=two.row._replace(local_id="S-2"))
    assert [code for _, code, _ in codes(one, other)] == ["E-ID-03", "E-ID-03"]
    many = [version(line, Kind.WITHDRAWN, 1) for line in range(MAX_VERSIONS + 1)]
    assert {code for _, code, _ in codes(*many)} == {"E-FHIR-15"}
    assert {code for _, code, _ in codes(*many[1:])} == {"E-ID-02"}


def test_what_follows_a_no_needs_an_approval_until_one_has_it() -> None:
    ordered = in_order(
        [
            version(1, Kind.GIVEN, 1),
            version(2, Kind.WITHDRAWN, 2),
            version(3, Kind.GIVEN, 3),
            version(4, Kind.GIVEN, 4),
            version(5, Kind.REFUSED, 5),
            version(6, Kind.GIVEN, 6),
        ]
    )
    assert after_a_no(ordered) == [3, 4, 6]
    assert unapproved_in(ordered, {3, 4, 6}) == [3, 4, 6]
    assert unapproved_in(ordered, {4, 6}) == [6]
    assert unapproved_in(ordered, {3, 6}) == [3, 6]
    assert unapproved_in(ordered, set()) == []
    assert after_a_no(ordered[:1]) == []
