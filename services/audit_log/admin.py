# SPDX-License-Identifier: Apache-2.0
"""The wiring of the log's console commands: settings to adapters to one use case each.

Decides nothing and prints nothing.
"""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import Engine

from audit_log.adapters.cosigner_keys import create_ml_dsa_keys, read_witness_keys
from audit_log.adapters.erasures_file import ErasuresFile
from audit_log.adapters.head_file import FileHead
from audit_log.adapters.inspector import inspecting
from audit_log.adapters.kafka_entries import KafkaEntries
from audit_log.adapters.keeping_desk import keeping_transactions
from audit_log.adapters.key_files import (
    LogSigner,
    check_ed25519,
    create_missing_keys,
    read_signer,
    shut_keys,
)
from audit_log.adapters.log import transactions
from audit_log.adapters.own_producer import OwnProducer
from audit_log.adapters.publishing import PostgresPublisherStore
from audit_log.adapters.reader import PostgresReader
from audit_log.adapters.recovering import FetchedCopy, PostgresOwnChain, from_folder
from audit_log.adapters.store import PostgresSequencerStore
from audit_log.adapters.topic_desk import topic_desks
from audit_log.adapters.witness_store import PostgresWitnessStore
from audit_log.domain.note import parse_vkey
from audit_log.domain.policy import parse_log_key
from audit_log.ports import BundleCopy, Producer, StoredOffset, Trust
from audit_log.ports.topics import TopicDesks
from audit_log.settings import AdminSettings
from audit_log.usecases.backing import Backing
from audit_log.usecases.forks import Fork, forks
from audit_log.usecases.publish import Publisher
from audit_log.usecases.recover import Recovered, Recovery
from audit_log.usecases.register import register
from audit_log.usecases.replay import Replayer
from audit_log.usecases.succeed import succeed as succeed_log
from audit_log.usecases.verify import verify
from audit_log.usecases.verify_rows import RowVerifier
from services.audit_log.copies import served_below
from services.audit_log.report import Report
from shared.clock import Clock, SystemClock
from shared.db import engine
from shared.errors import FieldFault, ValidationFailed
from shared.ids import Uuid7Source
from shared.kafka_io import TopicIdentity, partition_starts, topic_identities
from shared.transport import TransportUnavailable


def add_producer(
    settings: AdminSettings,
    *,
    src: str,
    client_id: str,
    vkey: str,
    topic: str | None,
    offsets: tuple[int, ...] | None,
    shared_topic: bool = False,
    case: str | None = None,
) -> bool:
    """Register a producer; False when it is there already.

    `offsets` are by partition, None for what the broker holds first. Raises what `register` does,
    and TransportError when the broker must be asked and does not answer.
    """
    clock = SystemClock()
    producer = Producer(src=src, client_id=client_id, vkey=vkey, topic=topic)
    with _database(settings) as database:
        return register(
            producer,
            _first_offsets(settings, topic, offsets),
            transaction=transactions(database, OwnProducer(settings.src, Uuid7Source()), clock),
            clock=clock,
            backing=backing(settings, case),
            shared_topic=shared_topic,
        )


def backing(settings: AdminSettings, case: str | None) -> Backing:
    """Give what stands behind a change of producers: a case, needed outside development."""
    return Backing(case=case, alone=settings.development)


def vkey(settings: AdminSettings) -> str:
    """Give the vkey of the log's signing key; raise KeyStoreError when there is none."""
    return str(read_signer(settings.keys_dir, settings.log_origin).key)


def make_keys(settings: AdminSettings, *, ml_dsa: bool) -> None:
    """Make whatever key of log and witness is missing; the ML-DSA-44 ones only when asked to."""
    create_missing_keys(settings.keys_dir)
    if ml_dsa:
        create_ml_dsa_keys(settings.keys_dir)


def add_witnessed_log(settings: AdminSettings, log_vkey: str) -> bool:
    """Let this node's witness cosign a log; False when it does already under that key.

    Raises ValueError when the key is not one that a log signs with.
    """
    key = parse_log_key(log_vkey)
    with _database(settings) as database:
        return PostgresWitnessStore(database).watch(key, SystemClock().now())


def witness_vkeys(settings: AdminSettings) -> Sequence[str]:
    """Give the vkeys of this node's witness; none when it witnesses nobody."""
    return [str(one.key) for one in read_witness_keys(settings.keys_dir, settings.witness_name)]


def adopt_head(settings: AdminSettings) -> bool:
    """Write a lost head file anew from the database; False when there is one."""
    signer = read_signer(settings.keys_dir, settings.log_origin)
    with _database(settings) as database:
        return Publisher(
            store=PostgresPublisherStore(database),
            signer=signer,
            trust=_trust(settings.log_origin, signer),
            head_file=FileHead(settings.head_file),
            clock=SystemClock(),
        ).adopt_head()


