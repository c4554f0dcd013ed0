# SPDX-License-Identifier: Apache-2.0
"""The only module that knows every part of audit_log: settings to adapters to processes.

Reads no environment and decides nothing.
"""

import os
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Flask
from sqlalchemy import Engine

from audit_log.adapters.decision_client import SCOPES as DECISION_SCOPES
from audit_log.adapters.decision_client import HttpDecisions
from audit_log.adapters.finding_desk import finding_transactions
from audit_log.adapters.head_file import FileHead
from audit_log.adapters.inspector import inspecting
from audit_log.adapters.kafka_entries import KafkaEntries
from audit_log.adapters.key_files import (
    LogKeys,
    LogSigner,
    check_ed25519,
    create_missing_keys,
    read_keys,
)
from audit_log.adapters.log import transactions
from audit_log.adapters.own_producer import OwnProducer
from audit_log.adapters.publishing import PostgresPublisherStore
from audit_log.adapters.rule_file import read_thresholds
from audit_log.adapters.rule_store import PostgresRuleStore
from audit_log.adapters.store import PostgresSequencerStore
from audit_log.domain.rules.thresholds import Thresholds
from audit_log.http import api, pages
from audit_log.http.edge import Edge, install
from audit_log.ports import Transaction, Trust
from audit_log.settings import AuditSettings
from audit_log.usecases.ask_people import PeopleAsker
from audit_log.usecases.publish import Publisher
from audit_log.usecases.self_check import SelfChecker
from audit_log.usecases.sequence import Pace, Sequencer
from audit_log.usecases.verify import Verification, verify
from audit_log.usecases.verify_rows import RowVerifier
from audit_log.usecases.watch import Watcher
from audit_log.workers import loops
from shared.api import create_api
from shared.auth import TokenVerifier
from shared.clock import Clock
from shared.db import engine, ready_check, run_migrations
from shared.http_client import RemoteKeySet, ServiceTokens
from shared.ids import IdSource, Uuid7Source
from shared.pages import PageSettings, SignIn, install_pages
from shared.processes import run_loop
from shared.service_info import ServiceInfo
from shared.version import VERSION
from shared.web import create_flask

SERVICE: Final = "audit_log"
THREADS: Final = 8
"""Requests in Python at once, and connections to the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What every process is made of."""

    settings: AuditSettings
    clock: Clock
    ids: IdSource
    engine: Engine
    own: OwnProducer
    keys: LogKeys
    signer: LogSigner
    trust: Trust
    transaction: Transaction
    thresholds: Thresholds


def build(settings: AuditSettings, *, clock: Clock) -> Parts:
    """Put the parts together; opens no connection.

    A development node makes its own keys at the first start. Raises KeyStoreError when keys are
    missing or unsafe, SettingsError when the rules file means nothing.
    """
    if settings.development:
        create_missing_keys(settings.keys_dir)
    keys, ids = read_keys(settings.keys_dir), Uuid7Source()
    signer = LogSigner(settings.log_origin, keys.signing)
    database = engine(settings.database_url, application_name=SERVICE, pool_size=THREADS)
    own = OwnProducer(settings.src, ids)
    return Parts(
        settings=settings,
        clock=clock,
        ids=ids,
        engine=database,
        own=own,
        keys=keys,
        signer=signer,
        trust=Trust(origin=settings.log_origin, keys=(signer.key,), check=check_ed25519),
        transaction=transactions(database, own, clock),
        thresholds=read_thresholds(settings.rules_file),
    )


