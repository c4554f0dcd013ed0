# SPDX-License-Identifier: Apache-2.0
"""Asking the log who used one person's data."""

from collections.abc import Callable, Sequence
from typing import Protocol

from consent_registry.domain.containing import CohortAnswer, CohortQuestion
from consent_registry.domain.errors import WhoUsedUnavailable
from consent_registry.domain.uses import UseReport
from shared.ids import DatasetId

Places = Sequence[tuple[DatasetId, int]]
"""One person, as the log knows her: her ordinal in each of her datasets."""


AnswerCohorts = Callable[[DatasetId, int, Sequence[CohortQuestion]], Sequence[CohortAnswer]]
"""Says of a member which of these cohorts hold her, in their order."""


class WhoUsed(Protocol):
    """The log, as far as one person may know of it."""

    def who_used(self, places: Places, answers: AnswerCohorts) -> UseReport:
        """Give every use that the log has published; it records that it was asked.

        Of reads that name a cohort the log knows no person: `answers` says whether it holds her.

        Without places there is nothing to ask, and the report is empty. Raises WhoUsedUnavailable
        when the log gives no whole answer.
        """
        ...


class NoLog:
    """`WhoUsed` of a registry that was told of no log."""

    def who_used(self, places: Places, answers: AnswerCohorts) -> UseReport:
        """Raise WhoUsedUnavailable."""
        raise WhoUsedUnavailable("no audit log is configured")
