# SPDX-License-Identifier: Apache-2.0
"""Every address of every application says who may call it, and what is open stands written here."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from flask import Flask

from services.devidp.registry import demo_registry, resource_id
from services.docs.applications import APPLICATIONS
from tests.support.doors import doors

_WATCHED = {"GET /healthz", "GET /readyz"}
_EVERYWHERE = {*_WATCHED, "GET /metrics", "GET /service-info", "GET /openapi.json"}
_SHELL = {
    *("GET /static/<filename>", "GET /sign-in", "GET /sign-in/callback"),
    *("POST /sign-out", "GET /signed-out"),
}
OPEN: Mapping[str, set[str]] = {
    "audit_log": {
        *(*_EVERYWHERE, *_SHELL),
        # Authenticated by the note: what no configured log's key has signed is refused (403, 404).
        "POST /witness/add-checkpoint",
        "GET /witness/<digest>/checkpoint",
    },
    # The decision itself, `/v1/decide`, is answered before the framework: unit/clearinghouse.
    "clearinghouse": {*_EVERYWHERE, "GET /v1/state"},
    "consent_registry": {
        *(*_EVERYWHERE, *_SHELL, "GET /api/jwk"),
        # A receipt is answered for by its signature, and the answer is about nobody.
        *("GET /receipts/check", "POST /v1/receipts/check"),
        "GET /v1/catalogue/<dataset>",
    },
    "devidp": {
        *_WATCHED,
        *("GET /", "GET /static/<filename>", "GET /.well-known/openid-configuration", "GET /jwks"),
        *("POST /token", "GET /userinfo", "POST /userinfo"),
        *("GET /authorize", "POST /authorize", "GET /end_session", "POST /end_session"),
    },
    "permit_service": {
        *_EVERYWHERE,
        *_SHELL,
        *("GET /", "GET /api/jwk", "GET /api/permit-jwk", "GET /api/feed-jwk"),
    },
}
OPENED_LOG = {
    *("GET /log/checkpoint", "GET /log/checkpoint/latest", "GET /log/tile/<path:rest>"),
    *("GET /v1/log", "GET /v1/entries/<int:idx>/proof", "GET /v1/proofs/consistency"),
}
SCOPES: Mapping[str, set[str]] = {
    "audit_log": {
        *("log.read", "log.reveal", "log.search"),
        *("entries.write", "findings.manage", "holds.manage"),
        *("subjects.erase", "subjects.report"),
    },
    "clearinghouse": set(),
    "consent_registry": {
        *("consents.self", "consents.read", "consents.write", "consents.import"),
        *("cohorts.count", "cohorts.evaluate", "cohorts.freeze"),
        *("decisions.read", "feed.read", "messages.write", "rights.manage"),
        "preferences.read",
    },
    "devidp": set(),
    "permit_service": {
        *("applications.submit", "applications.read", "applications.decide"),
        *("permits.read", "permits.revoke", "visas.read", "feed.read", "messages.write"),
        "decisions.read",
    },
}


def open_doors(app: Flask) -> set[str]:
    return {str(door) for door in doors(app) if door.reason is not None}


@pytest.mark.parametrize("name", sorted(APPLICATIONS))
def test_every_route_says_either_whom_it_requires_or_why_it_is_open(
    applications: Mapping[str, Flask], name: str
) -> None:
    unsaid = [
        str(door)
        for door in doors(applications[name])
        if (door.scopes is None) == (door.reason is None) or door.scopes == ()
    ]
    assert unsaid == []


@pytest.mark.parametrize("name", sorted(APPLICATIONS))
def test_what_is_open_is_what_stands_here(applications: Mapping[str, Flask], name: str) -> None:
    assert open_doors(applications[name]) == OPEN[name]


@pytest.mark.parametrize("name", sorted(APPLICATIONS))
def test_the_scopes_asked_for_are_the_settled_ones(
    applications: Mapping[str, Flask], name: str
) -> None:
    asked = {scope for door in doors(applications[name]) for scope in door.scopes or ()}
    assert asked <= SCOPES[name]


def test_the_identity_provider_grants_exactly_the_settled_scopes() -> None:
    known = demo_registry(node="ZZ", pages={}, secrets_folder=Path("nowhere")).resources
    services = {name: scopes for name, scopes in SCOPES.items() if name != "devidp"}
    assert dict(known) == {
        resource_id("ZZ", name): frozenset(scopes) for name, scopes in services.items()
    }


def test_a_log_opened_to_verifiers_opens_its_own_bytes_and_nothing_else(
    log_open_to_all: Flask,
) -> None:
    assert open_doors(log_open_to_all) == OPEN["audit_log"] | OPENED_LOG


@pytest.mark.parametrize("name", sorted(set(APPLICATIONS) - {"devidp"}))
def test_every_service_can_be_watched_and_says_what_it_is(
    applications: Mapping[str, Flask], name: str
) -> None:
    client = applications[name].test_client()
    assert client.get("/healthz").get_json() == {"status": "ok"}
    info = client.get("/service-info").get_json()
    assert info["id"]
    assert info["type"] == {"group": "org.placet", "artifact": name, "version": "1.0.0"}
    assert {"name", "organization", "version", "environment"} <= set(info)
    assert client.get("/readyz").status_code == 503  # nothing that it needs is there
    metrics = client.get("/metrics").text
    assert 'placet_http_requests_total{method="GET",route="/healthz",status="200"}' in metrics
