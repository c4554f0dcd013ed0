# SPDX-License-Identifier: Apache-2.0
"""What a local node needs before its first process starts: keys, secrets, people, trust.

Everything is made once and kept; each service's keys lie in a folder of their own, files are mode
0600. These are development materials: the services refuse them unless PLACET_ENV is development.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from services.demo.environment import AUTHORITY, DATASET_URL_BASE, NODE, Node
from services.devidp.registry import Registry, User, demo_registry
from services.devidp.registry_file import create_secrets, write_registry
from shared.keys import Algorithm, KeyStore

PRODUCERS: Final = ("clearinghouse", "consent_registry", "permit_service")
# Every other key a service makes itself when it migrates on a development node.
STORES: Final[Mapping[str, Mapping[str, Algorithm]]] = MappingProxyType(
    {"devidp": {"tokens": "RS256"}, "clearinghouse": {"heartbeat": "Ed25519"}}
)
PAGES: Final = ("audit_log", "consent_registry", "devidp", "permit_service")
EXTRA_RESEARCHERS: Final = (
    ("edda", "researcher whose visa has expired"),
    ("felix", "researcher with a visa of a foreign issuer"),
    ("petra", "researcher with a visa for somebody else's permit"),
)


def prepare(node: Node) -> None:
    """Make what is missing; leave what is there."""
    for service, stores in STORES.items():
        folder = _private(node.layout.keys(service))
        for name, algorithm in stores.items():
            if not (folder / name / "keys.json").exists():
                KeyStore.create(folder / name, algorithm)
    for service in PAGES:
        _random_file(_private(node.layout.keys(service)) / "session")
    story = _private(node.layout.root / "story")
    if not (story / "keys" / "keys.json").exists():
        KeyStore.create(story / "keys", "RS256")
    _private(node.layout.secrets)
    _private(node.layout.root / "spool")
    node.layout.data.mkdir(exist_ok=True)
    node.layout.notices.mkdir(mode=0o700, exist_ok=True)
    trust = _private(node.layout.root / "trust")
    registry = people(node)
    write_registry(registry, trust / "registry.json")
    create_secrets(registry)
    (trust / "sources.json").write_text(json.dumps(trusted_sources(node), indent=2) + "\n")


def people(node: Node) -> Registry:
    """Give the demo's people and clients, three researchers nobody should let in among them.

    The story's visa source is a resource of its own: the token shown there opens nothing else.
    """
    services = ("consent_registry", "permit_service", "audit_log")
    registry = demo_registry(
        node=NODE,
        pages={service: node.ports.url(service) for service in services},
        secrets_folder=node.layout.secrets,
    )
    source = {node.audience("visa_source"): frozenset({"visas.read"})}
    research = next(user.access for user in registry.users if user.login == "rita")
    extra = tuple(
        User(
            login=login,
            subject=f"person-{login}",
            name=f"{login.capitalize()} Example",
            role=role,
            access=research,
        )
        for login, role in EXTRA_RESEARCHERS
    )
    return Registry(
        resources={**registry.resources, **source},
        users=(*registry.users, *extra),
        clients=tuple(
            replace(client, access={**client.access, **source})
            if client.client_id == "clearinghouse"
            else client
            for client in registry.clients
        ),
    )


def trusted_sources(node: Node) -> list[dict[str, object]]:
    """Give the clearinghouse's trust list: this node's permit_service, and the story's source."""
    permit, story = node.ports.url("permit_service"), node.ports.url("visa_source")
    common: dict[str, object] = {
        "subject_issuer": node.ports.url("devidp"),
        "binding": "broker-bound",
        "dataset_prefix": DATASET_URL_BASE,
        "sources": [AUTHORITY],
    }
    return [
        {
            **common,
            "name": "permit_service",
            "issuer": permit,
            "jku": f"{permit}/api/jwk",
            "permissions_url": f"{permit}/api/permissions/{{user}}",
            "audience": node.audience("permit_service"),
            "reason": "same node",
        },
        {
            **common,
            "name": "story",
            "issuer": story,
            "jku": f"{story}/api/jwk",
            "permissions_url": f"{story}/api/permissions/{{user}}",
            "audience": node.audience("visa_source"),
            "reason": "the story's own source, development only",
        },
    ]


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _random_file(path: Path) -> None:
    if path.exists():
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
