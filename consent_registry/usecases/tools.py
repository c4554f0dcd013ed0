# SPDX-License-Identifier: Apache-2.0
"""What every use case is given: the ports, the clock, and what decisions depend on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from consent_registry.domain.catalogue import AccessBody
from consent_registry.domain.diseases import Diseases
from consent_registry.domain.erasure import Retention
from consent_registry.domain.errors import RulingsNotTaken
from consent_registry.domain.fhir.mapping import FhirMapping
from consent_registry.domain.matching import Inquiry
from consent_registry.domain.optout import register_name
from consent_registry.domain.policy import Policy
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.regimes import Rules
from consent_registry.domain.register import Dataset
from consent_registry.ports import AuditErasure, NoLog, RulingReader, Signer, Units, WhoUsed
from consent_registry.ports.contacts import ContactPoints, Courier, Texts
from shared.clock import Clock
from shared.country_policy import in_force
from shared.ids import DatasetId, IdSource


def trusts_nobody(_document: bytes, _signature: str) -> bool:
    """Refuse every form's signature: what a registry does that was told no keys."""
    return False


def signed_by_nobody(_: str) -> Mapping[str, object]:
    """Take no ruling: no authority is configured."""
    raise RulingsNotTaken


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """What it takes to reach people, where a node keeps contact points."""

    points: ContactPoints
    courier: Courier
    texts: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The registry's surroundings.

    `hierarchy` gives the release of the disease hierarchy in use at an instant, None being that
    moment; within one use case ask it once. `units` opens a transaction that may write; `reads` one
    that sees a single state throughout and must not commit. `issuer` is this registry's public URL;
    `salts(n)` gives n fresh random bytes. `signed_form(document, signature)` says whether a key
    that this node trusts has signed exactly these bytes of a form. `policy` and `other_policies`
    take turns by the day from which each is effective. `fhir_mappings` are the node's own; `access`
    says who decides on access, where that is known. `read_ruling` opens what the authority signed.
    `audit` asks the audit log to forget people, None where it is not connected, and `who_used` who
    used somebody's data. `retention` says how long copies live. `contacts` reaches people, None
    where it is not to. `data_nodes` are the clients that must acknowledge
    changes, whether they were ever seen or not.
    """

    units: Units
    reads: Units
    clock: Clock
    ids: IdSource
    signer: Signer
    policy: Policy
    hierarchy: Callable[[datetime | None], Diseases]
    issuer: str
    salts: Callable[[int], bytes]
    other_policies: tuple[Policy, ...] = ()
    signed_form: Callable[[bytes, str], bool] = trusts_nobody
    fhir_mappings: tuple[FhirMapping, ...] = ()
    access: AccessBody | None = None
    read_ruling: RulingReader = signed_by_nobody
    audit: AuditErasure | None = None
    who_used: WhoUsed = field(default_factory=NoLog)
    retention: Retention = Retention(topic_days=7, backup_days=30)  # noqa: RUF009 - frozen
    contacts: Contacts | None = None
    data_nodes: tuple[str, ...] = ()

    @property
    def diseases(self) -> Diseases:
        """The disease hierarchy in use now."""
        return self.hierarchy(None)

    def policy_at(self, at: datetime) -> Policy:
        """Give the policy in force at an instant."""
        return in_force((self.policy, *self.other_policies), at.date())

    @property
    def small_cell(self) -> int:
        """The number below which no cell is shown: the widest of all policies that take turns.

        Numbers that were shown stay, so that the next policy's bound holds for them already.
        """
        return max(one.small_cell for one in (self.policy, *self.other_policies))

    def rules(self, dataset: Dataset, at: datetime) -> Rules:
        """Give what excludes people of a dataset under the policy in force at an instant."""
        return self.policy_at(at).rules(dataset.legal_regime, dataset.consent_role)

    def inquiry(
        self, purpose: Purpose, at: datetime, dataset: Dataset, known_at: datetime | None = None
    ) -> Inquiry:
        """Ask a purpose of a dataset at an instant, under the policy that is in force then."""
        return replace(
            self.matching(purpose, at, known_at),
            rules=self.rules(dataset, at),
            regime=dataset.legal_regime,
            collected=dataset.collected,
            held=dataset.data_categories,
        )

    def matching(self, purpose: Purpose, at: datetime, known_at: datetime | None = None) -> Inquiry:
        """Ask what terms say of a purpose, whatever law a dataset of such people is under."""
        return Inquiry(
            purpose=purpose,
            today=at.date(),
            policy=self.policy_at(at),
            diseases=self.hierarchy(known_at),
        )

    @property
    def access_body(self) -> AccessBody:
        """Who decides on access and where to apply; without a name, each dataset's controller."""
        return self.access or AccessBody(name="", url=self.issuer)

    @property
    def opt_outs(self) -> DatasetId:
        """The name of this node's opt-out register."""
        return register_name(self.policy.country)
