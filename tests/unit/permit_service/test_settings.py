# SPDX-License-Identifier: Apache-2.0
"""The example file names every setting, and what the settings make is what policy reads."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from permit_service.settings import PermitSettings
from shared.settings import SettingsError, env_example, load
from tests.fakes.permit_factories import NATIONAL

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def environ(tmp_path: Path) -> Mapping[str, str]:
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text("x" * 40)
    return {
        "PLACET_ENV": "development",
        "PLACET_NODE": "ZZ",
        "PLACET_BIND": "127.0.0.1:8082",
        "PLACET_PUBLIC_URL": "https://permits.zz.example",
        "PLACET_DATABASE_URL": "postgresql://permit_service@db/permit_service",
        "PLACET_TOKEN_ISSUER": "https://login.zz.example",
        "PLACET_TOKEN_JWKS_URL": "https://login.zz.example/jwks",
        "PLACET_TOKEN_ENDPOINT": "https://login.zz.example/token",
        "PLACET_AUDIENCE": "urn:placet:zz:permit_service",
        "PLACET_CLIENT_ID": "permit_service",
        "PLACET_CLIENT_SECRET_FILE": str(secret),
        "PLACET_KEYS_DIR": str(tmp_path / "keys"),
        "PLACET_AUDIT_INTAKE_URL": "https://log.zz.example/v1/intake",
        "PLACET_SESSION_KEY_FILE": str(secret),
        "PLACET_SIGN_IN_ISSUER": "https://login.zz.example",
        "PLACET_SIGN_IN_CLIENT_ID": "permit_service-pages",
        "PLACET_SIGN_IN_CLIENT_SECRET_FILE": str(secret),
        "PLACET_AUTHORITY_URL": "https://authority.zz.example",
        "PLACET_DATASET_URL_BASE": "https://data.zz.example/datasets/",
        "PLACET_CONSENT_REGISTRY_URL": "https://consent.zz.example",
    }


def test_the_example_file_is_the_generated_one() -> None:
    example = ROOT / "services" / "permit_service" / "env.example"
    assert example.read_text() == env_example(PermitSettings)


def test_the_policy_is_what_the_settings_say(environ: Mapping[str, str]) -> None:
    given = {**environ, "PLACET_VISA_RECIPIENTS": "a, b", "PLACET_VISA_SECONDS": "60"}
    settings = load(PermitSettings, given)
    policy = settings.policy((NATIONAL,))
    assert settings.src == "zz/permit_service/1"
    assert settings.consent_registry_audience == "urn:placet:zz:consent_registry"
    assert policy.recipients == {"a", "b"}
    assert policy.signers_required == 1
    assert policy.profile.jku == "https://permits.zz.example/api/jwk"
    assert policy.profile.seconds == 60
    assert policy.profile.dataset_url("GDI-ZZ-DATASET-1").endswith("/GDI-ZZ-DATASET-1")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PLACET_DATASET_URL_BASE", "https://data.zz.example/datasets"),
        ("PLACET_DATASET_URL_BASE", "urn:datasets/"),
        ("PLACET_DATASET_URL_BASE", f"https://data.zz.example/{'x' * 200}/"),
        ("PLACET_AUTHORITY_URL", f"https://authority.zz.example/{'x' * 255}"),
        ("PLACET_VISA_SECONDS", "901"),
        ("PLACET_SIGNERS_REQUIRED", "0"),
        ("PLACET_AUTHORITY_URL", ""),
    ],
)
def test_what_would_make_a_bad_visa_is_refused_at_the_start(
    environ: Mapping[str, str], name: str, value: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(PermitSettings, {**environ, name: value})
    assert any(fault.startswith(f"{name}:") for fault in caught.value.faults)
