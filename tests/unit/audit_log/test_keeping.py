# SPDX-License-Identifier: Apache-2.0
"""Terms with floors and ceilings, and by when the last copy of erased data is gone."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_log.adapters.retention_file import read_retention
from audit_log.domain.copies import (
    NEVER,
    UNREAD,
    Copies,
    CopyTerms,
    TopicCopy,
    completeness,
    lifetime,
)
from audit_log.domain.retention import (
    BOUNDS,
    Retention,
    RetentionPolicy,
    has_passed,
    month_of,
    policy_from,
)
from shared.settings import SettingsError

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TERMS = CopyTerms(quarantine=timedelta(days=30), backups=timedelta(days=14))


def test_every_fault_of_a_policy_is_named_and_a_wrong_one_refuses_to_start(tmp_path: Path) -> None:
    path = tmp_path / "retention.json"
    given = {
        "access": 11,
        "governance": 361,
        "system": "13",
        "oversight": True,
        "placet.access.read.v1": 121,
        "nonsense": 13,
    }
    path.write_text(json.dumps(given), encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        read_retention(path)
    said = str(refused.value)
    assert all(f"PLACET_RETENTION_FILE: {name}: " in said for name in given)
    assert "access: whole months from 12 to 120" in said
    for text in ("{", "[]", '{"access": 13, "access": 14}'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SettingsError):
            read_retention(path)
    with pytest.raises(SettingsError):
        read_retention(tmp_path / "absent")


def test_a_type_may_have_a_term_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "retention.json"
    path.write_text('{"access": 20, "placet.access.query.v1": 15}', encoding="utf-8")
    policy = read_retention(path)
    assert policy.of_type("placet.access.query.v1") == 15
    assert policy.of_type("placet.access.read.v1") == 20
    assert policy.least(Retention.ACCESS) == 15
    assert policy.least(Retention.SYSTEM) == BOUNDS[Retention.SYSTEM].usual
    assert policy.digest() != RetentionPolicy().digest()
    assert read_retention(None) == RetentionPolicy()


@settings(max_examples=100)
@given(kept=st.sampled_from(list(BOUNDS)), months=st.integers(-5, 400))
def test_only_what_lies_within_its_bounds_is_taken(kept: Retention, months: int) -> None:
    bounds = BOUNDS[kept]
    _, faults = policy_from({kept.name.lower(): months})
    assert (faults == []) == (bounds.floor <= months <= bounds.ceiling)


@settings(max_examples=100)
@given(
    sequenced=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    months=st.integers(1, 400),
    days=st.integers(0, 15_000),
)
def test_nothing_goes_before_its_whole_term(sequenced: datetime, months: int, days: int) -> None:
    at = sequenced.replace(tzinfo=UTC)
    now = at + timedelta(days=days)
    if has_passed(month_of(at), months, now):
        assert days >= 28 * months


TOPIC = {
    "cleanup.policy": "delete",
    "retention.ms": "604800000",
    "segment.ms": "86400000",
    "file.delete.delay.ms": "60000",
    "message.timestamp.type": "LogAppendTime",
}
BROKER = {"log.retention.check.interval.ms": "300000"}


def test_a_record_lives_for_segment_term_check_and_delay() -> None:
    assert lifetime(TOPIC, BROKER) == timedelta(days=8, minutes=6)


@pytest.mark.parametrize(
    "change",
    [
        {"retention.ms": "-1"},
        {"cleanup.policy": "compact"},
        {"retention.ms": str((1 << 63) - 1)},
    ],
)
def test_a_topic_may_keep_for_ever(change: dict[str, str]) -> None:
    assert lifetime({**TOPIC, **change}, BROKER) is None


def test_where_producers_stamp_the_time_it_may_lie_ahead() -> None:
    stamped = {**TOPIC, "message.timestamp.type": "CreateTime"}
    ahead = {**stamped, "message.timestamp.after.max.ms": "7200000"}
    assert lifetime(stamped, BROKER) == timedelta(days=8, hours=1, minutes=6)
    assert lifetime(ahead, BROKER) == timedelta(days=8, hours=2, minutes=6)


def copy(days: int | None) -> TopicCopy:
    return TopicCopy(topic="t", lives=None if days is None else timedelta(days=days), read_at=NOON)


def test_the_last_copy_decides() -> None:
    found = completeness(NOON, Copies(topics=[copy(8), copy(40)], unread=[]), TERMS)
    assert found.by == NOON + timedelta(days=40)
    assert found.parts == {
        "database": NOON,
        "quarantine": NOON + timedelta(days=30),
        "backups": NOON + timedelta(days=14),
        "kafka": NOON + timedelta(days=40),
    }
    assert completeness(NOON, Copies(topics=[], unread=[]), TERMS).by == NOON + timedelta(days=30)


def test_no_date_is_better_than_a_wrong_one() -> None:
    found = completeness(NOON, Copies(topics=[copy(8), copy(None)], unread=["u"]), TERMS)
    assert (found.by, found.open) == (None, (NEVER, UNREAD))
