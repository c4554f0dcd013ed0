# SPDX-License-Identifier: Apache-2.0
"""Settings from the environment: declared once, read once, all faults in one message.

A service declares a frozen dataclass whose fields come from `setting(...)`; `load` fills it. The
classes here hold what all processes share: inherit ProcessSettings for a process without database
and pages, CommonSettings for the three services.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final

from shared.brokers import Brokers
from shared.settings_declare import (
    NODE_SETTING,
    SettingsError,
    env_example,
    json_schema,
    load,
    setting,
)
from shared.settings_kinds import Kind, Secret

__all__ = [
    "CommonSettings",
    "KafkaSettings",
    "Kind",
    "ProcessSettings",
    "Secret",
    "SettingsError",
    "env_example",
    "json_schema",
    "load",
    "setting",
]

_MIN_SESSION_KEY_CHARS: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaSettings:
    """How entries and messages travel, and over Kafka how it and we know each other."""

    transport: str = setting(
        "PLACET_TRANSPORT",
        doc="How entries and messages travel.",
        kind=Kind.CHOICE,
        choices=("http", "kafka"),
        default="http",
    )
    kafka_bootstrap: tuple[str, ...] = setting(
        "PLACET_KAFKA_BOOTSTRAP",
        doc="Kafka brokers as host:port, comma separated; needed by the kafka transport.",
        kind=Kind.LIST,
        default="",
        example="kafka-1.example:9093,kafka-2.example:9093",
    )
    kafka_ca_file: Path | None = setting(
        "PLACET_KAFKA_CA_FILE",
        doc="The certificates (PEM) that vouch for the brokers; it makes the connection TLS 1.3.",
        kind=Kind.PATH,
        default="",
        example="/run/secrets/kafka-ca.pem",
    )
    kafka_certificate_file: Path | None = setting(
        "PLACET_KAFKA_CERTIFICATE_FILE",
        doc="This process's own certificate (PEM), where the brokers ask for one.",
        kind=Kind.PATH,
        default="",
        example="/run/secrets/kafka.pem",
    )
    kafka_key_file: Path | None = setting(
        "PLACET_KAFKA_KEY_FILE",
        doc="The key (PEM, not encrypted) of that certificate.",
        kind=Kind.PATH,
        default="",
        example="/run/secrets/kafka.key",
    )
    kafka_user: str = setting(
        "PLACET_KAFKA_USER",
        doc="This process's user at the brokers (SCRAM-SHA-512), where they ask for one.",
        default="",
        example="{service}",
    )
    kafka_password: Secret | None = setting(
        "PLACET_KAFKA_PASSWORD_FILE",
        doc="A file (mode 0600) with that user's password.",
        kind=Kind.SECRET_FILE,
        default="",
        example="/run/secrets/kafka-password",
    )

    @property
    def brokers(self) -> Brokers:
        """The brokers as the Kafka adapters take them."""
        password = self.kafka_password
        return Brokers(
            addresses=self.kafka_bootstrap,
            ca_file=self.kafka_ca_file,
            certificate_file=self.kafka_certificate_file,
            key_file=self.kafka_key_file,
            user=self.kafka_user,
            password="" if password is None else password.reveal(),
        )

    def check(self) -> Iterable[str]:
        """Name missing brokers and credentials that cannot be used."""
        if self.transport == "kafka":
            if not self.kafka_bootstrap:
                yield "PLACET_KAFKA_BOOTSTRAP: is not set, and the transport is kafka"
            yield from self.brokers.faults()


def own_topic(service: str) -> Any:
    """Declare the topic of a producer's entries: by default one that no other producer has."""
    return setting(
        "PLACET_AUDIT_TOPIC",
        doc="The topic of this service's entries, to which nobody else may write.",
        default=f"audit.{{node}}.{service}.v1",
    )


