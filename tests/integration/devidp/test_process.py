# SPDX-License-Identifier: Apache-2.0
"""The provider as a process: it serves, it stops, and it refuses what it must."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import requests

from services.devidp.registry import resource_id
from services.devidp.settings import DevidpSettings
from shared.settings import env_example
from tests.support.devidp import DevidpFiles, devidp_files, devidp_process
from tests.support.tokens import person_token, service_token

CONSENTS = resource_id("ZZ", "consent_registry")
SERVICE = Path(__file__).parents[3] / "services" / "devidp"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> DevidpFiles:
    return devidp_files(tmp_path_factory.mktemp("process"))


def check(environment: Mapping[str, str], command: str = "check-config") -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "services.devidp", command],
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def test_it_serves_people_and_services_and_stops_when_told(
    files: DevidpFiles, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    secret = files.secret("story")
    with devidp_process(files, log) as process:
        given = person_token(files.issuer, "anna", CONSENTS, ["consents.self"])
        assert "consents.self" in given.scopes
        token = service_token(files.issuer, "story", secret, CONSENTS, ["feed.read"])
        page = requests.get(f"{files.issuer}/nowhere", headers={"Accept": "text/html"}, timeout=30)
        assert page.status_code == 404
        assert "Page not found" in page.text
    assert process.returncode == 0
    written = log.read_text()
    assert "/authorize" in written
    parts = [*given.access_token.split("."), *given.id_token.split("."), *token.split(".")]
    for private in ("anna", "Anna", secret, *parts):
        assert private not in written


def test_a_usable_configuration_is_said_to_be(files: DevidpFiles) -> None:
    assert check(files.environment) == (0, "The configuration is usable.\n")


@pytest.mark.parametrize("command", ["serve", "check-config"])
def test_it_refuses_anything_but_development(files: DevidpFiles, command: str) -> None:
    status, said = check({**files.environment, "PLACET_ENV": "production"}, command)
    assert status == 2
    assert "PLACET_ENV: must be development" in said
    assert "Traceback" not in said


def test_every_bad_setting_is_named_at_once(files: DevidpFiles) -> None:
    status, said = check(
        {
            "PLACET_PUBLIC_URL": "http://login.example",
            "PLACET_BIND": "nowhere",
            "PLACET_KEYS_DIR": "relative",
        }
    )
    assert status == 2
    for name in ("ENV", "BIND", "PUBLIC_URL", "KEYS_DIR", "REGISTRY_FILE", "SESSION_KEY_FILE"):
        assert f"PLACET_{name}:" in said


def test_a_bad_registry_or_key_folder_is_named(files: DevidpFiles, tmp_path: Path) -> None:
    broken = tmp_path / "registry.json"
    broken.write_text(json.dumps({"resources": {}, "users": {}, "clients": {}}))
    status, said = check({**files.environment, "PLACET_REGISTRY_FILE": str(broken)})
    assert status == 2
    assert "users must be a list; clients must be a list" in said
    status, said = check({**files.environment, "PLACET_KEYS_DIR": str(tmp_path)})
    assert status == 2
    assert "keys.json: cannot be read" in said


def test_the_example_of_the_environment_is_the_settings() -> None:
    assert (SERVICE / "env.example").read_text() == env_example(DevidpSettings)
