# SPDX-License-Identifier: Apache-2.0
"""The chart's pods start: each init container runs here, then each process reads what it left."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pytest

from audit_log.adapters.key_files import create_missing_keys
from consent_registry.adapters.signers import create_keys as create_consent_keys
from permit_service.adapters.signers import create_keys as create_permit_keys
from services import cli
from services.docs.applications import SETTINGS, built
from services.gateway.render import Gateway, render
from services.gateway.settings import GatewaySettings
from shared.keys import KeyStore, KeyStoreError
from shared.settings import SettingsError, load
from tests.helm.test_chart import ROOT, VALUES, pods, rendered
from tests.support.go import build_tool
from tests.support.pods import Container, PodOnDisk, as_secret, containers

TRUST = ROOT / "services" / "clearinghouse" / "trusted-sources.example.json"


def clearinghouse_keys(folder: Path) -> None:
    KeyStore.create(folder / "heartbeat", "Ed25519")


MAKERS: Final[Mapping[str, Callable[[Path], object]]] = MappingProxyType(
    {
        "audit-log": create_missing_keys,
        "consent-registry": create_consent_keys,
        "permit-service": create_permit_keys,
        "clearinghouse": clearinghouse_keys,
    }
)


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """Make the Secrets that values/node.yaml names, as its operator would."""
    found: dict[str, dict[str, bytes]] = {}
    for service, make in MAKERS.items():
        folder = tmp_path_factory.mktemp(service)
        make(folder)
        found[f"{service}-keys"] = as_secret(folder)
        found[service] = {"client-secret": b"c" * 40}
        if service != "clearinghouse":
            role = service.replace("-", "_")
            url = f"postgresql://{role}_runtime@db.example/{role}".encode()
            found[service] |= {"database-url": url}
            owner = f"postgresql://{role}@db.example/{role}".encode()
            found[f"{service}-owner"] = {"database-url": owner}
            found[service] |= {"sign-in-secret": b"i" * 40, "session-key": b"s" * 40}
    return found


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """Make the ConfigMap of policies: an example, signed as its country would."""
    folder, keys = tmp_path_factory.mktemp("policies"), tmp_path_factory.mktemp("country") / "keys"
    (folder / "fi.toml").write_bytes((ROOT / "docs" / "policies" / "example-fi.toml").read_bytes())
    signing = ["consent", "policy", "sign", str(folder / "fi.toml"), "--keys", str(keys)]
    assert cli.main(signing) == 0
    jwks = json.dumps(KeyStore(keys).public_jwks())
    (folder / "policy-keys.json").write_text(jwks, encoding="utf-8")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def every_pod(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    values = tmp_path_factory.mktemp("values") / "http.yaml"
    values.write_text("transport: {kind: http, kafkaBootstrap: ''}\n", encoding="utf-8")
    return pods(rendered(build_tool(ROOT / "tests" / "tools" / "chart"), VALUES, values))


def started(pod: PodOnDisk, container: Container) -> None:
    """Do what the process does before it listens."""
    environ = pod.environment(container)
    settings = load(SETTINGS[container.process], environ)
    if isinstance(settings, GatewaySettings):
        gateway = Gateway(
            listen=settings.bind, socket=settings.socket, data=settings.data, run=settings.run
        )
        assert gateway.faults() == []
        assert f"unix:{settings.socket}" in render(gateway)
    elif container.command != "migrate":
        with built(container.process, environ) as app:
            assert app.test_client().get("/healthz").status_code == 200


def test_every_process_starts_on_what_its_init_container_left(
    every_pod: list[dict[str, Any]],
    secrets: dict[str, dict[str, bytes]],
    policies: Mapping[str, bytes],
    tmp_path: Path,
) -> None:
    for number, rendered_pod in enumerate(every_pod):
        pod = PodOnDisk(rendered_pod, tmp_path / str(number), secrets)
        pod.prepare()
        pod.prepare()  # a kubelet may run it again
        files = [path for path in pod.volume("secrets").rglob("*") if path.is_file()]
        assert files
        assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
        mounted = {"trust": {"trusted-sources.json": TRUST.read_bytes()}, "policies": policies}
        for volume in rendered_pod["volumes"]:
            for name, content in mounted.get(volume["name"], {}).items():
                (pod.volume(volume["name"]) / name).write_bytes(content)
        for container in containers(rendered_pod):
            started(pod, container)


def test_a_secret_as_kubernetes_mounts_it_is_refused(
    every_pod: list[dict[str, Any]], secrets: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    for number, rendered_pod in enumerate(every_pod):
        pod = PodOnDisk(rendered_pod, tmp_path / str(number), secrets)
        pod.prepare()
        for path in pod.volume("secrets").rglob("*"):
            path.chmod(0o750 if path.is_dir() else 0o440)
        with pytest.raises((SettingsError, KeyStoreError)):
            started(pod, containers(rendered_pod)[0])
