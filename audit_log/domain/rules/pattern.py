# SPDX-License-Identifier: Apache-2.0
"""R13: an account goes through many people, comes with a client it never had, or wakes up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from audit_log.domain.rules.raised import Raised
from audit_log.domain.rules.seen import Seen, hour_of
from audit_log.domain.rules.thresholds import Thresholds

RULE: Final = "R13"
MAX_CLIENTS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is remembered of an account: its clients, and when it last did something."""

    clients: tuple[str, ...] = ()
    last: datetime | None = None


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
    if seen.client is not None and seen.client not in account.clients and account.clients:
        yield _raised("new_client", f"{seen.actor}/{seen.client}", seen)
    if seen.at - account.last > timedelta(days=thresholds.dormant_days):
        yield _raised("account_woke", f"{seen.actor}/{account.last:%Y-%m-%d}", seen)


def known(account: Account | None, seen: Seen) -> Account:
    """Take in what an account did; the same value when it brings nothing new."""
    before = account or Account()
    clients = before.clients
    if seen.client is not None and seen.client not in clients:
        clients = (*clients, seen.client)[-MAX_CLIENTS:]
    last = before.last
    # To the hour is enough, and keeps most uses from changing anything.
    if last is None or seen.at - last >= timedelta(hours=1):
        last = seen.at
    if clients == before.clients and last == before.last:
        return before
    return Account(clients=clients, last=last)


def _raised(code: str, what: str, seen: Seen) -> Raised:
    return Raised(
        rule=RULE, code=code, cause=f"{RULE}/{code}/{what}", evidence=(seen.index,), src=seen.src
    )
