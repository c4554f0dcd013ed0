# SPDX-License-Identifier: Apache-2.0
"""The log's report on one person's data as JSON, for the API and for her own file."""

from collections.abc import Iterable, Mapping
from typing import Any

from consent_registry.domain.uses import UseReport
from consent_registry.usecases.despite import DespiteOptOut
from shared.clock import to_rfc3339
from shared.ids import DatasetId


def despite(found: Iterable[DespiteOptOut]) -> list[dict[str, Any]]:
    """Present the permits that hold her in spite of her opt-out."""
    return [
        {
            "permit_id": one.permit_id,
            "dataset": one.dataset,
            "title": one.title,
            "law": one.law,
            "justification": one.justification,
            "since": to_rfc3339(one.since),
            "left_at": to_rfc3339(one.left_at) if one.left_at else None,
        }
        for one in found
    ]


def use_report(report: UseReport, titles: Mapping[DatasetId, str]) -> dict[str, Any]:
    """Present every use, and what the report rests on."""
    return {
        "uses": [
            {
                "day": use.day.isoformat(),
                "dataset": use.dataset,
                "title": titles.get(use.dataset, ""),
                "kind": use.kind,
                "node": use.node,
                "decision": use.decision,
                "purposes": list(use.purposes),
                "times": use.count,
            }
            for use in report.uses
        ],
        "log_size": report.size,
        "log_checked": report.checked,
        "log_differed": report.differed,
        "log_unresolved": report.unresolved,
        "not_reporting": [
            {
                "node": one.node,
                "missing_reports": one.places,
                "silent": one.silent,
                "silent_since": None if one.silent_since is None else to_rfc3339(one.silent_since),
            }
            for one in report.not_reporting
        ],
    }
