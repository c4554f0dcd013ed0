# SPDX-License-Identifier: Apache-2.0
"""Whom this node trusts to say that a person may have data.

A trusted source is one pair (issuer, jku), never two lists: issuer A's visas must not verify with
issuer B's keys. It speaks only for its own authorities and its own datasets. Nothing here fetches
anything; `jku` is compared byte by byte with the configured text.
"""

from dataclasses import dataclass
from enum import Enum

from permit_service.clearinghouse.domain.errors import VisaInvalid, VisaIssuerUntrusted
from permit_service.clearinghouse.domain.visa import CONTROLLED_ACCESS, Visa, VisaHeader
from shared.ids import DatasetId


class Binding(Enum):
    """How a visa is tied to the person of the access token (passports.md section 1.8, CH-16)."""

    BROKER_BOUND = "broker-bound"
    """The source was asked about exactly this person; its visas carry its own subject."""
    STRICT_SUB = "strict-sub"
    """The visa's subject must be the token's subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedSource:
    """One visa source and how far it is believed.

    `dataset_prefix` plus a dataset id is the `value` of a visa for that dataset. `sources` are the
    authorities' URLs that this issuer may name. `subject_issuer` is the issuer of the access
    tokens whose subjects this source knows. `reason` says why the binding is acceptable.
    """

    name: str
    issuer: str
    key_url: str
    permissions_url: str
    audience: str
    subject_issuer: str
    binding: Binding
    reason: str
    dataset_prefix: str
    sources: frozenset[str]

    def require_pair(self, header: VisaHeader, issuer: object) -> None:
        """Raise VisaIssuerUntrusted unless (iss, jku) is exactly this source's pair."""
        if issuer != self.issuer or header.key_url != self.key_url:
            raise VisaIssuerUntrusted(context={"source": self.name})

    def require_authority(self, visa: Visa) -> None:
        """Raise VisaIssuerUntrusted unless the visa names an authority this issuer speaks for."""
        if visa.source not in self.sources:
            raise VisaIssuerUntrusted(context={"source": self.name})

    def require_holder(self, visa: Visa, subject: str) -> None:
        """Raise VisaInvalid when the binding is by subject and the visa is someone else's."""
        if self.binding is Binding.STRICT_SUB and visa.subject != subject:
            raise VisaInvalid("the visa belongs to another subject")

    def opens(self, visa: Visa, dataset: DatasetId) -> bool:
        """Say whether the visa is one for this dataset: full-string match, never by suffix."""
        return visa.type == CONTROLLED_ACCESS and visa.value == f"{self.dataset_prefix}{dataset}"
