# SPDX-License-Identifier: Apache-2.0
"""What consent_registry is told through the environment, beside what all services are told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar
from urllib.parse import urlsplit

from consent_registry.domain.contacts import is_email
from shared.settings import CommonSettings, Kind, Secret, own_topic, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentSettings(CommonSettings):
    """The settings of consent_registry's processes."""

    EXAMPLES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"service": "consent_registry", "host": "consent.example", "bind": "127.0.0.1:8081"}
    )

    audit_topic: str = own_topic("consent_registry")
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
    fhir_mapping_file: Path | None = setting(
        "PLACET_FHIR_MAPPING_FILE",
        doc="How foreign FHIR consents are read (TOML, signed like a policy), or a folder of them.",
        kind=Kind.PATH,
        default="",
        example="/etc/placet/fhir",
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
    access_body_name: str = setting(
        "PLACET_ACCESS_BODY_NAME",
        doc="Who decides on access, for the catalogue; each dataset's controller when left out.",
        default="",
        example="Health data access body",
    )
    access_body_url: str = setting(
        "PLACET_ACCESS_BODY_URL",
        doc="Where access is applied for, for the catalogue; this service when left out.",
        kind=Kind.URL,
        default="",
        example="https://permits.example",
    )
    permit_jwks_url: str = setting(
        "PLACET_PERMIT_JWKS_URL",
        doc="The authority's key set; rulings are taken only with it.",
        kind=Kind.URL,
        default="",
        example="https://permits.example/api/permit-jwk",
    )
    max_import_megabytes: int = setting(
        "PLACET_MAX_IMPORT_MEGABYTES",
        doc="The largest consent file taken in, in millions of bytes.",
        kind=Kind.INTEGER,
        default="1000",
        minimum=1,
        maximum=10_000,
    )

    data_nodes: tuple[str, ...] = setting(
        "PLACET_DATA_NODES",
        doc="The clients of data nodes that must acknowledge changes: shown before they are seen.",
        kind=Kind.LIST,
        default="",
        example="clearinghouse",
    )
    audit_log_url: str = setting(
        "PLACET_AUDIT_LOG_URL",
        doc="Where audit_log answers; without it nobody is told who used her data, or erased.",
        kind=Kind.URL,
        default="",
        example="https://audit.example",
    )
    topic_retention_days: int = setting(
        "PLACET_TOPIC_RETENTION_DAYS",
        doc="How long the topics keep messages: their retention.ms in whole days, rounded up.",
        kind=Kind.INTEGER,
        default="7",
        minimum=1,
        maximum=31,
    )
    backup_retention_days: int = setting(
        "PLACET_BACKUP_RETENTION_DAYS",
        doc="How long the oldest backup of databases and keys lives; an erasure is complete then.",
        kind=Kind.INTEGER,
        default="30",
        minimum=0,
        maximum=3_650,
    )

    erasures_path: Path | None = setting(
        "PLACET_ERASURES_FILE",
        doc="Where erasures are written down as well, for every process of the registry, on a disk"
        " that no database backup restores: what a restored database lacks is erased again. Needed"
        " in production; in PLACET_KEYS_DIR otherwise.",
        kind=Kind.PATH,
        default="",
        example="/var/lib/placet/registry-erasures.jsonl",
    )
    contact_database_url: str = setting(
        "PLACET_CONTACT_DATABASE_URL",
        doc="A database of its own, under a role of its own, for contact points; none without it.",
        kind=Kind.DATABASE_URL,
        default="",
        example="postgresql://consent_contacts_runtime@db.example/consent_contacts",
    )
    contact_owner_database_url: str = setting(
        "PLACET_CONTACT_MIGRATIONS_DATABASE_URL",
        doc="The contact database as the role that owns its table; for `migrate` alone.",
        kind=Kind.DATABASE_URL,
        default="",
        example="postgresql://consent_contacts@db.example/consent_contacts",
    )
    notice_sender: str = setting(
        "PLACET_NOTICE_SENDER",
        doc="The address that notices come from; needed where contact points are kept.",
        default="",
        example="no-reply@consent.example",
    )
    notice_smtp_host: str = setting(
        "PLACET_NOTICE_SMTP_HOST",
        doc="The mail server that takes notices (STARTTLS); a folder is used in its place.",
        default="",
        example="mail.example",
    )
    notice_smtp_port: int = setting(
        "PLACET_NOTICE_SMTP_PORT",
        doc="The mail server's port.",
        kind=Kind.INTEGER,
        default="587",
        minimum=1,
        maximum=65_535,
    )
    notice_smtp_user: str = setting(
        "PLACET_NOTICE_SMTP_USER",
        doc="This service's user at the mail server, where it asks for one.",
        default="",
        example="consent_registry",
    )
    notice_smtp_password: Secret | None = setting(
        "PLACET_NOTICE_SMTP_PASSWORD_FILE",
        doc="A file (mode 0600) with that user's password.",
        kind=Kind.SECRET_FILE,
        default="",
        example="/run/secrets/smtp-password",
    )
    notice_folder: Path | None = setting(
        "PLACET_NOTICE_FOLDER",
        doc="A folder in which notices are left as files, in place of a mail server.",
        kind=Kind.PATH,
        default="",
        example="/var/spool/placet/notices",
    )

    def check(self) -> Iterable[str]:
        """Name the missing address of the http transport, and what notices lack."""
        if self.transport == "http" and not self.permit_messages_url:
            yield "PLACET_PERMIT_MESSAGES_URL: is not set, and the transport is http"
        if self.contact_database_url:
            if not is_email(self.notice_sender):
                yield "PLACET_NOTICE_SENDER: is no e-mail address, and contact points are kept"
            if not self.notice_smtp_host and self.notice_folder is None:
                yield "PLACET_NOTICE_SMTP_HOST: is not set, and no PLACET_NOTICE_FOLDER is either"
            if _role(self.contact_database_url) == _role(self.database_url):
                yield "PLACET_CONTACT_DATABASE_URL: names the registry's own role; it needs another"
        if bool(self.notice_smtp_user) != (self.notice_smtp_password is not None):
            yield "PLACET_NOTICE_SMTP_USER, _PASSWORD_FILE: one without the other"

    @property
    def max_import_bytes(self) -> int:
        """How long a file that is taken in may be."""
        return self.max_import_megabytes * 1_000_000

    @property
    def erasures_file(self) -> Path:
        """Where erasures are written down outside the database."""
        return self.erasures_path or self.keys_dir / "erasures.jsonl"

    @property
    def src(self) -> str:
        """The name under which this service writes its audit entries."""
        return f"{self.node.lower()}/consent_registry/1"


def _role(url: str) -> str | None:
    return urlsplit(url).username
