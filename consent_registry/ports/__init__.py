# SPDX-License-Identifier: Apache-2.0
"""What the use cases need from outside, each method with the guarantee it gives.

One unit of work is one transaction: what is read in it is one state of the register, and nothing
of it stays unless `commit` returns.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from consent_registry.domain.destroyed import Destroyed
from consent_registry.domain.register import RegisterChange
from consent_registry.ports.acknowledgements import Acknowledgements
from consent_registry.ports.alarms import Alarms
from consent_registry.ports.approvals import Approvals
from consent_registry.ports.catalogue import Catalogue
from consent_registry.ports.contacts import Notices
from consent_registry.ports.disclosure import ShownStates, StandIns
from consent_registry.ports.erasures import AuditErasure, Destruction, Erasures, OutsideErasures
from consent_registry.ports.feed import Feed
from consent_registry.ports.forms import Forms
from consent_registry.ports.imports import Imports
from consent_registry.ports.opt_outs import OptOuts
from consent_registry.ports.person_events import PersonEvents
from consent_registry.ports.projected import Projected
from consent_registry.ports.register import (
    Cohorts,
    Datasets,
    Events,
    People,
    Withdrawals,
)
from consent_registry.ports.releases import Releases
from consent_registry.ports.rights import RightsRequests, Tasks
from consent_registry.ports.rounds import Rounds
from consent_registry.ports.rulings import RulingReader, Rulings
from consent_registry.ports.stops import Stops
from consent_registry.ports.studies import Studies
from consent_registry.ports.terms import TermsInUse
from consent_registry.ports.who_used import NoLog, WhoUsed
from shared.canonical import JSON
from shared.events import Fact
from shared.messages import DomainMessage

__all__ = [
    "Acknowledgements",
    "Alarms",
    "Approvals",
    "AuditErasure",
    "Catalogue",
    "Cohorts",
    "Datasets",
    "Destruction",
    "Erasures",
    "Events",
    "Feed",
    "Forms",
    "Imports",
    "NoLog",
    "Notices",
    "OptOuts",
    "OutsideErasures",
    "People",
    "PersonEvents",
    "Projected",
    "Releases",
    "RightsRequests",
    "Rounds",
    "RulingReader",
    "Rulings",
    "ShownStates",
    "Signer",
    "StandIns",
    "Stops",
    "Studies",
    "Tasks",
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
    def studies(self) -> Studies:
        """The studies."""
        ...

    @property
    def notices(self) -> Notices:
        """The notices to people."""
        ...

    @property
    def rounds(self) -> Rounds:
        """The rounds of notices."""
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
    def person_events(self) -> PersonEvents:
        """What is known of people beside their consents."""
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
    def stops(self) -> Stops:
        """The restrictions, objections and erasures."""
        ...

    @property
    def erasures(self) -> Erasures:
        """The erasures and legal holds."""
        ...

    @property
    def destruction(self) -> Destruction:
        """What takes apart what is held of a person."""
        ...

    @property
    def requests(self) -> RightsRequests:
        """The requests under GDPR 15 to 21."""
        ...

    @property
    def tasks(self) -> Tasks:
        """What remains to be done after withdrawals."""
        ...

    @property
    def approvals(self) -> Approvals:
        """The listed approvals."""
        ...

    @property
    def rulings(self) -> Rulings:
        """The rulings."""
        ...

    @property
    def feed(self) -> Feed:
        """The feed."""
        ...

    @property
    def acknowledgements(self) -> Acknowledgements:
        """What the feed's readers say they enforce."""
        ...

    @property
    def alarms(self) -> Alarms:
        """What could not be read."""
        ...

    @property
    def stand_ins(self) -> StandIns:
        """What is remembered of the numbers that were shown."""
        ...

    @property
    def shown(self) -> ShownStates:
        """The state that shown numbers are of."""
        ...

    @property
    def catalogue(self) -> Catalogue:
        """What the public catalogue says."""
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

    @property
    def projected(self) -> Projected:
        """The projections as they are stored."""
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

    def forget(self, destroyed: Destroyed) -> None:
        """Have an erasure remembered outside the database, as the last act before the commit."""
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

    def verified(self, token: str, *, typ: str) -> Mapping[str, object] | None:
        """Give the JSON object in a compact JWS of this type that one of our keys signed.

        None for anything else; nothing of such a token is believed or repeated.
        """
        ...

    def public_jwks(self) -> Mapping[str, Any]:
        """Give the key set to publish, the active key first."""
        ...
