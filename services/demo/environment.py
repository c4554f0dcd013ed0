# SPDX-License-Identifier: Apache-2.0
"""The settings of every process of a local node, as the environment each one is started with.

A process inherits nothing else: no variable of the shell that called `make run` reaches a service,
apart from where programs, certificates and temporary files are found.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.demo.layout import Layout
from services.demo.ports import Ports
from services.devidp.registry import resource_id

NODE: Final = "ZZ"
AUTHORITY: Final = "https://hdab.placet.example"
DATASET_URL_BASE: Final = "https://data.placet.example/zz/"
LOG_ORIGIN: Final = f"placet.example/{NODE.lower()}/log"
CONTACTS: Final = "consent_contacts"  # roles and a database of its own
_INHERITED: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One local node: where it lives, its ports, how its events travel, and its policy file."""

    layout: Layout
    ports: Ports
    transport: str = "http"
    kafka_bootstrap: str = ""
    log_level: str = "info"
    policy: Path | None = None

    def audience(self, service: str) -> str:
        """Give a service's resource id."""
        return resource_id(NODE, service)

    def source(self, service: str) -> str:
        """Give the name under which a service's entries stand in the log."""
        return f"{NODE.lower()}/{service}/1"


def base() -> dict[str, str]:
    """Give what every process inherits."""
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**kept, "PLACET_ENV": "development", "PYTHONUNBUFFERED": "1"}


def audit_topic(service: str) -> str:
    """Give the topic of a service's entries, its own: nobody else may speak there."""
    return f"audit.{NODE.lower()}.{service}.v1"


def of_devidp(node: Node) -> dict[str, str]:
    """Give the environment of the development identity provider."""
    return {
        **base(),
        "PLACET_BIND": node.ports.bind("devidp"),
        "PLACET_PUBLIC_URL": node.ports.url("devidp"),
        "PLACET_KEYS_DIR": str(node.layout.keys("devidp") / "tokens"),
        "PLACET_REGISTRY_FILE": str(node.layout.root / "trust" / "registry.json"),
        "PLACET_SESSION_KEY_FILE": str(node.layout.keys("devidp") / "session"),
        "PLACET_LOG_LEVEL": node.log_level,
    }


def of_service(node: Node, service: str, databases: Mapping[str, str]) -> dict[str, str]:
    """Give the environment shared by all processes of one of the three services."""
    own: Mapping[str, dict[str, str]] = {
        "consent_registry": _consent_registry(node, databases[CONTACTS]),
        "permit_service": _permit_service(node),
        "audit_log": _audit_log(node),
    }
    return {
        **_process(node, service),
        "PLACET_BIND": node.ports.bind(service),
        "PLACET_PUBLIC_URL": node.ports.url(service),
        "PLACET_DATABASE_URL": databases[service],
        "PLACET_SESSION_KEY_FILE": str(node.layout.keys(service) / "session"),
        "PLACET_SIGN_IN_ISSUER": node.ports.url("devidp"),
        "PLACET_SIGN_IN_CLIENT_ID": f"{service}-pages",
        "PLACET_SIGN_IN_CLIENT_SECRET_FILE": str(node.layout.secrets / f"{service}-pages"),
        **own[service],
    }


def of_owner(service: str, databases: Mapping[str, str]) -> dict[str, str]:
    """Give what `migrate` has beside that: the owner's way into a service's databases."""
    owner = {"PLACET_MIGRATIONS_DATABASE_URL": databases[service]}
    if service == "consent_registry":
        owner["PLACET_CONTACT_MIGRATIONS_DATABASE_URL"] = databases[CONTACTS]
    return owner


def of_clearinghouse(node: Node) -> dict[str, str]:
    """Give the environment of the clearinghouse, which answers on a unix socket only."""
    consent, permit = node.ports.url("consent_registry"), node.ports.url("permit_service")
    return {
        **_process(node, "clearinghouse"),
        "PLACET_BIND": f"unix:{node.layout.clearinghouse_socket}",
        "PLACET_PUBLIC_URL": node.ports.url("gateway"),
        "PLACET_TRUSTED_SOURCES": str(node.layout.root / "trust" / "sources.json"),
        "PLACET_CONSENT_FEED_URL": f"{consent}/v1/feed",
        "PLACET_CONSENT_FEED_AUDIENCE": node.audience("consent_registry"),
        "PLACET_CONSENT_FEED_JWKS_URL": f"{consent}/api/jwk",
        "PLACET_CONSENT_FEED_ISSUER": consent,
        "PLACET_PERMIT_FEED_URL": f"{permit}/v1/feed",
        "PLACET_PERMIT_FEED_AUDIENCE": node.audience("permit_service"),
        "PLACET_PERMIT_FEED_JWKS_URL": f"{permit}/api/feed-jwk",
        "PLACET_PERMIT_FEED_ISSUER": permit,
        "PLACET_PERMIT_ISSUER": permit,
        "PLACET_PERMIT_JWKS_URL": f"{permit}/api/permit-jwk",
        "PLACET_SPOOL_DIR": str(node.layout.root / "spool"),
    }


