# SPDX-License-Identifier: Apache-2.0
"""The numbers that the rules go by. All are seconds unless the name says otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """One node's numbers; the defaults are those of the design."""

    grace: int = 30
    """How long after its arrival an entry may wait for an earlier one that has not come yet."""
    heartbeat_silence: int = 90
    heartbeat_ahead: int = 60
    skew_ahead: int = 5
    skew_behind: int = 900
    drift: int = 3
    """How far the clocks of a producer and the log may be apart for ten minutes."""
    trace_window: int = 3600
    """How long after a decision a read of the same trace still belongs to it."""
    propagation: int = 300
    """How long after a withdrawal or a revocation a node may still decide on what was before."""
    acknowledgement: int = 900
    """How long after somebody left a cohort, or a permit ended, each reader may take to say so."""
    unanswered: int = 300
    """How long an owning service may stay unreachable before that is a finding itself."""
    reads_per_hour: int = 100
    """The least limit of uses of one dataset by one account; a learned one is never lower."""
    learning_days: int = 28
    """How long an account must be known before its own habits count for or against it."""
    people_per_hour: int = 50
    looks_per_hour: int = 200
    dormant_days: int = 90
    witness_lag: int = 1800
    """How far the newest witnessed checkpoint may be behind the newest signed one."""
    proofs_per_hour: int = 1000
    verify_hour: int = 2
    """The hour of the day (UTC) after which the whole log is verified once."""

    def span(self, name: str) -> timedelta:
        """Give a number of seconds as a time span."""
        return _span(getattr(self, name))

    def as_mapping(self) -> Mapping[str, int]:
        """Give every number by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@cache
def _span(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)  # asked for several times an entry


def thresholds_from(given: Mapping[str, object]) -> Thresholds:
    """Read numbers by name; raise ValueError for an unknown name or a number below 1."""
    known = {field.name for field in fields(Thresholds)}
    unknown = sorted(set(given) - known)
    if unknown:
        raise ValueError(f"unknown thresholds: {', '.join(unknown)}")
    chosen: dict[str, int] = {}
    for name, value in given.items():
        least = 0 if name == "verify_hour" else 1
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ValueError(f"{name} must be a whole number, {least} or more")
        chosen[name] = value
    if chosen.get("verify_hour", 0) > 23:  # noqa: PLR2004 - the last hour of a day
        raise ValueError("verify_hour must be an hour of the day, 0 to 23")
    return Thresholds(**chosen)
