# SPDX-License-Identifier: Apache-2.0
"""The registry of people and clients, and its file."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from services.devidp.registry import GrantType, Registry, demo_registry, resource_id
from services.devidp.registry_file import (
    RegistryError,
    create_secrets,
    read_registry,
    read_secrets,
    write_registry,
)

PAGES = {
    "consent_registry": "http://127.0.0.1:8081",
    "permit_service": "http://127.0.0.1:8082",
    "audit_log": "http://127.0.0.1:8083",
}


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return demo_registry(node="ZZ", pages=PAGES, secrets_folder=tmp_path / "secrets")


def test_a_registry_survives_its_file(registry: Registry, tmp_path: Path) -> None:
    path = tmp_path / "registry.json"
    write_registry(registry, path)
    assert read_registry(path) == registry
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_demo_has_its_people_and_clients(registry: Registry) -> None:
    logins = {user.login for user in registry.users}
    staff = {"bo", "carl", "dora", "greta", "hugo", "olga", "otto", "sara", "stella", "sven"}
    assert staff | {"anna", "rita", "stranger"} == logins
    clients = {client.client_id for client in registry.clients}
    assert clients == {
        "audit_log",
        "audit_log-pages",
        "clearinghouse",
        "consent_registry",
        "consent_registry-pages",
        "desk",
        "permit_service",
        "permit_service-pages",
        "story",
    }
    assert set(registry.resources) == {
        resource_id("ZZ", name) for name in (*PAGES, "clearinghouse")
    }


def test_only_people_and_the_story_hold_what_people_do(registry: Registry) -> None:
    human = {"consents.self", "applications.submit", "applications.decide", "log.search"}
    machines = [
        client
        for client in registry.clients
        if client.grant_types == {GrantType.CLIENT_CREDENTIALS} and client.client_id != "story"
    ]
    assert machines
    for client in machines:
        held = {scope for scopes in client.access.values() for scope in scopes}
        assert held, client.client_id
        assert not held & human, client.client_id


def test_more_participants_may_be_asked_for(tmp_path: Path) -> None:
    registry = demo_registry(
        node="FI", pages={}, secrets_folder=tmp_path, participants=("anna", "eeva")
    )
    eeva = registry.user("eeva")
    assert eeva is not None
    assert eeva.access == {"urn:placet:fi:consent_registry": frozenset({"consents.self"})}


def test_secrets_are_made_once_random_and_private(registry: Registry) -> None:
    create_secrets(registry)
    first = read_secrets(registry)
    create_secrets(registry)
    assert read_secrets(registry) == first
    assert "desk" not in first
    assert len(set(first.values())) == len(first) == 8
    assert all(len(secret) >= 32 for secret in first.values())
    files = [client.secret_file for client in registry.clients if client.secret_file]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_every_unusable_secret_is_named(registry: Registry, tmp_path: Path) -> None:
    create_secrets(registry)
    (tmp_path / "secrets" / "story").chmod(0o644)
    (tmp_path / "secrets" / "audit_log").write_text("\n")
    (tmp_path / "secrets" / "clearinghouse").unlink()
    with pytest.raises(RegistryError) as refused:
        read_secrets(registry)
    assert refused.value.faults == (
        "the secret of clearinghouse cannot be read",
        "the secret of audit_log is empty",
        "the secret of story is in a file that others may use; make its mode 0600",
    )


def edited(registry: Registry, path: Path) -> dict[str, Any]:
    write_registry(registry, path)
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def test_every_fault_of_a_file_is_named_at_once(registry: Registry, tmp_path: Path) -> None:
    path = tmp_path / "registry.json"
    document = edited(registry, path)
    document["users"][0]["access"]["urn:nowhere"] = ["x"]
    document["users"][1]["access"][resource_id("ZZ", "audit_log")] = ["consents.self"]
    document["users"][2]["login"] = "not a login"
    document["users"][3]["surprise"] = 1
    document["users"].append(document["users"][5])
    document["clients"][0]["grant_types"] = ["password"]
    del document["clients"][1]["secret_file"]
    path.write_text(json.dumps(document))
    with pytest.raises(RegistryError) as refused:
        read_registry(path)
    assert refused.value.faults == (
        "users[0].access names an unknown resource",
        f"users[1].access names a scope that {resource_id('ZZ', 'audit_log')} does not have",
        "users[2].login must be a short name of letters, digits, _ . -",
        "users[3] must have exactly access, login, name, role, subject",
        "users has the same login twice",
        "clients[0].grant_types must be from authorization_code, client_credentials",
        "clients[1] needs a secret_file for client_credentials",
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "registry.json is not JSON"),
        ("[]", "it must be an object with resources, users and clients"),
        (
            '{"resources": {}, "users": [], "clients": [], "more": 1}',
            "it must be an object with resources, users and clients",
        ),
        (
            '{"resources": {"a": "b"}, "users": [], "clients": []}',
            "resources must map resource ids to lists of scopes",
        ),
        ('{"resources": {}, "users": {}, "clients": []}', "users must be a list"),
        (
            '{"resources": {}, "users": [null], "clients": []}',
            "users[0] must have exactly access, login, name, role, subject",
        ),
    ],
)
def test_what_is_no_registry_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "registry.json"
    path.write_text(text)
    with pytest.raises(RegistryError) as refused:
        read_registry(path)
    assert refused.value.faults == (fault,)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"registry\.json cannot be read"):
        read_registry(tmp_path / "registry.json")