def of_gateway(node: Node) -> dict[str, str]:
    """Give the environment of nginx's renderer."""
    return {
        **base(),
        "PLACET_BIND": node.ports.bind("gateway"),
        "PLACET_CLEARINGHOUSE_SOCKET": str(node.layout.clearinghouse_socket),
        "PLACET_DATA_DIR": str(node.layout.data),
        "PLACET_RUN_DIR": str(node.layout.root / "gateway"),
    }


def of_visa_source(node: Node) -> dict[str, str]:
    """Give the environment of the story's own visa source."""
    return {
        **base(),
        "PLACET_BIND": node.ports.bind("visa_source"),
        "PLACET_STORY_DIR": str(node.layout.root / "story"),
    }


def _process(node: Node, service: str) -> dict[str, str]:
    idp = node.ports.url("devidp")
    settings = {
        **base(),
        "PLACET_NODE": NODE,
        "PLACET_TOKEN_ISSUER": idp,
        "PLACET_TOKEN_JWKS_URL": f"{idp}/jwks",
        "PLACET_TOKEN_ENDPOINT": f"{idp}/token",
        "PLACET_AUDIENCE": node.audience(service),
        "PLACET_CLIENT_ID": service,
        "PLACET_CLIENT_SECRET_FILE": str(node.layout.secrets / service),
        "PLACET_KEYS_DIR": str(node.layout.keys(service)),
        "PLACET_TRANSPORT": node.transport,
        "PLACET_AUDIT_TOPIC": audit_topic(service),
        "PLACET_AUDIT_AUDIENCE": node.audience("audit_log"),
        "PLACET_AUDIT_INTAKE_URL": f"{node.ports.url('audit_log')}/v1/intake",
        "PLACET_LOG_LEVEL": node.log_level,
    }
    if node.transport == "kafka":
        settings["PLACET_KAFKA_BOOTSTRAP"] = node.kafka_bootstrap
    return settings


def _policy(node: Node) -> dict[str, str]:
    """Give the country's policy, which both services read."""
    return {} if node.policy is None else {"PLACET_POLICY_FILE": str(node.policy.absolute())}


def _consent_registry(node: Node, contacts: str) -> dict[str, str]:
    return {
        **_policy(node),
        "PLACET_PERMIT_MESSAGES_URL": f"{node.ports.url('permit_service')}/v1/messages",
        "PLACET_PERMIT_JWKS_URL": f"{node.ports.url('permit_service')}/api/permit-jwk",
        "PLACET_AUDIT_LOG_URL": node.ports.url("audit_log"),
        "PLACET_DATA_NODES": "clearinghouse",
        "PLACET_ERASURES_FILE": str(node.layout.root / "trust" / "registry-erasures.jsonl"),
        "PLACET_CONTACT_DATABASE_URL": contacts,
        "PLACET_NOTICE_SENDER": "no-reply@consent.example",
        "PLACET_NOTICE_FOLDER": str(node.layout.notices),
    }


def _permit_service(node: Node) -> dict[str, str]:
    return {
        **_policy(node),
        "PLACET_AUTHORITY_URL": AUTHORITY,
        "PLACET_DATASET_URL_BASE": DATASET_URL_BASE,
        "PLACET_VISA_RECIPIENTS": "clearinghouse",
        "PLACET_CONSENT_REGISTRY_URL": node.ports.url("consent_registry"),
        "PLACET_CONSENT_REGISTRY_CLIENT": "consent_registry",
    }


def _audit_log(node: Node) -> dict[str, str]:
    return {
        "PLACET_LOG_ORIGIN": LOG_ORIGIN,
        "PLACET_TILES_PUBLIC": "true",
        "PLACET_CONSENT_REGISTRY_URL": node.ports.url("consent_registry"),
        "PLACET_PERMIT_SERVICE_URL": node.ports.url("permit_service"),
        "PLACET_HEAD_FILE": str(node.layout.root / "trust" / "log-head.note"),
        "PLACET_ERASURES_FILE": str(node.layout.root / "trust" / "log-erasures.jsonl"),
    }
