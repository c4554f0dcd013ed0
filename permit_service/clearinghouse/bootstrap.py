# SPDX-License-Identifier: Apache-2.0
"""The only module that knows every part of the clearinghouse.

`build` opens the spool (and so refuses to be the second process on it), `start` begins to write,
follow and send. Nothing is read from the environment here.
"""

import contextlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from wsgiref.types import WSGIApplication

from flask import Flask
from prometheus_client import CollectorRegistry

from permit_service.clearinghouse.adapters import feeds, permissions
from permit_service.clearinghouse.adapters.jose import PermitJose, VisaJose
from permit_service.clearinghouse.adapters.metrics import Meters
from permit_service.clearinghouse.adapters.tokens import CachedTokens
from permit_service.clearinghouse.domain.outcome import Decision
from permit_service.clearinghouse.http import add_api
from permit_service.clearinghouse.http.api.gate import DecisionGate
from permit_service.clearinghouse.http.api.routes import Handlers
from permit_service.clearinghouse.settings import ClearinghouseSettings, Configuration
from permit_service.clearinghouse.usecases.acknowledge import Acknowledger
from permit_service.clearinghouse.usecases.board import Board
from permit_service.clearinghouse.usecases.decide import Gate, Request, answer
from permit_service.clearinghouse.usecases.enforce import Enforcing
from permit_service.clearinghouse.usecases.follow import follow_datasets, follow_permits
from permit_service.clearinghouse.usecases.visas import VisaDesk
from permit_service.clearinghouse.workers.threads import Loops, Steps
from shared.auth import TokenVerifier
from shared.clock import Clock, SystemClock
from shared.errors import AuditUnavailable
from shared.http_client import Http, JsonClient, RemoteKeySet, ServiceTokens
from shared.http_io import HttpTransport, Peer
from shared.ids import Uuid7Source
from shared.kafka_io import KafkaTransport
from shared.keys import KeyStore
from shared.service_info import ServiceInfo
from shared.spool.folder import SpoolFolder
from shared.spool.store import Naming, Store, open_store
from shared.spool.voice import SpoolVoice
from shared.spool.writer import SpoolLimits, SpoolWriter
from shared.transport import Transport
from shared.web import create_flask

HEARTBEAT_KEYS: Final = "heartbeat"
"""The folder of the Ed25519 keys inside the service's key folder."""

_SEGMENTS_IN_LIMIT: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearinghouse:
    """The whole process, not yet running.

    `app` are the addresses with a framework; `wsgi` is what is served: the gate before it.
    """

    app: Flask
    wsgi: WSGIApplication
    store: Store
    loops: Loops
    voice: SpoolVoice

    def start(self, stop: threading.Event) -> None:
        """Begin to write, follow and send; the loops end soon after `stop` is set."""
        self.store.writer.start()
        # Without room for the first entry access stays closed, and opens when there is some.
        with contextlib.suppress(AuditUnavailable):
            self.voice.start(cut_bytes=self.store.cut_bytes)
        self.loops.start(stop)

    def close(self) -> None:
        """Write what waits, then let go of the spool; for orderly ends."""
        self.store.close()


def build(
    configuration: Configuration, *, clock: Clock | None = None, patience_seconds: float = 5.0
) -> Clearinghouse:
    """Put the clearinghouse together on its spool.

    Raises SpoolBusy when another process has the spool for longer than `patience_seconds`,
    SpoolCorrupt when its chain cannot be continued, KeyStoreError without a heartbeat key.
    """
    settings = configuration.settings
    now = clock or SystemClock()
    keys = _heartbeat_keys(settings)
    tokens = ServiceTokens(settings.token_endpoint, settings.client_id, settings.client_secret, now)
    store = open_store(
        settings.spool_dir,
        Naming(src=settings.source, topic=settings.audit_topic),
        transport=_transport(settings, tokens),
        limits=_limits(settings),
        ids=Uuid7Source(),
        clock=now,
        patience_seconds=patience_seconds,
    )
    board = Board(now, stale_seconds=settings.stale_seconds)
    voice = SpoolVoice(store, sign=keys.active().sign, clock=now)
    feeds_followed = (
        *_followers(settings, board, tokens, now),
        ("enforced", Enforcing(board, store.writer, now)),
    )
    gate = _gate(configuration, store.writer, board, tokens, now)
    app, wsgi = _app(settings, gate, store, now)
    return Clearinghouse(
        app=app,
        wsgi=wsgi,
        store=store,
        loops=Loops(feeds=feeds_followed, relay=store.relay, beat=voice.beat, clock=now),
        voice=voice,
    )


def require_free_spool(configuration: Configuration, *, patience_seconds: float = 5.0) -> None:
    """Raise SpoolBusy when another process has the spool, KeyStoreError without a usable key.

    For whoever is about to start the process that will build the clearinghouse.
    """
    _heartbeat_keys(configuration.settings)
    folder = SpoolFolder(configuration.settings.spool_dir)
    folder.acquire(patience_seconds=patience_seconds)
    folder.release()


