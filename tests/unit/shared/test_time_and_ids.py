# SPDX-License-Identifier: Apache-2.0
"""Times in one spelling, identifiers of one shape."""

import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.clock import SystemClock, from_rfc3339, to_rfc3339
from shared.errors import Forbidden
from shared.ids import Uuid7Source, parse_dataset_id, uuid7
from shared.principal import Principal


def test_times_are_written_in_utc_with_six_digits() -> None:
    east = timezone(timedelta(hours=2))
    assert to_rfc3339(datetime(2026, 1, 2, 3, 4, 5, tzinfo=east)) == "2026-01-02T01:04:05.000000Z"


def test_a_naive_time_is_not_written() -> None:
    with pytest.raises(ValueError, match="zone"):
        to_rfc3339(datetime(2026, 1, 2))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("2026-01-02T03:04:05Z", 0),
        ("2026-01-02T03:04:05.1Z", 100_000),
        ("2026-01-02T03:04:05.000001+00:00", 1),
    ],
)
def test_times_in_utc_are_read(text: str, microseconds: int) -> None:
    assert from_rfc3339(text) == datetime(2026, 1, 2, 3, 4, 5, microseconds, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-01-02T03:04:05+01:00",
        "2026-01-02T03:04:05-00:00",
        "2026-01-02 03:04:05Z",
        "2026-01-02T03:04:05.1234567Z",
        "2026-02-30T03:04:05Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:04:05Z\n",
        "20260102T030405Z",
        "\u0662026-01-02T03:04:05Z",
    ],
)
def test_other_texts_are_no_times(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_rfc3339(text)


def test_the_system_clock_is_aware_and_moves_forward() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic() <= clock.monotonic()


def test_uuid7_has_the_shape_of_rfc_9562() -> None:
    # RFC 9562 appendix A.6: unix_ts_ms 0x017F22E279B0, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F
    made = uuid7(0x017F22E279B0, bytes.fromhex("0cc318c4dc0c0c07398f"))
    assert made == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    for chance in (bytes(10), b"\xff" * 10, bytes.fromhex("0123456789abcdef0123")):
        read = uuid.UUID(uuid7(0x017F22E279B0, chance))
        assert (read.version, read.variant) == (7, uuid.RFC_4122)
        assert read.int >> 80 == 0x017F22E279B0


def test_uuid7_of_later_milliseconds_sort_later() -> None:
    assert uuid7(1, b"\xff" * 10) < uuid7(2, bytes(10))


@pytest.mark.parametrize(("ms", "chance"), [(-1, bytes(10)), (1 << 48, bytes(10)), (0, bytes(9))])
def test_what_does_not_fit_a_uuid7_is_refused(ms: int, chance: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        uuid7(ms, chance)


def test_the_source_never_gives_an_id_twice() -> None:
    source = Uuid7Source()
    given = {source.new() for _ in range(1_000)}
    assert len(given) == 1_000
    assert all(uuid.UUID(text).version == 7 for text in given)


@pytest.mark.parametrize("text", ["GDI-FI-DATASET-1", "GOE-ZZ-DATASET-0012", "GDI-ZZ-PERSON-1"])
def test_dataset_identifiers_are_read(text: str) -> None:
    assert parse_dataset_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GDI-fi-DATASET-1",
        "GDI-FI-DATASET-",
        "GDI-FI-DATASET-1\n",
        "GDI-FI-DATASET-1/../2",
        "EGA-FI-DATASET-1",
        "GDI-FI-DATASET-\u0661",
        "GDI-FI-DATASET-" + "1" * 60,
    ],
)
def test_other_texts_are_no_dataset_identifiers(text: str) -> None:
    with pytest.raises(ValueError, match="not a dataset identifier"):
        parse_dataset_id(text)


def test_a_principal_without_the_scope_is_refused_by_name() -> None:
    caller = Principal("https://login.example", "s", "c", frozenset({"feed.read"}), False)
    caller.require("feed.read")
    with pytest.raises(Forbidden) as refused:
        caller.require("consents.write")
    assert refused.value.context == {"scope": "consents.write"}
