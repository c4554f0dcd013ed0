# SPDX-License-Identifier: Apache-2.0
"""What both faces are given. No rule lives here."""

from dataclasses import dataclass
from typing import Final

from flask import Flask, current_app

from audit_log.domain.retention import RetentionPolicy
from audit_log.domain.rules.thresholds import Thresholds
from audit_log.ports import (
    FindingTransaction,
    KeepingTransaction,
    OutsideErasures,
    Pseudonyms,
    Transaction,
    Trust,
    Vault,
)
from audit_log.usecases.erase import CopiesKept
from audit_log.usecases.resolving import CohortDesk
from audit_log.usecases.witness import Witness
from shared.clock import Clock
from shared.ids import IdSource

_EXTENSION: Final = "audit_log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Everything a view may reach."""

    transaction: Transaction
    findings: FindingTransaction
    keeping: KeepingTransaction
    retention: RetentionPolicy
    outside: OutsideErasures
    copies: CopiesKept
    thresholds: Thresholds
    pseudonyms: Pseudonyms
    cohorts: CohortDesk
    vault: Vault
    trust: Trust
    witness: Witness
    waits_for_witnesses: bool
    ids: IdSource
    clock: Clock


def install(app: Flask, edge: Edge) -> None:
    """Give the edge to an application's views."""
    app.extensions[_EXTENSION] = edge


def current_edge() -> Edge:
    """Give the edge of the running application; LookupError when it has none."""
    found = current_app.extensions.get(_EXTENSION)
    if not isinstance(found, Edge):
        raise LookupError("audit_log.http.edge.install was not called")  # noqa: TRY004 - absent, not mistyped
    return found
