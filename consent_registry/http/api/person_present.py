# SPDX-License-Identifier: Apache-2.0
"""Writes what is known of people as JSON. Decides and hides nothing that the use case gave."""

from typing import Any

from consent_registry.domain.lives import Evidence
from consent_registry.domain.mandates import Mandate
from consent_registry.usecases.guardian_decisions import Decision
from consent_registry.usecases.lives import LifeFacts
from consent_registry.usecases.mandates import Mandates
from consent_registry.usecases.merging import MergeStatus
from shared.clock import to_rfc3339


def merge(found: MergeStatus) -> dict[str, Any]:
    """Write a merge."""
    settled = found.merge.settled_at
    return {
        "merge_id": found.merge.merge_id,
        "participants": list(found.pseudonyms),
        "state": found.merge.state.value,
        "proposed_at": to_rfc3339(found.merge.proposed_at),
        "settled_at": to_rfc3339(settled) if settled else None,
    }


def mandate(found: Mandate) -> dict[str, Any]:
    """Write a mandate, without its holder's login."""
    return {
        "mandate_id": found.mandate_id,
        "kind": found.kind.value,
        "holder": found.holder,
        "joint": found.joint,
        "datasets": None if found.datasets is None else list(found.datasets),
        "begins": to_rfc3339(found.begins),
        "ends": to_rfc3339(found.ends) if found.ends else None,
        "recorded_at": to_rfc3339(found.recorded_at),
    }


def mandates(found: Mandates) -> dict[str, Any]:
    """Write mandates, and which of them gave power at the instant asked about."""
    return {
        "effective_at": to_rfc3339(found.effective_at),
        "known_at": to_rfc3339(found.known_at),
        "mandates": [
            {**mandate(one), "in_force": one.in_force(found.effective_at)} for one in found.mandates
        ],
    }


def decision(found: Decision) -> dict[str, Any]:
    """Write a decision in a person's place."""
    done = found.recorded
    return {
        "decision_id": found.decision_id,
        "dataset": found.dataset,
        "study": found.study or None,
        "state": "recorded" if done else "pending",
        "missing": sorted(found.missing),
        "recorded_at": to_rfc3339(done.recorded_at) if done else None,
    }


def life(found: LifeFacts) -> dict[str, Any]:
    """Write what is known of a life; preferences have an address of their own."""
    died_at = found.life.died_at
    return {
        "participant": found.pseudonym,
        "effective_at": to_rfc3339(found.effective_at),
        "known_at": to_rfc3339(found.known_at),
        "died_at": to_rfc3339(died_at) if died_at else None,
        "wish": found.life.wish.value,
        "evidence": [evidence(one) for one in found.evidence],
    }


def preferences(found: LifeFacts) -> dict[str, Any]:
    """Write preferences."""
    said = found.preferences
    return {
        "effective_at": to_rfc3339(found.effective_at),
        "known_at": to_rfc3339(found.known_at),
        "topics": sorted(topic.value for topic in said.topics),
        "findings": sorted(finding.value for finding in said.findings),
        "no_contact": said.no_contact,
        "since": to_rfc3339(said.since) if said.since else None,
        "alive": found.life.died_at is None,
    }


def evidence(found: Evidence) -> dict[str, Any]:
    """Write a piece of evidence."""
    return {
        "evidence_id": found.evidence_id,
        "event_id": found.consent_event,
        "quality": found.quality.value,
        "sha256": found.sha256,
        "since": to_rfc3339(found.since),
    }
