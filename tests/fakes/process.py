# SPDX-License-Identifier: Apache-2.0
"""A process that is none of ours: its settings, and what it says of itself."""

from pathlib import Path

from shared.service_info import ServiceInfo
from shared.settings import ProcessSettings, Secret


def settings() -> ProcessSettings:
    return ProcessSettings(
        env="development",
        node="ZZ",
        bind="127.0.0.1:8081",
        public_url="http://127.0.0.1:8081",
        token_issuer="http://127.0.0.1:8090",
        token_jwks_url="http://127.0.0.1:8090/jwks",
        token_endpoint="http://127.0.0.1:8090/token",
        audience="urn:placet:zz:test",
        client_id="test",
        client_secret=Secret("s"),
        keys_dir=Path("/nowhere"),
        transport="http",
        kafka_bootstrap=(),
        kafka_ca_file=None,
        kafka_certificate_file=None,
        kafka_key_file=None,
        kafka_user="",
        kafka_password=None,
        audit_intake_url="http://127.0.0.1:8083/v1/intake",
        audit_audience="urn:placet:zz:audit_log",
        log_level="info",
    )


INFO = ServiceInfo(
    id="example.placet.test",
    name="Test",
    artifact="test",
    description="A service for tests.",
    organisation="Placet",
    organisation_url="https://placet.example",
    environment="development",
)
