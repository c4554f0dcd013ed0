# SPDX-License-Identifier: Apache-2.0
"""Every number on a page, in a metric or beside a log line is known here, and says what it counts.

`test_counts_of_people` does the same for answers and entries. A revision counts changes, each of
which may be of one person: two readings around her withdrawal differ by one. So none is shown to
anybody who does not enforce or check by it (ADR 0011, ADR 0034).
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("audit_log", "consent_registry", "permit_service", "shared")
METRICS = {
    "placet_decisions_total": "requests for files, by answer and reason; not by dataset or person",
    "placet_http_request_seconds": "a person's own requests are one series",
    "placet_http_requests_total": "a person's own requests are one series",
    "placet_log_signing": "whether",
    "placet_log_size": "entries",
    "placet_log_witness_lag_seconds": "time",
    "placet_log_witnessed_size": "entries",
    "placet_register_age_seconds": "time",
    "placet_spool_bytes": "size of a file",
    "placet_spool_entries": "entries",
    "placet_unacknowledged_seconds": "time; how many changes a node lacks is told nowhere",
    "placet_unreadable_consents": "damaged rows",
}
PASSED_ON = {"name"}
"""How `audit_log.adapters.gauges._gauge` hands on what its callers gave, who are read too."""
PAGES = {
    "audit_log": {
        *("many", "one.entries", "one.use.entries", "reach.actors", "reach.entries", "run.count"),
        *("run.gone", "run.new", "behind", "remark.count", "remark.still", "run.flaws", "run.size"),
        *("stated.count", "reach.first_at", "reach.last_at", "run.ran_at", "remark.first_at"),
        *("run.ended_at", "since"),
    },
    "consent_registry": {
        # Stand-ins, rounded; and the size of a dataset.
        *("count", "counts[name]", "found.figures.members"),
        # Lines of a file, for who handed it in.
        *("batch.applied", "batch.bad", "batch.repeated", "batch.rows", "done.checked"),
        *("done.committed", "done.staged", "number"),
        # Uses of her own data, and the log it was looked up in.
        *("checked", "one.places", "report.differed", "report.size", "report.unresolved"),
        *("use.count", "moment.astimezone(UTC)"),
    },
    "permit_service": {"view.counts.members"},
}
LOG_NUMBERS = {"errno", "milliseconds", "ms", "parts", "seq", "status"}
LOG_WORDS = {
    *("bind", "cause", "check", "code", "context", "datasets", "detail", "erasure", "erasure_id"),
    *("fault", "feed", "loop", "method", "registers", "route", "setting", "witness"),
}


def called(package: str, part: str = "") -> Iterator[tuple[str, ast.Call]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        if part in str(path.relative_to(ROOT)):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                    yield name, node


def test_every_metric_says_what_it_counts() -> None:
    kinds = {"CounterMetricFamily", "GaugeMetricFamily", "Histogram", "_gauge", "Gauge", "Counter"}
    seen = set()
    for package in PACKAGES:
        for name, node in called(package):
            first = node.args[0] if node.args else None
            if name not in kinds or first is None:
                continue
            if isinstance(first, ast.Constant):
                seen.add(first.value)
            elif name != "Counter":  # of the collections
                assert ast.unparse(first) in PASSED_ON
    assert seen == METRICS.keys()


@pytest.mark.parametrize("package", PAGES)
def test_every_number_on_a_page_says_what_it_counts(package: str) -> None:
    seen = {
        ast.unparse(node.args[0])
        for name, node in called(package, "/http/pages/")
        if name in {"format_decimal", "ngettext"}
    }
    for path in sorted((ROOT / package / "http" / "pages").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
                seen.add(ast.unparse(node.value))
    assert seen == PAGES[package]


@pytest.mark.parametrize("package", PAGES)
def test_no_page_that_counts_people_shows_a_revision(package: str) -> None:
    """Her own receipt names the revision of her own change."""
    for path in sorted((ROOT / package).rglob("*.html")):
        if path.name != "receipt.html":
            assert "revision" not in path.read_text(encoding="utf-8"), path


def test_every_log_line_says_only_what_is_known_here() -> None:
    levels = {"debug", "info", "warning", "error", "exception", "critical"}
    seen: set[str] = set()
    for package in PACKAGES:
        for name, node in called(package):
            for word in node.keywords if name in levels else ():
                if word.arg == "extra" and isinstance(word.value, ast.Dict):
                    keys = [key for key in word.value.keys if isinstance(key, ast.Constant)]
                    seen |= {str(key.value) for key in keys}
    assert seen == LOG_NUMBERS | LOG_WORDS
