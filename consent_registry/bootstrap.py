# SPDX-License-Identifier: Apache-2.0
"""The only module that knows every part of consent_registry: settings to adapters to processes.

Reads no environment and decides nothing.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from flask import Flask
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from consent_registry import workers
from consent_registry.adapters.audit_client import SCOPES as AUDIT_SCOPES
from consent_registry.adapters.audit_client import AuditClient
from consent_registry.adapters.contact.points import SqlContactPoints
from consent_registry.adapters.couriers import Mail, courier_of
from consent_registry.adapters.databases import databases
from consent_registry.adapters.erasures_file import ErasuresFile
from consent_registry.adapters.form_signatures import form_signatures
from consent_registry.adapters.index_cache import IndexCache
from consent_registry.adapters.metrics import Meters
from consent_registry.adapters.notice_texts import shipped_texts
from consent_registry.adapters.person_keys import require_fit
from consent_registry.adapters.releases import DiseasesInUse
from consent_registry.adapters.resources import read_diseases, read_fhir_mappings, read_policies
from consent_registry.adapters.rulings import SignedRulings
from consent_registry.adapters.sealing import read_wrapping_key
from consent_registry.adapters.signers import CONTACT_KEY, Keys, create_keys, read_keys
from consent_registry.adapters.tables import ENDED_SESSIONS, OUTBOX
from consent_registry.adapters.unit_of_work import Producer, SqlUnits, Surroundings
from consent_registry.adapters.who_used import SCOPES as LOG_SCOPES
from consent_registry.adapters.who_used import HttpWhoUsed
from consent_registry.domain.catalogue import AccessBody
from consent_registry.domain.diseases import BadHierarchy, Diseases
from consent_registry.domain.erasure import Retention
from consent_registry.domain.fhir.mapping import FhirMapping, MappingFaults
from consent_registry.domain.policy import Policy
from consent_registry.http import api, pages
from consent_registry.http.edge import Edge, install
from consent_registry.ports import NoLog, WhoUsed
from consent_registry.settings import ConsentSettings
from consent_registry.usecases.narrowing import TOPIC
from consent_registry.usecases.replaying import replay
from consent_registry.usecases.tools import Contacts, Tools
from consent_registry.usecases.watching import watch
from shared import database_roles
from shared.api import create_api
from shared.auth import TokenVerifier
from shared.chance import Chance
from shared.clock import Clock
from shared.country_policy import PolicyFaults, in_force
from shared.db import AWAY, engine, ready_check
from shared.ended_sessions import SqlEndedSessions
from shared.first import Once, behind
from shared.heartbeat import HEARTBEAT_SECONDS
from shared.http_client import RemoteKeySet, ServiceTokens
from shared.http_io import HttpTransport, Peer
from shared.ids import Uuid7Source
from shared.kafka_io import KafkaTransport
from shared.keys import KeyStoreError
from shared.outbox import Relay
from shared.outbox_voice import OutboxVoice
from shared.pages import PageSettings, SignIn, install_pages
from shared.processes import collect_seldom, hand_over_soon, run_loop
from shared.request_bodies import BodyLimits
from shared.service_info import ServiceInfo
from shared.settings import SettingsError
from shared.transport import Transport
from shared.version import VERSION
from shared.waiting_room import WaitingRoom
from shared.web import create_flask

SERVICE: Final = "consent_registry"
THREADS: Final = 16
"""Requests in Python at once; a long poll of the feed occupies one."""
FREE_THREADS: Final = 8
"""Of these threads so many are never left to long polls."""
_RELAY_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What both processes are made of.

    `tools` open nothing before `ensure` has seen that the wrapping key is this database's, and has
    done again what was erased and a backup brought back; `replayed` looks once more.
    """

    settings: ConsentSettings
    clock: Clock
    engine: Engine
    producer: Producer
    keys: Keys
    tools: Tools
    replayed: Callable[[], bool]
    ensure: Callable[[], None]


