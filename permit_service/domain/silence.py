# SPDX-License-Identifier: Apache-2.0
"""What it means that nobody decided an application in time, as its country's policy says.

The term and its meaning are those of the policy in force when the application was submitted: a
later one neither shortens a term under way nor changes what follows it. Nothing here grants.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from shared.country_policy import CountryPolicy, Silence, in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """Put on record once for an application that nobody decided by `due_on`.

    `law` is the provision that makes it refused, empty where it is escalated.
    """

    due_on: date
    means: Silence
    law: str
    policy_sha256: str
    noted_at: datetime


def national_at(policies: Sequence[CountryPolicy], at: datetime) -> CountryPolicy:
    """Give the country's policy in force at an instant."""
    return in_force(policies, at.astimezone(UTC).date())


def due_on(submitted_at: datetime, policies: Sequence[CountryPolicy]) -> date:
    """Give the last day on which an application is decided in time."""
    policy = national_at(policies, submitted_at)
    return policy.silence.last_day(submitted_at.astimezone(UTC).date(), policy.calendar)


def overdue(
    submitted_at: datetime, policies: Sequence[CountryPolicy], now: datetime
) -> Overdue | None:
    """Say what the silence means once the last day is over; None before."""
    policy, begun = national_at(policies, submitted_at), submitted_at.astimezone(UTC).date()
    last_day = policy.silence.last_day(begun, policy.calendar)
    if now.astimezone(UTC).date() <= last_day:
        return None
    means = policy.silence.meaning(begun, policy.calendar)
    return Overdue(
        due_on=last_day,
        means=means,
        law=policy.silence.law if means is Silence.REFUSAL else "",
        policy_sha256=policy.digest,
        noted_at=now,
    )
