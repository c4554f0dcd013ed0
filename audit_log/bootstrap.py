# SPDX-License-Identifier: Apache-2.0
"""The only module that knows every part of audit_log: settings to adapters to processes.

Reads no environment and decides nothing.
"""

import os
import socket
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from flask import Flask
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from audit_log.adapters import gauges
from audit_log.adapters.cosigner_keys import read_log_cosigners, read_witness_keys
from audit_log.adapters.head_file import FileHead
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
from audit_log.adapters.pack import companions
from audit_log.adapters.policy_file import read_policy
from audit_log.adapters.publishing import PostgresPublisherStore
from audit_log.adapters.signatures import check_signature
from audit_log.adapters.store import CommitAhead, PostgresSequencerStore
from audit_log.adapters.tables import ENDED_SESSIONS
from audit_log.adapters.witness_http import HttpWitnessPeers
from audit_log.adapters.witness_store import PostgresWitnessStore
from audit_log.domain.policy import Policy
from audit_log.http import api, pages
from audit_log.http.api.intake import MAX_INTAKE_BYTES
from audit_log.http.edge import Edge, install
from audit_log.ports import SequencerStore, Signer, Transaction, Trust
from audit_log.settings import AuditSettings
from audit_log.usecases import announce
from audit_log.usecases.be_witnessed import STOPPED, Witnesses
from audit_log.usecases.pack import Enclosed, Exporter
from audit_log.usecases.publish import Publisher
from audit_log.usecases.sequence import Pace, Sequencer
from audit_log.usecases.witness import Witness
from audit_log.workers import loops, publishing
from shared.api import create_api
from shared.auth import TokenVerifier
from shared.clock import Clock
from shared.db import engine, ready_check, run_migrations
from shared.ended_sessions import SqlEndedSessions
from shared.http_client import RemoteKeySet
from shared.ids import IdSource, Uuid7Source
from shared.pages import PageSettings, SignIn, install_pages
from shared.request_bodies import BodyLimits
from shared.service_info import ServiceInfo
from shared.version import VERSION
from shared.web import create_flask

SERVICE: Final = "audit_log"
THREADS: Final = 8
"""Requests in Python at once, and connections to the database."""
BODY_LIMITS: Final = BodyLimits(most_bytes=MAX_INTAKE_BYTES, memory_bytes=MAX_INTAKE_BYTES)


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
    cosigners: Sequence[Signer]
    witness: Witness
    policy: Policy
    trust: Trust
    transaction: Transaction


def build(settings: AuditSettings, *, clock: Clock) -> Parts:
    """Put the parts together; opens no connection.

    A development node makes its own keys at the first start. Raises KeyStoreError when keys are
    missing or unsafe, SettingsError when the policy of witnesses is not usable.
    """
    if settings.development:
        create_missing_keys(settings.keys_dir)
    keys, ids = read_keys(settings.keys_dir), Uuid7Source()
    signer = LogSigner(settings.log_origin, keys.signing)
    database = engine(settings.database_url, application_name=SERVICE, pool_size=THREADS)
    own = OwnProducer(settings.src, ids)
    witnessing = read_witness_keys(settings.keys_dir, settings.witness_name)
    return Parts(
        settings=settings,
        clock=clock,
        ids=ids,
        engine=database,
        own=own,
        keys=keys,
        signer=signer,
        cosigners=read_log_cosigners(settings.keys_dir, settings.log_origin),
        witness=Witness(
            signers=witnessing,
            store=PostgresWitnessStore(database),
            check=check_signature,
            clock=clock,
        ),
        policy=read_policy(settings.policy_path, log=signer.key, own=witnessing),
        trust=Trust(origin=settings.log_origin, keys=(signer.key,), check=check_ed25519),
        transaction=transactions(database, own, clock),
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
    registry = CollectorRegistry()
    gauges.install(registry, parts.transaction, parts.clock)
    app = create_flask(
        SERVICE,
        settings=settings,
        clock=parts.clock,
        info=_info(settings),
        verifier=verifier,
        checks={"database": ready_check(parts.engine, SERVICE)},
        registry=registry,
    )
    install(
        app,
        Edge(
            transaction=parts.transaction,
            pseudonyms=parts.keys.pseudonyms,
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


def sequence(parts: Parts, stop: threading.Event) -> int:
    """Sequence until `stop`; give the exit code. For a process of its own."""
    loops.spare_batches_the_collector()
    settings = parts.settings
    store = _store(settings, parts.own, parts.clock)
    source = _source(parts)
    line = CommitAhead(store)
    sequencer = Sequencer(
        store=store,
        source=source,
        vault=parts.keys.vault,
        pseudonyms=parts.keys.pseudonyms,
        clock=parts.clock,
        holder=f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}",
        pace=Pace(batch=settings.batch),
        line=line,
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
        line.close()
        store.close()
        if source is not None:
            source.close()


def work(parts: Parts, stop: threading.Event) -> int:
    """Publish checkpoints, have them witnessed and make evidence packs; give the exit code."""
    store = _store(parts.settings, parts.own, parts.clock)
    with ThreadPoolExecutor(thread_name_prefix="witness") as executor:
        witnesses = create_witnesses(parts, store, executor)
        publisher = create_publisher(parts, witnesses)
        exporting = loops.beside(
            create_exporter(parts).step, clock=parts.clock, stop=stop, name="exporter"
        )
        try:
            with exporting:
                code = publishing.run(publisher.step, witnesses.step, clock=parts.clock, stop=stop)
        finally:
            store.close()
    if code:
        PostgresPublisherStore(parts.engine).say_signing(STOPPED, parts.clock.now())
    return code


def create_witnesses(
    parts: Parts, store: SequencerStore, executor: ThreadPoolExecutor
) -> Witnesses:
    """Make what takes checkpoints to the witnesses of this log; findings go into `store`."""

    def report(code: str, detail: Mapping[str, int | str]) -> None:
        fact = announce.finding_fact("R15", code, detail, parts.clock.now())
        store.report("R15", code, fact, detail)

    return Witnesses(
        store=PostgresPublisherStore(parts.engine),
        policy=parts.policy,
        peers=HttpWitnessPeers(parts.policy, origin=parts.settings.log_origin, executor=executor),
        trust=parts.trust,
        check=check_signature,
        report=report,
        clock=parts.clock,
        seconds=parts.settings.witness_seconds,
    )


def create_publisher(parts: Parts, witnesses: Witnesses | None = None) -> Publisher:
    """Make the checkpointer, which signs once these witnesses, if any, have confirmed the tree."""
    return Publisher(
        store=PostgresPublisherStore(parts.engine),
        signer=parts.signer,
        cosigners=parts.cosigners,
        may_sign=witnesses.may_sign if witnesses else lambda: True,
        trust=parts.trust,
        head_file=FileHead(parts.settings.head_file),
        clock=parts.clock,
    )


def create_exporter(parts: Parts) -> Exporter:
    """Make what makes evidence packs."""
    return Exporter(
        transaction=parts.transaction,
        vault=parts.keys.vault,
        pseudonyms=parts.keys.pseudonyms,
        trust=parts.trust,
        enclosed=Enclosed(policy=policy_text(parts.trust), files=companions()),
        clock=parts.clock,
        random=os.urandom,
    )


def policy_text(trust: Trust) -> str:
    """Write the C2SP tlog-policy of a log that no witness cosigns."""
    return f"log {trust.keys[0]}\nquorum none\n"


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
