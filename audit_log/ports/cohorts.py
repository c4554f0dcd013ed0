# SPDX-License-Identifier: Apache-2.0
"""Asking consent_registry which cohorts hold a person: the log knows their names alone."""

from collections.abc import Sequence
from typing import Protocol

from audit_log.domain.cohorts import CohortAnswer, CohortKey
from audit_log.domain.errors import DecisionsUnavailable
from shared.events import Subject


class CohortMembers(Protocol):
    """The service that owns cohorts."""

    def holding(self, person: Subject, cohorts: Sequence[CohortKey]) -> Sequence[CohortAnswer]:
        """Answer for each cohort, in the same order.

        Raises DecisionsUnavailable when there is no whole answer.
        """
        ...


class NoRegistry:
    """`CohortMembers` of a log that was told of no registry."""

    def holding(self, person: Subject, cohorts: Sequence[CohortKey]) -> Sequence[CohortAnswer]:
        """Raise DecisionsUnavailable."""
        raise DecisionsUnavailable("no consent registry is named")
