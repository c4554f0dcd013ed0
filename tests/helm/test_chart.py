# SPDX-License-Identifier: Apache-2.0
"""The chart, rendered by Helm's own engine: every process, every migration, nothing half-filled."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.docs.applications import SETTINGS
from shared.settings import json_schema
from tests.support.go import build_tool
from tests.support.pods import below, containers

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "helm"
VALUES = Path(__file__).parent / "values" / "node.yaml"

PROCESSES = {
    ("consent_registry", "serve"),
    ("consent_registry", "work"),
    ("permit_service", "serve"),
    ("permit_service", "work"),
    ("audit_log", "serve"),
    ("audit_log", "work"),
    ("audit_log", "sequence"),
    ("clearinghouse", "serve"),
    ("gateway", "serve"),
}


@pytest.fixture(scope="module")
def renderer() -> Path:
    return build_tool(ROOT / "tests" / "tools" / "chart")


def rendered(renderer: Path, *values: Path) -> list[dict[str, Any]]:
    outcome = subprocess.run(
        [renderer, CHART, *values], capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stderr
    return [document for document in yaml.safe_load_all(outcome.stdout) if document]


def pods(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [d["spec"]["template"]["spec"] for d in documents if "template" in d.get("spec", {})]


def test_every_process_and_every_migration_is_in_the_chart(renderer: Path) -> None:
    documents = rendered(renderer, VALUES)
    started = {(c.process, c.command) for pod in pods(documents) for c in containers(pod)}
    migrations = {(name, "migrate") for name in ("consent_registry", "permit_service", "audit_log")}
    assert started == PROCESSES | migrations


def test_a_chart_without_the_operator_s_values_names_every_missing_one(renderer: Path) -> None:
    outcome = subprocess.run([renderer, CHART], capture_output=True, text=True, check=False)
    assert outcome.returncode == 1
    for wanted in ("/node", "/tokens/issuer", "/image/repository", "/transport/kafkaBootstrap"):
        assert wanted in outcome.stderr
    names = ("secretName", "migrationsSecretName", "keysSecretName")
    for wanted in (*names, "authorityUrl", "datasetUrlBase"):
        assert f"/services/permit_service/{wanted}" in outcome.stderr
    assert "/services/audit_log/logOrigin" in outcome.stderr
    assert "/clearinghouse/publicUrl" in outcome.stderr


def test_no_container_may_be_root_or_write_to_its_image(renderer: Path) -> None:
    for pod in pods(rendered(renderer, VALUES)):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["automountServiceAccountToken"] is False
        for container in (*pod["initContainers"], *pod["containers"]):
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["allowPrivilegeEscalation"] is False


def test_the_http_transport_needs_no_broker(renderer: Path, tmp_path: Path) -> None:
    override = tmp_path / "http.yaml"
    override.write_text("transport: {kind: http, kafkaBootstrap: ''}\n", encoding="utf-8")
    text = yaml.safe_dump_all(rendered(renderer, VALUES, override))
    assert "PLACET_KAFKA_BOOTSTRAP" not in text
    assert "/v1/intake" in text


def test_every_process_gets_all_the_settings_it_needs_and_no_other(renderer: Path) -> None:
    for pod in pods(rendered(renderer, VALUES)):
        for container in containers(pod):
            schema = json_schema(SETTINGS[container.process])
            names, what = container.names, f"{container.process} {container.command}"
            assert set(schema["required"]) - set(names) == set(), what
            assert set(names) - set(schema["properties"]) == set(), what
            assert len(names) == len(set(names)), what


def test_every_path_in_a_setting_is_below_a_mount(renderer: Path) -> None:
    for pod in pods(rendered(renderer, VALUES)):
        volumes = [volume["name"] for volume in pod["volumes"]]
        claims = ["spool"]  # made for the clearinghouse by its StatefulSet
        for container in containers(pod):
            assert set(container.mounts.values()) <= {*volumes, *claims}
            lost = [
                name
                for name, path in container.paths()
                if not any(below(path, mount) for mount in container.mounts)
                and (container.command, name) != ("migrate", "PLACET_KEYS_DIR")
            ]
            assert lost == [], f"{container.process} {container.command}"


def test_consents_and_permits_follow_the_same_policies(renderer: Path, tmp_path: Path) -> None:
    def readers(*values: Path) -> set[tuple[str, str]]:
        return {
            (container.process, container.command)
            for pod in pods(rendered(renderer, *values))
            for container in containers(pod)
            if "PLACET_POLICY_FILE" in container.names
        }

    both = {
        (name, how) for name in ("consent_registry", "permit_service") for how in ("serve", "work")
    }
    assert readers(VALUES) == both
    shipped = tmp_path / "shipped.yaml"
    shipped.write_text("policiesConfigMap: ''\n", encoding="utf-8")
    assert readers(VALUES, shipped) == set()


def test_only_a_process_that_signs_or_opens_something_sees_keys(renderer: Path) -> None:
    for pod in pods(rendered(renderer, VALUES)):
        for container in containers(pod):
            # What the Secrets themselves hold is for the init container alone.
            assert not {"own-secret", "keys-secret"} & set(container.mounts.values())
        commands = {container.command for container in containers(pod)}
        secrets = [volume["name"] for volume in pod["volumes"] if "secret" in volume]
        assert ("keys-secret" in secrets) == (commands != {"migrate"})
    gateway = next(
        container
        for pod in pods(rendered(renderer, VALUES))
        for container in containers(pod)
        if container.process == "gateway"
    )
    assert "secrets" not in gateway.mounts.values()


def test_only_a_migration_knows_the_owner_of_the_tables(renderer: Path, tmp_path: Path) -> None:
    """Nor does anything but the migration job see the owner's Secret, in whatever way."""
    contacts = tmp_path / "contacts.yaml"
    contacts.write_text("services: {consent_registry: {contactPoints: true}}\n", encoding="utf-8")
    knowing = {}
    for pod in pods(rendered(renderer, VALUES, contacts)):
        for container in containers(pod):
            told = [name for name in container.names if "MIGRATIONS_DATABASE_URL" in name]
            assert bool(told) == ("-owner" in str(pod))
            knowing[container.process, container.command] = told
    owner, contact = "PLACET_MIGRATIONS_DATABASE_URL", "PLACET_CONTACT_MIGRATIONS_DATABASE_URL"
    assert {what: told for what, told in knowing.items() if told} == {
        ("audit_log", "migrate"): [owner],
        ("consent_registry", "migrate"): [owner, contact],
        ("permit_service", "migrate"): [owner],
    }


