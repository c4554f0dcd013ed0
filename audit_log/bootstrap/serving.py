# SPDX-License-Identifier: Apache-2.0
"""The application that `serve` serves."""

from flask import Flask
from prometheus_client import CollectorRegistry

from audit_log.adapters import gauges
from audit_log.adapters.finding_desk import finding_transactions
from audit_log.adapters.tables import ENDED_SESSIONS
from audit_log.bootstrap.parts import SERVICE, Parts
from audit_log.http import api, pages
from audit_log.http.edge import Edge, install
from audit_log.settings import AuditSettings
from audit_log.usecases.erase import CopiesKept
from shared.api import create_api
from shared.auth import TokenVerifier
from shared.db import AWAY, ready_check
from shared.ended_sessions import SqlEndedSessions
from shared.first import behind
from shared.http_client import RemoteKeySet
from shared.pages import PageSettings, SignIn, install_pages
from shared.service_info import ServiceInfo
from shared.version import VERSION
from shared.web import create_flask


def create_app(parts: Parts) -> Flask:
    """Make the application that `serve` serves."""
    settings = parts.settings
    verifier = TokenVerifier(
        issuer=settings.token_issuer,
        audience=settings.audience,
        keys=RemoteKeySet(settings.token_jwks_url, parts.clock),
        clock=parts.clock,
    )
    registry = CollectorRegistry()
    gauges.install(registry, parts.transaction, parts.clock)
    app = create_flask(
        SERVICE,
        settings=settings,
        clock=parts.clock,
        info=_info(settings),
        verifier=verifier,
        away=AWAY,
        checks={
            "database": ready_check(parts.engine, SERVICE),
            "erasures": parts.replayer.ensure,
        },
        registry=registry,
    )
    install(
        app,
        Edge(
            transaction=parts.transaction,
            findings=behind(
                parts.replayer.ensure, finding_transactions(parts.engine, parts.own, parts.clock)
            ),
            keeping=parts.keeping,
            retention=parts.retention,
            outside=parts.outside,
            copies=CopiesKept(terms=settings.copy_terms),
            thresholds=parts.thresholds,
            pseudonyms=parts.keys.pseudonyms,
            cohorts=parts.cohorts,
            vault=parts.keys.vault,
            trust=parts.trust,
            witness=parts.witness,
            waits_for_witnesses=parts.policy.asks,
            ids=parts.ids,
            clock=parts.clock,
        ),
    )
    api.register(
        create_api(app, "Placet audit log", VERSION), tiles_public=settings.tiles_are_public
    )
    _dress(app, parts, verifier)
    pages.register(app)
    return app


def _dress(app: Flask, parts: Parts, verifier: TokenVerifier) -> None:
    settings = parts.settings
    install_pages(
        app,
        settings=PageSettings(
            service=SERVICE,
            title="Audit log",
            public_url=settings.public_url,
            session_key=settings.session_key,
            development=settings.development,
        ),
        sign_in=SignIn(
            issuer=settings.sign_in_issuer,
            client_id=settings.sign_in_client_id,
            client_secret=settings.sign_in_client_secret,
            public_url=settings.public_url,
            audience=settings.audience,
            scopes=pages.SCOPES,
            verifier=verifier,
            clock=parts.clock,
        ),
        navigation=pages.NAVIGATION,
        clock=parts.clock,
        ended=SqlEndedSessions(parts.engine, ENDED_SESSIONS, parts.clock),
    )


def _info(settings: AuditSettings) -> ServiceInfo:
    return ServiceInfo(
        id=f"org.placet.{settings.node.lower()}.{SERVICE}",
        name="Placet audit log",
        artifact=SERVICE,
        description="What happened, provably: a transparency log of this node.",
        organisation=f"Node {settings.node}",
        organisation_url=settings.public_url,
        environment=settings.env,
    )