def env_setting() -> Any:
    """Declare whether this is development: production unless it is said."""
    return setting(
        "PLACET_ENV",
        doc="Whether development keys and logins may work.",
        kind=Kind.CHOICE,
        choices=("development", "production"),
        default="production",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSettings(KafkaSettings):
    """What every process of the suite needs: where it is, who it is, and where its entries go."""

    EXAMPLES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"service": "service", "host": "service.example", "bind": "127.0.0.1:8080"}
    )
    """What the marks in examples stand for; each process says its own."""

    env: str = env_setting()
    node: str = setting(NODE_SETTING, doc="The node's two letters.", kind=Kind.NODE, example="ZZ")
    bind: str = setting(
        "PLACET_BIND",
        doc="Where to listen: host:port or unix:/absolute/path.",
        kind=Kind.BIND,
        example="{bind}",
    )
    public_url: str = setting(
        "PLACET_PUBLIC_URL",
        doc="The URL under which others reach this service.",
        kind=Kind.URL,
        example="https://{host}",
    )
    token_issuer: str = setting(
        "PLACET_TOKEN_ISSUER",
        doc="The issuer of access tokens, exactly as in their iss claim.",
        kind=Kind.URL,
        example="https://login.example",
    )
    token_jwks_url: str = setting(
        "PLACET_TOKEN_JWKS_URL",
        doc="The issuer's public key set.",
        kind=Kind.URL,
        example="https://login.example/jwks",
    )
    token_endpoint: str = setting(
        "PLACET_TOKEN_ENDPOINT",
        doc="Where this service gets its own access tokens.",
        kind=Kind.URL,
        example="https://login.example/token",
    )
    audience: str = setting(
        "PLACET_AUDIENCE",
        doc="This service's resource id, as in the aud claim.",
        example="urn:placet:zz:{service}",
    )
    client_id: str = setting(
        "PLACET_CLIENT_ID", doc="This service's own client id.", example="{service}"
    )
    client_secret: Secret = setting(
        "PLACET_CLIENT_SECRET_FILE",
        doc="A file (mode 0600) with this service's client secret.",
        kind=Kind.SECRET_FILE,
        example="/run/secrets/client",
    )
    keys_dir: Path = setting(
        "PLACET_KEYS_DIR",
        doc="The folder of this service's signing keys.",
        kind=Kind.PATH,
        example="/var/lib/placet/keys",
    )
    audit_intake_url: str = setting(
        "PLACET_AUDIT_INTAKE_URL",
        doc="The audit log's intake endpoint; needed by the http transport.",
        kind=Kind.URL,
        default="",
        example="https://audit.example/v1/intake",
        expected=True,
    )
    audit_audience: str = setting(
        "PLACET_AUDIT_AUDIENCE",
        doc="The audit log's resource id.",
        default="urn:placet:{node}:audit_log",
    )
    log_level: str = setting(
        "PLACET_LOG_LEVEL",
        doc="The least severe record that is written.",
        kind=Kind.CHOICE,
        choices=("debug", "info", "warning", "error"),
        default="info",
    )

    @property
    def development(self) -> bool:
        """Whether development keys and logins may work."""
        return self.env == "development"

    def check(self) -> Iterable[str]:
        """Name the transport's missing address, and plain HTTP where production forbids it."""
        if self.transport == "http" and not self.audit_intake_url:
            yield "PLACET_AUDIT_INTAKE_URL: is not set, and the transport is http"
        if not self.development:
            if self.transport == "kafka" and self.kafka_ca_file is None:
                yield "PLACET_KAFKA_CA_FILE: must be set unless PLACET_ENV is development"
            for name, url in (
                ("PLACET_PUBLIC_URL", self.public_url),
                ("PLACET_TOKEN_ISSUER", self.token_issuer),
            ):
                if not url.startswith("https://"):
                    yield f"{name}: must be https unless PLACET_ENV is development"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonSettings(ProcessSettings):
    """What the three services need beside that: a database, and sign-in for their pages."""

    database_url: str = setting(
        "PLACET_DATABASE_URL",
        doc="This service's own PostgreSQL database, as a libpq URI with the processes' role.",
        kind=Kind.DATABASE_URL,
        example="postgresql://{service}_runtime@db.example/{service}",
    )
    owner_database_url: str = setting(
        "PLACET_MIGRATIONS_DATABASE_URL",
        doc="The same database as the role that owns its tables; for `migrate` alone, which grants"
        " the role of PLACET_DATABASE_URL what its processes need. In development it may be left"
        " out.",
        kind=Kind.DATABASE_URL,
        default="",
        example="postgresql://{service}@db.example/{service}",
    )
    session_key: Secret = setting(
        "PLACET_SESSION_KEY_FILE",
        doc="A file (mode 0600) with at least 32 random characters that sign page sessions.",
        kind=Kind.SECRET_FILE,
        example="/run/secrets/session",
    )
    sign_in_issuer: str = setting(
        "PLACET_SIGN_IN_ISSUER",
        doc="The OpenID Provider at which people sign in.",
        kind=Kind.URL,
        example="https://login.example",
    )
    sign_in_client_id: str = setting(
        "PLACET_SIGN_IN_CLIENT_ID",
        doc="The client id of this service's pages.",
        example="{service}-pages",
    )
    sign_in_client_secret: Secret = setting(
        "PLACET_SIGN_IN_CLIENT_SECRET_FILE",
        doc="A file (mode 0600) with the pages' client secret.",
        kind=Kind.SECRET_FILE,
        example="/run/secrets/sign-in",
    )

    def check(self) -> Iterable[str]:
        """Name a session key too short to resist guessing."""
        if len(self.session_key.reveal()) < _MIN_SESSION_KEY_CHARS:
            yield f"PLACET_SESSION_KEY_FILE: needs at least {_MIN_SESSION_KEY_CHARS} characters"
