# SPDX-License-Identifier: Apache-2.0
"""Permits for a person's data and the log's report on it as JSON, for API and her own file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from consent_registry.domain.projects import ProjectOf
from consent_registry.domain.register import Project
from consent_registry.domain.uses import UseReport
from consent_registry.usecases.despite import DespiteOptOut
from shared.clock import to_rfc3339
from shared.ids import DatasetId


def permits_of(found: Sequence[ProjectOf]) -> list[dict[str, Any]]:
    """Present the permits for somebody's datasets, and why she is not in some."""
    return [
        {
            "dataset": one.dataset,
            "permit_id": one.permit_id,
            "project": project(one.project),
            "purpose": one.purpose.to_json(),
            "begun_at": to_rfc3339(one.begun_at),
            "within": one.within,
            "left_at": None if one.left_at is None else to_rfc3339(one.left_at),
            "why": None if one.why is None else one.why.value,
            "awaiting": one.awaiting,
            "ended_at": None if one.ended_at is None else to_rfc3339(one.ended_at),
        }
        for one in found
    ]


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


def project(found: Project | None) -> dict[str, str] | None:
    """Present what people are told of a permit."""
    if found is None:
        return None
    return {
        "title": found.title,
        "organisation": found.organisation,
        "until": to_rfc3339(found.until),
    }


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
        "log_dropped": list(report.dropped),
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