def kept_claims(documents: list[dict[str, Any]]) -> list[str]:
    """Give the names of the claims that uninstalling leaves."""
    claims = [d["metadata"] for d in documents if d["kind"] == "PersistentVolumeClaim"]
    keep = "helm.sh/resource-policy"
    return [c["name"] for c in claims if c.get("annotations", {}).get(keep) == "keep"]


def claim_of(deployment: dict[str, Any], volume: str) -> str:
    volumes = deployment["spec"]["template"]["spec"]["volumes"]
    (claim,) = [v["persistentVolumeClaim"]["claimName"] for v in volumes if v["name"] == volume]
    return str(claim)


@pytest.mark.parametrize(
    ("service", "processes"),
    [("audit-log", ("serve", "work", "sequence")), ("consent-registry", ("serve", "work"))],
)
def test_what_was_erased_is_written_down_by_every_process(
    renderer: Path, service: str, processes: tuple[str, ...]
) -> None:
    documents = rendered(renderer, VALUES)
    found = set()
    for process in processes:
        (one,) = [d for d in documents if d["metadata"]["name"].endswith(f"{service}-{process}")]
        (container,) = containers(one["spec"]["template"]["spec"])
        path = dict(container.env)["PLACET_ERASURES_FILE"]
        volume = next(name for mount, name in container.mounts.items() if below(path, mount))
        found.add((path, claim_of(one, volume)))
    ((_, claim),) = found
    assert claim in kept_claims(documents)


def test_the_log_s_head_is_kept_on_a_volume_that_outlives_its_pod(renderer: Path) -> None:
    documents = rendered(renderer, VALUES)
    claims = kept_claims(documents)
    (work,) = [d for d in documents if d["metadata"]["name"].endswith("audit-log-work")]
    (container,) = containers(work["spec"]["template"]["spec"])
    head = dict(container.env)["PLACET_HEAD_FILE"]
    volume = next(name for mount, name in container.mounts.items() if below(head, mount))
    assert claim_of(work, volume) in claims
    assert (work["spec"]["replicas"], work["spec"]["strategy"]) == (1, {"type": "Recreate"})
