# SPDX-License-Identifier: Apache-2.0
"""What permit_service is told through the environment, beside what all services are told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Final

from permit_service.domain.issuance import MAX_VISA_SECONDS, VisaProfile
from permit_service.domain.policy import Policy
from shared.country_policy import CountryPolicy
from shared.settings import CommonSettings, Kind, own_topic, setting

_LONGEST_DATASET_ID: Final = 64
_MAX_URL_CHARS: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitSettings(CommonSettings):
    """The settings of permit_service's processes."""

    EXAMPLES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"service": "permit_service", "host": "permits.example", "bind": "127.0.0.1:8082"}
    )

    audit_topic: str = own_topic("permit_service")
    authority_url: str = setting(
        "PLACET_AUTHORITY_URL",
        doc="The URL that names the deciding authority in permits and visas; never fetched.",
        kind=Kind.URL,
        example="https://authority.example",
    )
    dataset_url_base: str = setting(
        "PLACET_DATASET_URL_BASE",
        doc="What stands before a dataset's id in visas and permits, with its last slash.",
        example="https://data.example/datasets/",
    )
    policy_file: Path | None = setting(
        "PLACET_POLICY_FILE",
        doc="The country's policy (TOML), or a folder of them, as consent_registry has it.",
        kind=Kind.PATH,
        default="",
        example="/etc/placet/policy.toml",
    )
    policy_keys_file: Path | None = setting(
        "PLACET_POLICY_KEYS_FILE",
        doc="The keys (JWK set, Ed25519) that sign the country's policies.",
        kind=Kind.PATH,
        default="",
        example="/etc/placet/policy-keys.json",
    )
    visa_recipients: tuple[str, ...] = setting(
        "PLACET_VISA_RECIPIENTS",
        doc="Client ids that ask a clearinghouse per person and may fetch visas; comma separated.",
        kind=Kind.LIST,
        default="",
        example="clearinghouse",
    )
    visa_seconds: int = setting(
        "PLACET_VISA_SECONDS",
        doc="The longest life of a visa in seconds.",
        kind=Kind.INTEGER,
        default="900",
        minimum=1,
        maximum=MAX_VISA_SECONDS,
    )
    signers_required: int = setting(
        "PLACET_SIGNERS_REQUIRED",
        doc="How many different people must sign a grant.",
        kind=Kind.INTEGER,
        default="1",
        minimum=1,
        maximum=9,
    )
    consent_registry_url: str = setting(
        "PLACET_CONSENT_REGISTRY_URL",
        doc="Where consent_registry answers.",
        kind=Kind.URL,
        example="https://consent.example",
    )
    consent_registry_audience: str = setting(
        "PLACET_CONSENT_REGISTRY_AUDIENCE",
        doc="The consent registry's resource id.",
        default="urn:placet:{node}:consent_registry",
    )
    consent_registry_client: str = setting(
        "PLACET_CONSENT_REGISTRY_CLIENT",
        doc="The consent registry's client id: messages are taken from this client alone.",
        default="consent_registry",
    )

    def check(self) -> Iterable[str]:
        """Name a base that would run ids together, and URLs too long for a visa."""
        base = self.dataset_url_base
        if not base.startswith(("http://", "https://")) or not base.endswith("/"):
            yield "PLACET_DATASET_URL_BASE: must be an http or https URL that ends with a slash"
        if len(base) + _LONGEST_DATASET_ID > _MAX_URL_CHARS:
            yield "PLACET_DATASET_URL_BASE: leaves a dataset's URL longer than a visa may carry"
        if len(self.authority_url) > _MAX_URL_CHARS:
            yield "PLACET_AUTHORITY_URL: is longer than a visa may carry"
        if self.policy_file and not self.policy_keys_file and not self.development:
            yield "PLACET_POLICY_KEYS_FILE: is not set, and a policy of one's own is signed"

    @property
    def src(self) -> str:
        """The name under which this service writes its audit entries."""
        return f"{self.node.lower()}/permit_service/1"

    def policy(self, national: tuple[CountryPolicy, ...]) -> Policy:
        """Give the rules that these settings and the country's policy files make."""
        return Policy(
            node=self.node,
            national=national,
            profile=VisaProfile(
                issuer=self.public_url,
                authority=self.authority_url,
                dataset_url_base=self.dataset_url_base,
                seconds=self.visa_seconds,
            ),
            recipients=frozenset(self.visa_recipients),
            signers_required=self.signers_required,
        )