def _heartbeat_keys(settings: ClearinghouseSettings) -> KeyStore:
    """Read the key that signs this chain; a development node makes its own at the first start."""
    folder = settings.keys_dir / HEARTBEAT_KEYS
    if settings.development and not folder.exists():
        return KeyStore.create(folder, "Ed25519")
    return KeyStore(folder)


def _limits(settings: ClearinghouseSettings) -> SpoolLimits:
    total = settings.spool_limit_bytes
    default = SpoolLimits()
    return SpoolLimits(
        total_bytes=total, segment_bytes=min(default.segment_bytes, total // _SEGMENTS_IN_LIMIT)
    )


def _transport(settings: ClearinghouseSettings, tokens: ServiceTokens) -> Transport:
    if settings.transport == "kafka":
        return KafkaTransport(settings.brokers, client_id=settings.client_id)
    intake = Peer(
        url=settings.audit_intake_url, audience=settings.audit_audience, scopes=("entries.write",)
    )
    return HttpTransport(intake=intake, subscribers={}, tokens=tokens)


def _gate(
    configuration: Configuration,
    writer: SpoolWriter,
    board: Board,
    tokens: ServiceTokens,
    clock: Clock,
) -> Gate:
    settings = configuration.settings
    verifier = TokenVerifier(
        issuer=settings.token_issuer,
        audience=settings.audience,
        keys=RemoteKeySet(settings.token_jwks_url, clock),
        clock=clock,
    )
    visa_keys = {
        source.key_url: RemoteKeySet(source.key_url, clock) for source in configuration.trusted
    }
    desk = VisaDesk(
        configuration.trusted,
        sources=permissions.PermissionsClient(tokens, Http(limits=permissions.LIMITS)),
        signatures=VisaJose(visa_keys.__getitem__),
        clock=clock,
    )
    permit_keys = RemoteKeySet(settings.permit_jwks_url, clock)
    return Gate(
        spool=writer,
        board=board,
        tokens=CachedTokens(verifier, clock),
        visas=desk,
        permits=PermitJose(permit_keys, issuer=settings.permit_issuer, clock=clock),
        clock=clock,
    )


def _followers(
    settings: ClearinghouseSettings, board: Board, tokens: ServiceTokens, clock: Clock
) -> tuple[tuple[str, Steps], ...]:
    consent = _feed(
        settings.consent_feed_url,
        settings.consent_feed_audience,
        settings.consent_feed_issuer,
        RemoteKeySet(settings.consent_feed_jwks_url, clock),
        tokens,
    )
    permits = _feed(
        settings.permit_feed_url,
        settings.permit_feed_audience,
        settings.permit_feed_issuer,
        RemoteKeySet(settings.permit_feed_jwks_url, clock),
        tokens,
    )
    return (
        ("consent", follow_datasets("consent", consent, board)),
        ("permits", follow_permits("permits", permits, board)),
        ("acknowledgements", Acknowledger(board, consent)),
    )


def _feed(
    url: str, audience: str, issuer: str, keys: RemoteKeySet, tokens: ServiceTokens
) -> feeds.HttpFeed:
    client = JsonClient(
        url,
        bearer=lambda: tokens.token(audience, (feeds.SCOPE,)),
        http=Http(limits=feeds.LIMITS),
    )
    return feeds.HttpFeed(client, keys, issuer=issuer)


def _app(
    settings: ClearinghouseSettings, gate: Gate, store: Store, clock: Clock
) -> tuple[Flask, DecisionGate]:
    board = gate.board
    registry = CollectorRegistry()
    meters = Meters(
        registry,
        registers=board.state,
        backlog=store.backlog,
        spool_bytes=store.shelf.total_bytes,
    )
    app = create_flask(
        "permit_service.clearinghouse",
        settings=settings,
        clock=clock,
        info=_info(settings),
        checks=_checks(board, store.writer),
        registry=registry,
    )
    add_api(app, Handlers(registers=board.state, ready=board.ready))

    def decide(request: Request) -> Decision:
        return meters.decided(answer(request, gate=gate))

    return app, DecisionGate(app.wsgi_app, decide)


def _checks(board: Board, writer: SpoolWriter) -> Mapping[str, Callable[[], None]]:
    def feeds_are_fresh() -> None:
        if not board.ready():
            raise RuntimeError("a register is not fresh")

    def spool_is_writable() -> None:
        if not writer.writable():
            raise RuntimeError("the spool takes nothing")

    return {"feeds": feeds_are_fresh, "spool": spool_is_writable}


def _info(settings: ClearinghouseSettings) -> ServiceInfo:
    return ServiceInfo(
        id=settings.audience,
        name="Placet clearinghouse",
        artifact="clearinghouse",
        description="Decides each data request next to the data.",
        organisation=f"Placet node {settings.node}",
        organisation_url=settings.public_url,
        environment=settings.env,
    )
