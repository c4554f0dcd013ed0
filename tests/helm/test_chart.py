# SPDX-License-Identifier: Apache-2.0
"""The chart, rendered by Helm's own engine: every process, every migration, nothing half-filled."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.go import build_tool

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
    args = [c["args"] for pod in pods(documents) for c in pod["containers"] if "args" in c]
    started = {(a[2].removeprefix("services."), a[3]) for a in args}
    migrations = {(name, "migrate") for name in ("consent_registry", "permit_service", "audit_log")}
    assert started == PROCESSES | migrations


def test_a_chart_without_the_operator_s_values_names_every_missing_one(renderer: Path) -> None:
    outcome = subprocess.run([renderer, CHART], capture_output=True, text=True, check=False)
    assert outcome.returncode == 1
    for wanted in ("/node", "/tokens/issuer", "/image/repository", "/transport/kafkaBootstrap"):
        assert wanted in outcome.stderr
    assert "/services/permit_service/secretName" in outcome.stderr


def test_no_container_may_be_root_or_write_to_its_image(renderer: Path) -> None:
    for pod in pods(rendered(renderer, VALUES)):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["allowPrivilegeEscalation"] is False


def test_the_http_transport_needs_no_broker(renderer: Path, tmp_path: Path) -> None:
    override = tmp_path / "http.yaml"
    override.write_text("transport: {kind: http, kafkaBootstrap: ''}\n", encoding="utf-8")
    text = yaml.safe_dump_all(rendered(renderer, VALUES, override))
    assert "PLACET_KAFKA_BOOTSTRAP" not in text
    assert "/v1/intake" in text
