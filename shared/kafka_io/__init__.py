# SPDX-License-Identifier: Apache-2.0
"""Apache Kafka, behind the few methods that the suite needs.

Everything of the client library stays in here. Messages are CloudEvents 1.0 in binary mode. An
entry's value is exactly the bytes of its leaf, its personal parts travel in the header
`placet-sealed`; entries of one producer that wait together share a record (`packing`). Consumers
are assigned their partitions and keep their offsets in the database of whoever consumes: there is
no consumer group, no committed offset, and no offset is ever reset.
"""

from shared.kafka_io.configs import applied_configs
from shared.kafka_io.consumer import EntryConsumer, EntryRecord, MessageConsumer, entries_of
from shared.kafka_io.producer import KafkaTransport
from shared.kafka_io.stream import (
    AssignedStream,
    LogTruncated,
    OffsetGone,
    PartitionUnknown,
    Place,
    Record,
    RecordUnreadable,
    StalledConsumer,
    StreamBroken,
    TopicReplaced,
)
from shared.kafka_io.topics import (
    Bounds,
    TopicIdentity,
    ensure_topics,
    partition_bounds,
    partition_starts,
    topic_identities,
)

__all__ = [
    "AssignedStream",
    "Bounds",
    "EntryConsumer",
    "EntryRecord",
    "KafkaTransport",
    "LogTruncated",
    "MessageConsumer",
    "OffsetGone",
    "PartitionUnknown",
    "Place",
    "Record",
    "RecordUnreadable",
    "StalledConsumer",
    "StreamBroken",
    "TopicIdentity",
    "TopicReplaced",
    "applied_configs",
    "ensure_topics",
    "entries_of",
    "partition_bounds",
    "partition_starts",
    "topic_identities",
]
