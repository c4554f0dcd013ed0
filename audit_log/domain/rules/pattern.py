# SPDX-License-Identifier: Apache-2.0
"""R13: an account goes through many people, comes by a way it never came or when it never did.

No time of night holds for everybody: an hour is unusual for an account that has been known for long
and has never been seen within two hours of that time of day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from audit_log.domain.rules.raised import Raised
from audit_log.domain.rules.seen import Seen, hour_of
from audit_log.domain.rules.thresholds import Thresholds

RULE: Final = "R13"
_DAYS: Final = 10
"""On so many days an account must have been seen before its hours are known."""
_NEAR: Final = 2
_HOUR: Final = timedelta(hours=1)
_DAY: Final = 24
KEPT: Final = 64
"""How many clients and countries of an account are remembered, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is remembered of an account: its clients, whence, and when it did something.

    `hours` has a bit for each hour of the day (UTC) in which it did; `days` is on how many days.
    """

    clients: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    last: datetime | None = None
    first: datetime | None = None
    hours: int = 0
    days: int = 0


def people_key(seen: Seen) -> str | None:
    """Name the set of people that a use belongs to: account and hour of its own time."""
    return None if seen.actor is None else f"people/{seen.actor}/{hour_of(seen.at)}"


def many_people(seen: Seen, key: str, before: int, now: int, limit: int) -> Raised | None:
    """Say that this use brought the account above the limit of different people."""
    if not before <= limit < now:
        return None
    return _raised("many_people", key, seen)


def judge(seen: Seen, account: Account | None, thresholds: Thresholds) -> Iterator[Raised]:
    """Say what is new about an account that is known; a first sight says nothing."""
    if account is None or account.last is None or seen.actor is None:
        return
    ways = (
        ("new_client", seen.client, account.clients),
        ("new_country", seen.country, account.countries),
    )
    for code, way, known_ways in ways:
        if way is not None and known_ways and way not in known_ways:
            yield _raised(code, f"{seen.actor}/{way}", seen)
    if seen.at - account.last > timedelta(days=thresholds.dormant_days):
        yield _raised("account_woke", f"{seen.actor}/{account.last:%Y-%m-%d}", seen)
    if _is_unusual(account, seen, thresholds):
        yield _raised("unusual_hour", f"{seen.actor}/{seen.at:%Y-%m-%d}", seen)


def _is_unusual(account: Account, seen: Seen, thresholds: Thresholds) -> bool:
    if account.first is None or account.days < _DAYS:
        return False
    if seen.at - account.first < timedelta(days=thresholds.learning_days):
        return False
    near = (seen.at.hour + away for away in range(-_NEAR, _NEAR + 1))
    return not any(account.hours >> (hour % _DAY) & 1 for hour in near)


def known(account: Account | None, seen: Seen) -> Account:
    """Take in what an account did; the same value when it brings nothing new."""
    before = account or Account()
    clients = _with(before.clients, seen.client)
    countries = _with(before.countries, seen.country)
    hours, last = before.hours | 1 << seen.at.hour, before.last
    fresh_day = last is None or seen.at.date() > last.date()
    # To the hour is enough, and keeps most uses from changing anything.
    fresh_hour = last is None or fresh_day or seen.at - last >= _HOUR
    known_ways = clients is before.clients and countries is before.countries
    if known_ways and not fresh_hour and hours == before.hours:
        return before
    return Account(
        clients=clients,
        countries=countries,
        last=seen.at if fresh_hour else last,
        first=before.first or before.last or seen.at,
        hours=hours,
        days=before.days + (1 if fresh_day else 0),
    )


def _with(known_ways: tuple[str, ...], way: str | None) -> tuple[str, ...]:
    if way is None or way in known_ways:
        return known_ways
    return (*known_ways, way)[-KEPT:]


def _raised(code: str, what: str, seen: Seen) -> Raised:
    return Raised(
        rule=RULE, code=code, cause=f"{RULE}/{code}/{what}", evidence=(seen.index,), src=seen.src
    )
