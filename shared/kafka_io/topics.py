# SPDX-License-Identifier: Apache-2.0
"""Topics: who they are, where they start, and (for development and tests) their creation.

In production the operator creates the topics; nothing here deletes or alters one.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import TopicAlreadyExistsError

from shared.brokers import Brokers
from shared.kafka_io.library import (
    BOOTSTRAP_MS,
    REQUEST_MS,
    client_options,
    keep_library_quiet,
    translated,
)
from shared.transport import TransportUnavailable

# What a topic of entries is created with; a retention of seven days stays below the month in which
# a request for erasure must be answered.
TOPIC_CONFIG: Final[Mapping[str, str]] = {
    "cleanup.policy": "delete",
    "file.delete.delay.ms": "60000",
    "max.message.bytes": "131072",
    "message.timestamp.type": "LogAppendTime",
    "retention.ms": "604800000",
    "segment.ms": "86400000",
    "unclean.leader.election.enable": "false",
}
_READY_MS: Final = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicIdentity:
    """Which topic a name means: offsets say nothing about a topic deleted and made again."""

    cluster_id: str
    topic_id: str


class Bounds(NamedTuple):
    """What a partition holds: its first available offset, and the one that comes next."""

    first: int
    end: int


def ensure_topics(
    brokers: Brokers, topics: Mapping[str, int], *, config: Mapping[str, str] | None = None
) -> None:
    """Create the topics (name to number of partitions) that do not exist yet, one replica each.

    For development and tests. Returns when each has its leaders.
    """
    settings = {**TOPIC_CONFIG, **(config or {})}
    with opened_admin(brokers) as admin:
        for name, partitions in topics.items():
            wanted = {
                "num_partitions": partitions,
                "replication_factor": 1,
                "configs": settings,
            }
            try:
                admin.create_topics({name: wanted})
            except TopicAlreadyExistsError:
                continue
        admin.wait_for_topics(list(topics), timeout_ms=_READY_MS)


def topic_identities(brokers: Brokers, topics: Iterable[str]) -> Mapping[str, TopicIdentity]:
    """Ask which topics these names mean now; a name without a topic is left out."""
    with opened_admin(brokers) as admin:
        return {name: identity for name, (identity, _) in described(admin, topics).items()}


def described(
    admin: Any, topics: Iterable[str]
) -> Mapping[str, tuple[TopicIdentity, frozenset[int]]]:
    """Ask an open admin client which topics these names mean, and which partitions each has."""
    cluster = str(admin.describe_cluster()["cluster_id"])
    return {
        str(topic["name"]): (
            TopicIdentity(cluster_id=cluster, topic_id=str(topic["topic_id"])),
            frozenset(int(one["partition_index"]) for one in topic["partitions"]),
        )
        for topic in admin.describe_topics(list(topics))
        if topic["error_code"] == 0
    }


def partition_starts(brokers: Brokers, topic: str) -> Mapping[int, int]:
    """Give each partition's first available offset; TransportUnavailable for an absent topic."""
    return {number: bounds.first for number, bounds in partition_bounds(brokers, topic).items()}


def partition_bounds(brokers: Brokers, topic: str) -> Mapping[int, Bounds]:
    """Give what each partition holds; TransportUnavailable for an absent topic."""
    keep_library_quiet()
    with translated():
        consumer = KafkaConsumer(
            **client_options(brokers),
            bootstrap_timeout_ms=BOOTSTRAP_MS,
            allow_auto_create_topics=False,
            enable_auto_commit=False,
            metrics_enabled=False,
        )
        try:
            numbers = consumer.partitions_for_topic(topic)
            if not numbers:
                raise TransportUnavailable("unknown_topic")
            parts = [TopicPartition(topic, number) for number in sorted(numbers)]
            firsts = consumer.beginning_offsets(parts, timeout_ms=REQUEST_MS)
            ends = consumer.end_offsets(parts, timeout_ms=REQUEST_MS)
            return {part.partition: Bounds(int(firsts[part]), int(ends[part])) for part in parts}
        finally:
            consumer.close(autocommit=False)


@contextmanager
def opened_admin(brokers: Brokers) -> Iterator[Any]:
    """Open an admin client until the block ends; what it raises is a TransportError."""
    keep_library_quiet()
    with translated():
        admin = open_admin(brokers)
        try:
            yield admin
        finally:
            admin.close()


def open_admin(brokers: Brokers) -> Any:
    """Open an admin client, which the caller closes.

    Of one that finds no broker nothing stays: the library would leave its thread trying for ever.
    """
    admin = KafkaAdminClient.__new__(KafkaAdminClient)
    try:
        admin.__init__(
            **client_options(brokers),
            request_timeout_ms=REQUEST_MS,
            bootstrap_timeout_ms=BOOTSTRAP_MS,
        )
    except BaseException:
        client = getattr(admin, "_client", None)
        if client is not None:
            client.close()
        raise
    return admin