def migrate(settings: AuditSettings, *, clock: Clock) -> None:
    """Bring the schema up to date, and begin the log in an empty database.

    Needs no key; a development node makes its own here.
    """
    if settings.development:
        create_missing_keys(settings.keys_dir)
    run_migrations(SERVICE, settings.database_url)
    store = _store(settings, OwnProducer(settings.src, Uuid7Source()), clock)
    try:
        store.open_log()
    finally:
        store.close()


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
        checks={"database": ready_check(parts.engine, SERVICE)},
    )
    install(
        app,
        Edge(
            transaction=parts.transaction,
            findings=finding_transactions(parts.engine, parts.own, parts.clock),
            thresholds=parts.thresholds,
            pseudonyms=parts.keys.pseudonyms,
            trust=parts.trust,
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


def sequence(parts: Parts, stop: threading.Event) -> int:
    """Sequence until `stop`; give the exit code."""
    settings = parts.settings
    store = _store(settings, parts.own, parts.clock)
    source = _source(parts)
    sequencer = Sequencer(
        store=store,
        source=source,
        vault=parts.keys.vault,
        pseudonyms=parts.keys.pseudonyms,
        clock=parts.clock,
        holder=f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}",
        pace=Pace(batch=settings.batch),
    )
    try:
        return loops.run(
            sequencer.step,
            at_end=sequencer.stop,
            clock=parts.clock,
            stop=stop,
            idle=loops.SEQUENCE_IDLE_SECONDS,
            name="sequencer",
        )
    finally:
        store.close()
        if source is not None:
            source.close()


def work(parts: Parts, stop: threading.Event) -> int:
    """Publish a checkpoint a second and run the log's own checks until `stop`; give the exit code.

    The checks have threads of their own: none holds up the checkpoints or another.
    """
    publisher = create_publisher(parts)
    checks = [
        threading.Thread(
            target=run_loop,
            args=(step,),
            kwargs={"clock": parts.clock, "stop": stop, "idle_seconds": idle, "name": name},
            name=name,
        )
        for name, step, idle in _checks(parts)
    ]
    for check in checks:
        check.start()
    code = loops.run(
        publisher.step,
        clock=parts.clock,
        stop=stop,
        idle=loops.PUBLISH_SECONDS,
        name="checkpointer",
    )
    for check in checks:
        check.join()
    return code


def create_watcher(parts: Parts) -> Watcher:
    """Make what puts entries before the rules."""
    return Watcher(
        store=_rule_store(parts),
        vault=parts.keys.vault,
        pseudonyms=parts.keys.pseudonyms,
        check=check_ed25519,
        clock=parts.clock,
        thresholds=parts.thresholds,
    )


def create_asker(parts: Parts) -> PeopleAsker | None:
    """Make what asks consent_registry about people; None where no registry is named."""
    settings = parts.settings
    if not settings.consent_registry_url:
        return None
    tokens = ServiceTokens(
        settings.token_endpoint, settings.client_id, settings.client_secret, parts.clock
    )
    decisions = HttpDecisions(
        settings.consent_registry_url,
        lambda: tokens.token(settings.consent_registry_audience, DECISION_SCOPES),
    )
    return PeopleAsker(
        store=_rule_store(parts),
        decisions=decisions,
        vault=parts.keys.vault,
        pseudonyms=parts.keys.pseudonyms,
        check=check_ed25519,
        clock=parts.clock,
        thresholds=parts.thresholds,
    )


def create_self_checker(parts: Parts) -> SelfChecker:
    """Make what verifies the log itself."""
    return SelfChecker(
        store=_rule_store(parts),
        transaction=parts.transaction,
        trust=parts.trust,
        verify=lambda: _verify(parts),
        draw=secrets.randbelow,
        clock=parts.clock,
        thresholds=parts.thresholds,
    )


def _checks(parts: Parts) -> list[tuple[str, Callable[[], bool], float]]:
    asker = create_asker(parts)
    asking = [] if asker is None else [("people", asker.step, loops.CHECK_SECONDS)]
    return [
        ("rules", create_watcher(parts).step, loops.CHECK_SECONDS),
        ("self-check", create_self_checker(parts).step, loops.SELF_CHECK_SECONDS),
        *asking,
    ]


def _verify(parts: Parts) -> Verification:
    with inspecting(parts.settings.database_url) as inspector:
        rows = RowVerifier(parts.keys.vault, parts.keys.pseudonyms)
        return verify(inspector, trust=parts.trust, rows=rows)


def _rule_store(parts: Parts) -> PostgresRuleStore:
    return PostgresRuleStore(parts.engine, parts.own)


def create_publisher(parts: Parts) -> Publisher:
    """Make the checkpointer."""
    return Publisher(
        store=PostgresPublisherStore(parts.engine),
        signer=parts.signer,
        trust=parts.trust,
        head_file=FileHead(parts.settings.head_file),
        clock=parts.clock,
    )


def _store(settings: AuditSettings, own: OwnProducer, clock: Clock) -> PostgresSequencerStore:
    return PostgresSequencerStore(
        settings.database_url, origin=settings.log_origin, own=own, clock=clock
    )


def _source(parts: Parts) -> KafkaEntries | None:
    settings = parts.settings
    if settings.transport != "kafka":
        return None
    return KafkaEntries(
        ",".join(settings.kafka_bootstrap), topic=settings.audit_topic, clock=parts.clock
    )


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
