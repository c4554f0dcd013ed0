# SPDX-License-Identifier: Apache-2.0
"""The only module that knows every part of permit_service: settings to adapters to processes.

Reads no environment and decides nothing.
"""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Flask
from sqlalchemy import Engine

from permit_service.adapters.cohort_client import SCOPES, HttpCohorts
from permit_service.adapters.databases import databases
from permit_service.adapters.inbox import Inbox
from permit_service.adapters.signers import Signers, create_keys, read_signers
from permit_service.adapters.tables import ENDED_SESSIONS, OUTBOX
from permit_service.adapters.unit_of_work import SqlUnits
from permit_service.http import api, pages
from permit_service.http.edge import Edge, install
from permit_service.ports import Ports
from permit_service.settings import PermitSettings
from permit_service.usecases.feed import beat
from permit_service.workers.ends import EndWorker
from permit_service.workers.grants import GrantWorker
from permit_service.workers.messages import MessageWorker
from permit_service.workers.rulings import RulingWorker
from permit_service.workers.silence import SilenceWorker
from shared import database_roles
from shared.api import create_api
from shared.auth import TokenVerifier
from shared.clock import Clock
from shared.country_policy import CountryPolicy, PolicyFaults, load_country_policy
from shared.db import AWAY, engine, ready_check
from shared.ended_sessions import SqlEndedSessions
from shared.heartbeat import HEARTBEAT_SECONDS
from shared.http_client import Http, Limits, RemoteKeySet, ServiceTokens
from shared.http_io import HttpTransport, Peer
from shared.ids import Uuid7Source
from shared.kafka_io import KafkaTransport
from shared.outbox import Relay
from shared.outbox_voice import OutboxVoice
from shared.pages import PageSettings, SignIn, install_pages
from shared.policy_files import read_policy_files
from shared.processes import run_loop
from shared.service_info import ServiceInfo
from shared.settings import SettingsError
from shared.transport import Transport
from shared.version import VERSION
from shared.waiting_room import WaitingRoom
from shared.web import create_flask

SERVICE: Final = "permit_service"
THREADS: Final = 16
"""Requests in Python at once; a long poll of the feed occupies one."""
FREE_THREADS: Final = 8
"""Of these threads so many are never left to long polls."""
_COHORT_LIMITS: Final = Limits(total_seconds=10.0)
_FEED_BEAT_SECONDS: Final = 5.0
_IDLE_SECONDS: Final = 0.1
_RULINGS_SECONDS: Final = 1.0
_ENDS_SECONDS: Final = 2.0
_SILENCE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What both processes are made of."""

    settings: PermitSettings
    clock: Clock
    engine: Engine
    tokens: ServiceTokens
    signers: Signers
    ports: Ports
    inbox: Inbox


def build(settings: PermitSettings, *, clock: Clock) -> Parts:
    """Put the parts together; opens no connection.

    A development node makes its own keys at the first start. Raises KeyStoreError when keys are
    missing or unsafe, SettingsError when the country's policy is not usable.
    """
    if settings.development:
        create_keys(settings.keys_dir)
    policy, ids = settings.policy(_national(settings)), Uuid7Source()
    signers = read_signers(settings.keys_dir, jku=policy.profile.jku)
    database = engine(settings.database_url, application_name=SERVICE, pool_size=THREADS)
    tokens = ServiceTokens(
        settings.token_endpoint, settings.client_id, settings.client_secret, clock
    )
    ports = Ports(
        units=SqlUnits(
            database, src=settings.src, topic=settings.audit_topic, ids=ids, clock=clock
        ),
        cohorts=HttpCohorts(
            settings.consent_registry_url,
            lambda: tokens.token(settings.consent_registry_audience, SCOPES),
            Http(limits=_COHORT_LIMITS),
        ),
        permit_signer=signers.permit,
        visa_signer=signers.visa,
        feed_signer=signers.feed,
        clock=clock,
        ids=ids,
        random=os.urandom,
        policy=policy,
    )
    return Parts(
        settings=settings,
        clock=clock,
        engine=database,
        tokens=tokens,
        signers=signers,
        ports=ports,
        inbox=Inbox(database, clock),
    )


def _national(settings: PermitSettings) -> tuple[CountryPolicy, ...]:
    """Read the country's policy files. Raises SettingsError naming every fault."""
    try:
        return read_policy_files(
            settings.policy_file, settings.policy_keys_file, load_country_policy
        )
    except PolicyFaults as bad:
        faults = [f"PLACET_POLICY_FILE: {fault}" for fault in bad.faults]
    except (OSError, UnicodeDecodeError):
        faults = ["PLACET_POLICY_FILE: cannot be read"]
    raise SettingsError(faults)


