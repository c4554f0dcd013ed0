# SPDX-License-Identifier: Apache-2.0
"""What is read from Kafka: entries for the log, domain messages for an inbox.

Entries come as the bytes that were sent, unread: whether they are entries is the log's to judge.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from shared.brokers import Brokers
from shared.clock import Clock
from shared.events import MalformedEntry
from shared.inbox import Delivery, StoredOffset
from shared.kafka_io.packing import ENTRIES_HEADER, LAYOUT, unpacked
from shared.kafka_io.stream import STALL_SECONDS, AssignedStream, Place, Record
from shared.kafka_io.topics import TopicIdentity, partition_starts, topic_identities
from shared.messages import MalformedMessage, read_message
from shared.transport import TransportUnavailable

_CAUTIOUS: Final = 64  # entries in a record, until one has come


class EntryRecord(NamedTuple):
    """One entry as it came; those that came in one record share its offset and its time."""

    place: Place
    offset: int
    timestamp_ms: int
    value: bytes
    sealed: bytes

    def __repr__(self) -> str:
        """Name the place; what came is left out."""
        return f"EntryRecord(place={self.place!r}, offset={self.offset})"


class EntryConsumer:
    """Reads the topics of entries from the offsets the log has stored.

    Every partition needs its position, every topic its identity: a missing one is the caller's
    error (KeyError), never a guess. Errors: `AssignedStream.poll`.
    """

    def __init__(
        self,
        brokers: Brokers,
        *,
        positions: Mapping[Place, int],
        identities: Mapping[str, TopicIdentity],
        clock: Clock,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._stream = AssignedStream(
            brokers,
            positions=positions,
            expected={place.topic: identities[place.topic] for place in positions},
            clock=clock,
            client_id="placet-entries",
            stall_seconds=stall_seconds,
        )
        # Fetched, and not given yet; how many entries a record holds is what the last ones held.
        self._waiting: deque[Record] = deque()
        self._in_a_record = _CAUTIOUS

    def poll(self, *, max_entries: int = 5_120, wait_ms: int = 200) -> list[EntryRecord]:
        """Give the next entries, in order within each partition.

        They end with a whole record, so there may be a few more than `max_entries`.
        """
        if not self._waiting:
            asked = max(1, max_entries // self._in_a_record)
            self._waiting.extend(self._stream.poll(asked, wait_ms))
        entries: list[EntryRecord] = []
        records = 0
        while self._waiting and len(entries) < max_entries:
            entries += entries_of(self._waiting.popleft())
            records += 1
        if records:
            self._in_a_record = -(-len(entries) // records)
        return entries

    def seek(self, topic: str, partition: int, offset: int) -> None:
        """Read this partition from `offset` next."""
        place = Place(topic, partition)
        self._waiting = deque(one for one in self._waiting if one.place != place)
        self._stream.seek(place, offset)

    def positions(self) -> Mapping[Place, int]:
        """Give the next offset of every partition."""
        waiting = {one.place: one.offset for one in reversed(self._waiting)}
        return {**self._stream.positions(), **waiting}

    def end_offsets(self) -> Mapping[Place, int]:
        """Ask where each partition ends now."""
        return self._stream.end_offsets()

    def close(self) -> None:
        """Let go of the connections."""
        self._stream.close()


class MessageConsumer:
    """Reads topics of domain messages, from stored offsets or, the first time, from their start.

    A `shared.inbox.MessageSource`: deliveries carry the offset to store with their effect.
    """

    def __init__(
        self,
        brokers: Brokers,
        topics: Sequence[str],
        *,
        stored: Sequence[StoredOffset],
        clock: Clock,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._identities = _known(brokers, topics, stored)
        positions = {
            Place(topic, partition): offset
            for topic in topics
            for partition, offset in partition_starts(brokers, topic).items()
        }
        wanted = {Place(one.topic, one.partition): one.next_offset for one in stored}
        positions.update((place, at) for place, at in wanted.items() if place.topic in topics)
        self._stream = AssignedStream(
            brokers,
            positions=positions,
            expected=self._identities,
            clock=clock,
            client_id="placet-messages",
            stall_seconds=stall_seconds,
        )

    def poll(self, *, max_messages: int = 500, wait_ms: int = 200) -> list[Delivery]:
        """Give the next messages; one that cannot be read comes with its fault instead."""
        return [self._delivery(record) for record in self._stream.poll(max_messages, wait_ms)]

    def put_back(self, delivery: Delivery) -> None:
        """Read this delivery again next: its transaction was rolled back."""
        at = delivery.at
        if at is not None:
            self._stream.seek(Place(at.topic, at.partition), at.next_offset - 1)

    def close(self) -> None:
        """Let go of the connections."""
        self._stream.close()

    def _delivery(self, record: Record) -> Delivery:
        identity = self._identities[record.place.topic]
        at = StoredOffset(
            topic=record.place.topic,
            partition=record.place.partition,
            next_offset=record.offset + 1,
            cluster_id=identity.cluster_id,
            topic_id=identity.topic_id,
        )
        try:
            message = read_message(
                record.headers,
                record.value,
                topic=record.place.topic,
                key=record.key.decode(errors="replace"),
            )
        except MalformedMessage as error:
            return Delivery(message=None, fault=str(error), at=at)
        return Delivery(message=message, fault="", at=at)


def entries_of(record: Record) -> list[EntryRecord]:
    """Take a record apart; one that is packed wrongly stays whole, and is nobody's entry."""
    place, offset, at, _, headers, value = record
    for name, layout in headers:
        if name == ENTRIES_HEADER:
            try:
                found = unpacked(value) if layout == LAYOUT else [(value, b"")]
            except MalformedEntry:
                found = [(value, b"")]
            return [EntryRecord(place, offset, at, entry, sealed) for entry, sealed in found]
    return [EntryRecord(place, offset, at, value, record.sealed)]


def _known(
    brokers: Brokers, topics: Sequence[str], stored: Sequence[StoredOffset]
) -> dict[str, TopicIdentity]:
    """Give the identity of each topic: as stored, or as it is now for a topic not yet read."""
    now = topic_identities(brokers, topics)
    if not now.keys() >= set(topics):
        raise TransportUnavailable("unknown_topic")
    then = {
        one.topic: TopicIdentity(cluster_id=one.cluster_id, topic_id=one.topic_id) for one in stored
    }
    return {topic: then.get(topic, now[topic]) for topic in topics}
