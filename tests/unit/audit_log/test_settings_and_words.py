# SPDX-License-Identifier: Apache-2.0
"""Settings equal their example, every code has its row, every entry type its words."""

import inspect
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit_log.domain import errors
from audit_log.domain.batch import Term, TermKind, term
from audit_log.domain.retention import Retention, month_of, retention_of, year_of
from audit_log.domain.words import TYPE_WORDS, type_in_words
from audit_log.settings import AdminSettings, AuditSettings
from shared.errors import AppError
from shared.events import ENTRY_TYPES
from shared.problems import PROBLEMS
from shared.settings import SettingsError, env_example, load

ROOT = Path(__file__).resolve().parents[3]


def test_the_example_environment_is_that_of_the_settings() -> None:
    example = ROOT / "services" / "audit_log" / "env.example"
    assert example.read_text(encoding="utf-8") == env_example(AuditSettings)


def test_every_error_has_its_row_in_the_table() -> None:
    codes = {
        one.code
        for _, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, AppError) and one.__module__ == errors.__name__
    }
    assert codes <= PROBLEMS.keys()


def test_every_entry_type_has_words_and_an_unknown_one_its_name() -> None:
    assert TYPE_WORDS.keys() == ENTRY_TYPES
    assert type_in_words("placet.new.thing.v2") == "placet.new.thing.v2"


def test_an_origin_is_a_key_name() -> None:
    with pytest.raises(SettingsError) as refused:
        load(AuditSettings, {"PLACET_LOG_ORIGIN": "a+b"})
    faults = [fault for fault in refused.value.faults if "PLACET_LOG_ORIGIN" in fault]
    assert faults == ["PLACET_LOG_ORIGIN: must hold neither spaces nor plus signs"]


def test_the_commands_need_only_database_and_keys() -> None:
    settings = load(
        AdminSettings,
        {
            "PLACET_NODE": "FI",
            "PLACET_DATABASE_URL": "postgresql://audit_log@db/audit_log",
            "PLACET_KEYS_DIR": "/keys",
        },
    )
    assert settings.log_origin == "placet.example/fi/log"
    assert settings.src == "fi/audit_log/1"
    assert settings.head_file == Path("/keys/head.note")


@pytest.mark.parametrize(
    ("entry_type", "retention"),
    [
        ("placet.access.read.v1", Retention.ACCESS),
        ("placet.consent.given.v1", Retention.GOVERNANCE),
        ("placet.audit.search.v1", Retention.OVERSIGHT),
        ("placet.sys.heartbeat.v1", Retention.SYSTEM),
        ("placet.unheard.of.v1", Retention.GOVERNANCE),
    ],
)
def test_each_type_has_a_retention_class(entry_type: str, retention: Retention) -> None:
    assert retention_of(entry_type) is retention


def test_months_are_numbered() -> None:
    assert month_of(datetime(2026, 11, 1, tzinfo=UTC)) == 2026 * 12 + 10
    assert year_of(month_of(datetime(2026, 1, 1, tzinfo=UTC))) == 2026
    assert year_of(month_of(datetime(2026, 12, 31, tzinfo=UTC))) == 2026


def test_a_text_too_long_for_an_index_is_stored_as_its_hash() -> None:
    assert term(TermKind.DATASET, "short") == Term(TermKind.DATASET, "short")
    long = term(TermKind.DATASET, "x" * 4_096)
    assert long.value.startswith("sha256:")
    assert len(long.value) < 200
