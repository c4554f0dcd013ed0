# SPDX-License-Identifier: Apache-2.0
"""Studies: under which name, for what and until when people gave their data. Groups datasets.

A study is described in versions, the newest of which counts; what was said before stays readable.
It is no scope of consents: those are given for a dataset. It is what a participant recognises, and
what she can leave in one step.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One version of a study's description.

    `purpose` is said in the words that participants were told, `ethics` is the reference of the
    committee's approval and may be empty. `data_until` is the last day on which its data may be
    given to research that is new, None when no such day was told; permits given before run on.
    """

    study: str
    version: int
    title: str
    controller: str
    purpose: str
    ethics: str
    starts_on: date
    data_until: date | None
    recorded_at: datetime

    def ended(self, at: datetime) -> bool:
        """Say whether its last day is over at an instant; days are those of UTC."""
        return self.data_until is not None and at.astimezone(UTC).date() > self.data_until