def recover(settings: AdminSettings, *, copy: str, note: bytes) -> Recovered:
    """Refill the log from a copy of its bundles, a folder or an address, up to this note.

    Raises what `Recovery.refill` does.
    """
    outside = ErasuresFile(settings.erasures_file, settings.log_origin)
    keys, clock = shut_keys(settings.keys_dir, outside), SystemClock()
    signer = LogSigner(settings.log_origin, keys.signing)
    own = OwnProducer(settings.src, Uuid7Source())
    witnessing = read_witness_keys(settings.keys_dir, settings.witness_name)
    store = PostgresSequencerStore(
        settings.database_url, origin=settings.log_origin, own=own, clock=clock
    )
    with contextlib.ExitStack() as opened:
        opened.enter_context(contextlib.closing(store))
        database = opened.enter_context(_database(settings))
        kafka = _kafka(settings, clock)
        if kafka is not None:
            opened.enter_context(contextlib.closing(kafka))
        return Recovery(
            store=store,
            publisher=PostgresPublisherStore(database, [one.key for one in witnessing]),
            kafka=kafka,
            own=PostgresOwnChain(database, settings.src),
            transaction=transactions(database, own, clock),
            head_file=FileHead(settings.head_file),
            trust=_trust(settings.log_origin, signer),
            vault=keys.vault,
            pseudonyms=keys.pseudonyms,
            clock=clock,
            replayer=Replayer(
                outside=outside,
                transaction=keeping_transactions(database, own, clock),
                pseudonyms=keys.pseudonyms,
                clock=clock,
            ),
            outside=outside,
            src=settings.src,
        ).refill(_copy(copy), note)


def succeed(settings: AdminSettings, *, old_vkey: str, note: bytes, kept: int) -> str:
    """Make the first entry of this log name the log that it follows; give the entry's id.

    Raises ValueError for a malformed key, and what `usecases.succeed` does.
    """
    key, clock = parse_vkey(old_vkey), SystemClock()
    with _database(settings) as database:
        return succeed_log(
            note,
            kept=kept,
            old=Trust(origin=key.name, keys=(key,), check=check_ed25519),
            own=PostgresOwnChain(database, settings.src),
            transaction=transactions(database, OwnProducer(settings.src, Uuid7Source()), clock),
            clock=clock,
        )


def own_forks(settings: AdminSettings) -> Sequence[Fork]:
    """Give what shows that this log's key has signed another tree than the one that is published.

    Raises NotPublished before the first checkpoint.
    """
    signer = read_signer(settings.keys_dir, settings.log_origin)
    with _database(settings) as database, database.connect() as connection:
        return list(
            forks(
                PostgresPublisherStore(database).evidence(),
                PostgresReader(connection),
                _trust(settings.log_origin, signer),
            )
        )


def verify_stored(settings: AdminSettings) -> Report:
    """Verify everything in the database."""
    outside = ErasuresFile(settings.erasures_file, settings.log_origin)
    keys = shut_keys(settings.keys_dir, outside)
    signer = LogSigner(settings.log_origin, keys.signing)
    with inspecting(settings.database_url) as inspector:
        found = verify(
            inspector,
            trust=_trust(settings.log_origin, signer),
            rows=RowVerifier(keys.vault, keys.pseudonyms),
        )
    return Report(origin=settings.log_origin, size=found.size, root=found.root, flaws=found.flaws)


def _copy(where: str) -> BundleCopy:
    """Read a copy below an address, as it was served, or from a folder laid out alike."""
    if where.startswith(("http://", "https://")):
        return FetchedCopy(served_below(where.rstrip("/")))
    return from_folder(Path(where))


def _kafka(settings: AdminSettings, clock: Clock) -> KafkaEntries | None:
    if settings.transport != "kafka":
        return None
    return KafkaEntries(settings.brokers, clock=clock)


def _trust(origin: str, signer: LogSigner) -> Trust:
    return Trust(origin=origin, keys=(signer.key,), check=check_ed25519)


@contextlib.contextmanager
def topic_desk(settings: AdminSettings) -> Iterator[TopicDesks]:
    """Give what opens transactions over producers' topics, as long as the block lasts."""
    with _database(settings) as database:
        yield topic_desks(database, OwnProducer(settings.src, Uuid7Source()), SystemClock())


@contextlib.contextmanager
def _database(settings: AdminSettings) -> Iterator[Engine]:
    database = engine(settings.database_url, application_name="placet-audit", pool_size=2)
    try:
        yield database
    finally:
        database.dispose()


def _first_offsets(
    settings: AdminSettings, topic: str | None, offsets: tuple[int, ...] | None
) -> Sequence[StoredOffset]:
    """Give the offsets to store: none where entries do not come over Kafka."""
    if topic is None or settings.transport != "kafka":
        return ()
    identity = topic_identities(settings.brokers, [topic]).get(topic)
    if identity is None:
        raise TransportUnavailable("unknown_topic")
    starts = partition_starts(settings.brokers, topic)
    first = starts if offsets is None else dict(enumerate(offsets))
    if first.keys() != starts.keys():
        detail = f"the topic has {len(starts)} partitions"
        raise ValidationFailed(faults=(FieldFault("/offsets", detail),))
    return [_stored(topic, partition, at, identity) for partition, at in first.items()]


def _stored(topic: str, partition: int, at: int, identity: TopicIdentity) -> StoredOffset:
    return StoredOffset(
        topic=topic,
        partition=partition,
        next=at,
        cluster_id=identity.cluster_id,
        topic_id=identity.topic_id,
    )
