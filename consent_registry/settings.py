# SPDX-License-Identifier: Apache-2.0
"""What consent_registry is told through the environment, beside what all services are told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from shared.settings import CommonSettings, Kind, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentSettings(CommonSettings):
    """The settings of consent_registry's processes."""

    EXAMPLES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"service": "consent_registry", "host": "consent.example", "bind": "127.0.0.1:8081"}
    )

    policy_file: Path | None = setting(
        "PLACET_POLICY_FILE",
        doc="The node's policy (TOML), or a folder of them; the shipped one when left out.",
        kind=Kind.PATH,
        default="",
        example="/etc/placet/policy.toml",
    )
    policy_keys_file: Path | None = setting(
        "PLACET_POLICY_KEYS_FILE",
        doc="The keys (JWK set, Ed25519) that sign this node's policies and consent forms.",
        kind=Kind.PATH,
        default="",
        example="/etc/placet/policy-keys.json",
    )
    mondo_file: Path | None = setting(
        "PLACET_MONDO_FILE",
        doc="MONDO as OBO Graph JSON until a release is loaded; a small extract when left out.",
        kind=Kind.PATH,
        default="",
        example="/etc/placet/mondo.json.gz",
    )
    permit_messages_url: str = setting(
        "PLACET_PERMIT_MESSAGES_URL",
        doc="Where permit_service takes in messages; needed by the http transport.",
        kind=Kind.URL,
        default="",
        example="https://permits.example/v1/messages",
        expected=True,
    )
    permit_audience: str = setting(
        "PLACET_PERMIT_AUDIENCE",
        doc="The permit service's resource id.",
        default="urn:placet:{node}:permit_service",
    )
    audit_log_url: str = setting(
        "PLACET_AUDIT_LOG_URL",
        doc="Where audit_log answers; without it nobody is told who used her data.",
        kind=Kind.URL,
        default="",
        example="https://audit.example",
    )
    max_import_megabytes: int = setting(
        "PLACET_MAX_IMPORT_MEGABYTES",
        doc="The largest consent file taken in, in millions of bytes.",
        kind=Kind.INTEGER,
        default="1000",
        minimum=1,
        maximum=10_000,
    )

    def check(self) -> Iterable[str]:
        """Name the missing address of the http transport."""
        if self.transport == "http" and not self.permit_messages_url:
            yield "PLACET_PERMIT_MESSAGES_URL: is not set, and the transport is http"

    @property
    def src(self) -> str:
        """The name under which this service writes its audit entries."""
        return f"{self.node.lower()}/consent_registry/1"