def build(settings: ConsentSettings, *, clock: Clock) -> Parts:
    """Put the parts together; opens no connection.

    A development node makes its own keys at the first start. Raises SettingsError naming every
    fault of keys, policy file and disease hierarchy at once.
    """
    keys, policies, diseases = _read(settings)
    mappings = _read_mappings(settings, diseases)
    database = engine(settings.database_url, application_name=SERVICE, pool_size=THREADS)
    outside = ErasuresFile(settings.erasures_file, settings.src)
    producer = Producer(src=settings.src, topic=settings.audit_topic)
    ids = Uuid7Source()
    around = Surroundings(
        producer=producer,
        sealer=keys.people,
        outside=outside,
        cache=IndexCache(),
        clock=clock,
        ids=ids,
        salts=Chance(),
        calendar_at=lambda at: in_force(policies, at.date()).calendar,
    )
    units = SqlUnits(database, around)
    tools = Tools(
        units=units,
        reads=units.reading,
        clock=clock,
        ids=ids,
        signer=keys.feed,
        policy=policies[0],
        other_policies=policies[1:],
        hierarchy=DiseasesInUse(database, diseases),
        issuer=settings.public_url,
        salts=Chance(),
        signed_form=form_signatures(settings.policy_keys_file, development=settings.development),
        fhir_mappings=mappings,
        access=AccessBody(
            name=settings.access_body_name, url=settings.access_body_url or settings.public_url
        ),
        read_ruling=SignedRulings(_authority_keys(settings, clock)),
        audit=_audit(settings, clock),
        who_used=_who_used(settings, clock),
        retention=Retention(
            topic_days=settings.topic_retention_days, backup_days=settings.backup_retention_days
        ),
        contacts=_contacts(settings, clock),
        data_nodes=settings.data_nodes,
    )
    replayed = partial(replay, tools=tools, outside=outside)
    ensure = Once(partial(require_fit, database, keys.people), replayed)
    return Parts(
        settings=settings,
        clock=clock,
        engine=database,
        producer=producer,
        keys=keys,
        tools=replace(tools, units=behind(ensure, tools.units), reads=behind(ensure, tools.reads)),
        replayed=replayed,
        ensure=ensure,
    )


def _contacts(settings: ConsentSettings, clock: Clock) -> Contacts | None:
    """Make what reaches people, where this node keeps contact points. Raises SettingsError."""
    if not settings.contact_database_url:
        return None
    try:
        key = read_wrapping_key(settings.keys_dir / CONTACT_KEY)
    except KeyStoreError as fault:
        raise SettingsError([f"PLACET_KEYS_DIR: {fault}"]) from None
    database = engine(
        settings.contact_database_url, application_name=f"{SERVICE}-contacts", pool_size=4
    )
    mail = Mail(sender=settings.notice_sender, clock=clock)
    return Contacts(
        points=SqlContactPoints(database, key),
        courier=courier_of(settings, mail),
        texts=shipped_texts(),
    )


def _authority_keys(settings: ConsentSettings, clock: Clock) -> RemoteKeySet | None:
    return RemoteKeySet(settings.permit_jwks_url, clock) if settings.permit_jwks_url else None


def _read(settings: ConsentSettings) -> tuple[Keys, tuple[Policy, ...], Diseases]:
    faults: list[str] = []
    keys = policies = diseases = None
    try:
        if settings.development:
            create_keys(settings.keys_dir)
        keys = read_keys(settings.keys_dir)
    except (KeyStoreError, OSError) as fault:
        faults.append(f"PLACET_KEYS_DIR: {fault}")
    faults.extend(() if settings.development else _unset(settings))
    try:
        policies = read_policies(settings.policy_file, settings.policy_keys_file)
    except PolicyFaults as bad:
        faults.extend(f"PLACET_POLICY_FILE: {fault}" for fault in bad.faults)
    except (OSError, UnicodeDecodeError):
        faults.append("PLACET_POLICY_FILE: cannot be read")
    try:
        diseases = read_diseases(settings.mondo_file)
    except BadHierarchy as fault:
        faults.append(f"PLACET_MONDO_FILE: {fault}")
    except OSError:
        faults.append("PLACET_MONDO_FILE: cannot be read")
    if faults or keys is None or policies is None or diseases is None:
        raise SettingsError(faults)
    return keys, policies, diseases


def _unset(settings: ConsentSettings) -> Iterator[str]:
    """Name what only a development node may leave out."""
    if settings.erasures_path is None:
        yield "PLACET_ERASURES_FILE: is not set, and a backup would bring the erased back"
    if settings.policy_file and not settings.policy_keys_file:
        yield "PLACET_POLICY_KEYS_FILE: is not set, and a policy of one's own is signed"
    if settings.fhir_mapping_file and not settings.policy_keys_file:
        yield "PLACET_POLICY_KEYS_FILE: is not set, and a FHIR mapping is signed"


