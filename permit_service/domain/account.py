# SPDX-License-Identifier: Apache-2.0
"""People who hold accounts here, known by (upstream issuer, subject) and never by an address.

The own subject is random, public per node and never reassigned (architecture.md section 7): it
says nothing about the person and outlives every change of the upstream's attributes.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AccountKey:
    """Who somebody is to the upstream identity provider: its issuer and its subject."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account: the upstream identity and the random subject our visas and permits carry."""

    key: AccountKey
    own_subject: str
    opened_at: datetime
