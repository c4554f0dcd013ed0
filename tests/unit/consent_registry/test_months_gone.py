# SPDX-License-Identifier: Apache-2.0
"""A report on the uses of somebody's data says which months it does not cover any more."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from consent_registry.adapters.who_used import HttpWhoUsed
from consent_registry.domain.containing import CohortAnswer, CohortQuestion
from consent_registry.domain.errors import WhoUsedUnavailable
from consent_registry.domain.uses import UseReport
from consent_registry.http.pages.saying import Speaker
from consent_registry.http.pages.using import uses_view
from consent_registry.http.uses_present import use_report
from consent_registry.usecases.who_used import Uses
from shared.ids import DatasetId, parse_dataset_id
from tests.fakes.consent_factories import extract
from tests.support.scripted_server import Scripted, scripted_server

DATASET = parse_dataset_id("GDI-ZZ-DATASET-1")
GONE = {"class": "access", "first": 0, "last": 9, "held": 0}


def of_nobody(
    dataset: DatasetId, ordinal: int, cohorts: Sequence[CohortQuestion]
) -> list[CohortAnswer]:
    return []


def asked(script: Scripted, *dropped: dict[str, Any]) -> UseReport:
    """Let a log answer which cohorts are named, and then what was done."""
    named = {"datasets": [{"dataset": DATASET, "cohorts": []}], "as_of": 12}
    report = {
        "uses": [],
        "as_of": {"size": 12},
        "integrity": None,
        "missing": [],
        "cohorts_unresolved": 0,
        "dropped": list(dropped),
    }
    answers = iter([named, report])
    script.pieces = lambda: iter([json.dumps(next(answers)).encode()])
    return HttpWhoUsed(script.url, lambda: "token").who_used([(DATASET, 7)], of_nobody)


def told(report: UseReport) -> str:
    found = Uses(pseudonym="p", titles={}, projects=(), report=report)
    return uses_view(found, Speaker(extract())).rests_on


def test_the_months_that_are_listed_no_more_are_told() -> None:
    with scripted_server() as script:
        gone = asked(
            script,
            {**GONE, "month": "2026-01", "rows": 4},
            {**GONE, "month": "2025-12", "rows": 2},
            {**GONE, "month": "2026-02", "rows": 0},
        )
        all_there = asked(script)
    assert gone.dropped == ("2025-12", "2026-01")
    assert use_report(gone, {})["log_dropped"] == ["2025-12", "2026-01"]
    assert "before 1 February 2026 is kept no more" in told(gone)
    assert all_there.dropped == ()
    assert "kept no more" not in told(all_there)


def test_an_answer_without_them_is_none() -> None:
    with scripted_server() as script, pytest.raises(WhoUsedUnavailable):
        asked(script, {**GONE, "rows": 1})