def _read_mappings(settings: ConsentSettings, diseases: Diseases) -> tuple[FhirMapping, ...]:
    """Read the FHIR mappings, which name illnesses of the hierarchy that was just read."""
    try:
        return read_fhir_mappings(settings.fhir_mapping_file, settings.policy_keys_file, diseases)
    except MappingFaults as bad:
        faults = [f"PLACET_FHIR_MAPPING_FILE: {fault}" for fault in bad.faults]
    except (OSError, UnicodeDecodeError):
        faults = ["PLACET_FHIR_MAPPING_FILE: cannot be read"]
    raise SettingsError(faults)


def _audit(settings: ConsentSettings, clock: Clock) -> AuditClient | None:
    if not settings.audit_log_url:
        return None
    tokens = _tokens(settings, clock)
    return AuditClient(
        settings.audit_log_url,
        src=settings.src,
        bearer=lambda: tokens.token(settings.audit_audience, AUDIT_SCOPES),
    )


def _who_used(settings: ConsentSettings, clock: Clock) -> WhoUsed:
    if not settings.audit_log_url:
        return NoLog()
    tokens = _tokens(settings, clock)
    return HttpWhoUsed(
        settings.audit_log_url, lambda: tokens.token(settings.audit_audience, LOG_SCOPES)
    )


def _tokens(settings: ConsentSettings, clock: Clock) -> ServiceTokens:
    return ServiceTokens(settings.token_endpoint, settings.client_id, settings.client_secret, clock)


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
    Meters(registry, lambda: watch(tools=parts.tools))
    app = create_flask(
        SERVICE,
        settings=settings,
        clock=parts.clock,
        info=_info(settings),
        verifier=verifier,
        away=AWAY,
        checks={"database": ready_check(parts.engine, SERVICE), "erasures": parts.ensure},
        registry=registry,
    )
    install(
        app,
        Edge(
            tools=parts.tools,
            pause=time.sleep,
            waiting=WaitingRoom(THREADS - FREE_THREADS),
            max_import_bytes=settings.max_import_bytes,
        ),
    )
    api.register(create_api(app, "Placet consent registry", VERSION))
    _dress(app, parts, verifier)
    return app


def body_limits(settings: ConsentSettings) -> BodyLimits:
    """Say what a request's body may cost the process that serves; an import is the longest."""
    return BodyLimits(most_bytes=settings.max_import_bytes)


def work(parts: Parts, stop: threading.Event) -> None:
    """Run every loop of the process `work` until `stop` is set."""
    collect_seldom()
    hand_over_soon()
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


def migrate(settings: ConsentSettings) -> None:
    """Bring the schema up to date, which needs no key; a development node makes its own here."""
    if settings.development:
        create_keys(settings.keys_dir)
    database_roles.migrate(databases(settings), development=settings.development)


def _loops(parts: Parts) -> list[workers.Loop]:
    relay = Relay(parts.engine, OUTBOX, _transport(parts))
    voice = OutboxVoice(
        parts.engine,
        OUTBOX,
        src=parts.producer.src,
        topic=parts.producer.topic,
        sign=parts.keys.producer.sign,
        ids=parts.tools.ids,
        clock=parts.clock,
    )
    return [
        ("relay", relay.step, _RELAY_SECONDS),
        ("chain-heartbeat", voice.step, HEARTBEAT_SECONDS),
        *workers.loops(parts.tools, parts.replayed),
    ]


def _transport(parts: Parts) -> Transport:
    settings = parts.settings
    if settings.transport == "kafka":
        return KafkaTransport(settings.brokers, client_id=settings.client_id)
    intake = Peer(
        url=settings.audit_intake_url, audience=settings.audit_audience, scopes=("entries.write",)
    )
    permits = Peer(
        url=settings.permit_messages_url,
        audience=settings.permit_audience,
        scopes=("messages.write",),
    )
    tokens = _tokens(settings, parts.clock)
    return HttpTransport(intake=intake, subscribers={TOPIC: [permits]}, tokens=tokens)


def _dress(app: Flask, parts: Parts, verifier: TokenVerifier) -> None:
    settings = parts.settings
    install_pages(
        app,
        settings=PageSettings(
            service=SERVICE,
            title="Consent registry",
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
    pages.install(app, tools=parts.tools)


def _info(settings: ConsentSettings) -> ServiceInfo:
    return ServiceInfo(
        id=f"org.placet.{settings.node.lower()}.{SERVICE}",
        name="Placet consent registry",
        artifact=SERVICE,
        description="Participants' consents, cohorts for a purpose, and the feed of changes.",
        organisation=f"Node {settings.node}",
        organisation_url=settings.public_url,
        environment=settings.env,
    )
