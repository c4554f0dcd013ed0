# SPDX-License-Identifier: Apache-2.0
"""What the use cases need from outside, each method with the guarantee it gives.

One unit of work is one transaction: what is read in it is one state of the register, and nothing
of it stays unless `commit` returns.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from consent_registry.domain.register import RegisterChange
from consent_registry.ports.approvals import Approvals
from consent_registry.ports.disclosure import StandIns
from consent_registry.ports.forms import Forms
from consent_registry.ports.imports import Imports
from consent_registry.ports.opt_outs import OptOuts
from consent_registry.ports.register import (
    Cohorts,
    Datasets,
    Events,
    Feed,
    People,
    Withdrawals,
)
from consent_registry.ports.releases import Releases
from consent_registry.ports.terms import TermsInUse
from consent_registry.ports.who_used import NoLog, WhoUsed
from shared.canonical import JSON
from shared.events import Fact
from shared.messages import DomainMessage

__all__ = [
    "Approvals",
    "Cohorts",
    "Datasets",
    "Events",
    "Feed",
    "Forms",
    "Imports",
    "NoLog",
    "OptOuts",
    "People",
    "Releases",
    "Signer",
    "StandIns",
    "TermsInUse",
    "UnitOfWork",
    "Units",
    "WhoUsed",
    "Withdrawals",
]


class UnitOfWork(Protocol):
    """One transaction."""

    @property
    def datasets(self) -> Datasets:
        """The datasets."""
        ...

    @property
    def people(self) -> People:
        """The participants."""
        ...

    @property
    def events(self) -> Events:
        """The consent events."""
        ...

    @property
    def cohorts(self) -> Cohorts:
        """The frozen cohorts."""
        ...

    @property
    def withdrawals(self) -> Withdrawals:
        """The withdrawals."""
        ...

    @property
    def opt_outs(self) -> OptOuts:
        """The opt-out register."""
        ...

    @property
    def approvals(self) -> Approvals:
        """The listed approvals."""
        ...

    @property
    def feed(self) -> Feed:
        """The feed."""
        ...

    @property
    def stand_ins(self) -> StandIns:
        """What is remembered of the numbers that were shown."""
        ...

    @property
    def imports(self) -> Imports:
        """The imports."""
        ...

    @property
    def releases(self) -> Releases:
        """The releases of the disease hierarchy."""
        ...

    @property
    def forms(self) -> Forms:
        """The consent forms."""
        ...

    @property
    def terms(self) -> TermsInUse:
        """The terms that datasets hold."""
        ...

    def record(self, fact: Fact) -> None:
        """Have an audit entry written with the commit."""
        ...

    def publish(self, message: DomainMessage) -> None:
        """Have a domain message sent after the commit."""
        ...

    def announce(self, change: RegisterChange) -> None:
        """Have a change enter the feed with the commit; positions are in the order of commits."""
        ...

    def commit(self) -> None:
        """Make everything of this unit of work stay, entries and changes included, or nothing."""
        ...


Units = Callable[[], AbstractContextManager[UnitOfWork]]
"""Opens a unit of work; leaving its block without `commit` undoes everything."""


class Signer(Protocol):
    """Signs what the registry publishes."""

    def sign(self, body: Mapping[str, JSON], *, typ: str) -> str:
        """Give the compact JWS (ES256) of canonical JSON."""
        ...

    def public_jwks(self) -> Mapping[str, Any]:
        """Give the key set to publish, the active key first."""
        ...