def create_app(parts: Parts) -> Flask:
    """Make the application that `serve` serves."""
    settings = parts.settings
    verifier = TokenVerifier(
        issuer=settings.token_issuer,
        audience=settings.audience,
        keys=RemoteKeySet(settings.token_jwks_url, parts.clock),
        clock=parts.clock,
    )
    app = create_flask(
        SERVICE,
        settings=settings,
        clock=parts.clock,
        info=_info(settings),
        verifier=verifier,
        away=AWAY,
        checks={"database": ready_check(parts.engine, SERVICE)},
    )
    install(
        app,
        Edge(
            ports=parts.ports,
            visa_keys=parts.signers.visa.public_jwks,
            permit_keys=parts.signers.permit.public_jwks,
            feed_keys=parts.signers.feed.public_jwks,
            receive=parts.inbox.receive,
            messages_from=settings.consent_registry_client,
            pause=time.sleep,
            waiting=WaitingRoom(THREADS - FREE_THREADS),
        ),
    )
    api.register(create_api(app, "Placet permit service", VERSION))
    _dress(app, parts, verifier)
    pages.register(app)
    return app


def work(parts: Parts, stop: threading.Event) -> None:
    """Run every loop of the process `work` until `stop` is set."""
    threads = [
        threading.Thread(
            target=run_loop,
            args=(step,),
            kwargs={"clock": parts.clock, "stop": stop, "idle_seconds": idle, "name": name},
            name=name,
        )
        for name, step, idle in _loops(parts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    parts.engine.dispose()


def migrate(settings: PermitSettings) -> None:
    """Bring the schema up to date, which needs no key; a development node makes its own here."""
    if settings.development:
        create_keys(settings.keys_dir)
    database_roles.migrate(databases(settings), development=settings.development)


def _loops(parts: Parts) -> list[tuple[str, Callable[[], bool], float]]:
    settings = parts.settings
    relay = Relay(parts.engine, OUTBOX, _transport(parts))
    voice = OutboxVoice(
        parts.engine,
        OUTBOX,
        src=settings.src,
        topic=settings.audit_topic,
        sign=parts.signers.heartbeat,
        ids=parts.ports.ids,
        clock=parts.clock,
    )

    def beat_once() -> bool:
        beat(ports=parts.ports)
        return False

    loops: list[tuple[str, Callable[[], bool], float]] = [
        ("relay", relay.step, _IDLE_SECONDS),
        ("grants", GrantWorker(parts.ports).step, 2 * _IDLE_SECONDS),
        ("rulings", RulingWorker(parts.ports).step, _RULINGS_SECONDS),
        ("ends", EndWorker(parts.ports).step, _ENDS_SECONDS),
        ("silence", SilenceWorker(parts.ports).step, _SILENCE_SECONDS),
        ("feed-heartbeat", beat_once, _FEED_BEAT_SECONDS),
        ("chain-heartbeat", voice.step, HEARTBEAT_SECONDS),
    ]
    if settings.transport == "kafka":
        messages = MessageWorker(lambda: parts.inbox.connect(settings.brokers))
        loops.append(("messages", messages.step, _IDLE_SECONDS))
    return loops


def _transport(parts: Parts) -> Transport:
    settings = parts.settings
    if settings.transport == "kafka":
        return KafkaTransport(settings.brokers, client_id=settings.client_id)
    intake = Peer(
        url=settings.audit_intake_url, audience=settings.audit_audience, scopes=("entries.write",)
    )
    return HttpTransport(intake=intake, subscribers={}, tokens=parts.tokens)


def _dress(app: Flask, parts: Parts, verifier: TokenVerifier) -> None:
    settings = parts.settings
    install_pages(
        app,
        settings=PageSettings(
            service=SERVICE,
            title="Permits",
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


def _info(settings: PermitSettings) -> ServiceInfo:
    return ServiceInfo(
        id=f"org.placet.{settings.node.lower()}.{SERVICE}",
        name="Placet permit service",
        artifact=SERVICE,
        description="Applications, decisions, data permits and GA4GH visas.",
        organisation=f"Node {settings.node}",
        organisation_url=settings.authority_url,
        environment=settings.env,
    )
