# SPDX-License-Identifier: Apache-2.0
"""Entries over Kafka: the shared consumer as the sequencer's source.

Stored offsets rule: reading starts exactly there, and a partition without one breaks its topic.
A broker that is away is waited for without holding up what comes over HTTP.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from audit_log.domain.errors import OffsetMissing
from audit_log.domain.received import KafkaPlace, Received
from audit_log.ports import SourceBroken, StoredOffset
from shared.brokers import Brokers
from shared.clock import Clock
from shared.kafka_io import (
    EntryConsumer,
    EntryRecord,
    Place,
    StalledConsumer,
    StreamBroken,
    TopicIdentity,
)
from shared.transport import TransportError

_AWAY_SECONDS: Final = 5.0
_LAST_MS: Final = 253_402_300_799_000  # where no broker stamps them, records say any time
_log = logging.getLogger(__name__)


class KafkaEntries:
    """An `EntrySource`; see the port for what each method guarantees.

    Which topics there are is what the registered producers say: without one nothing is read.
    """

    def __init__(self, brokers: Brokers, *, clock: Clock) -> None:
        self._brokers = brokers
        self._clock = clock
        self._offsets: Mapping[Place, StoredOffset] = {}
        self._sources: Mapping[str, frozenset[str]] = {}
        self._consumer: EntryConsumer | None = None
        self._away_until = float("-inf")

    def follow(
        self, offsets: Sequence[StoredOffset], sources: Mapping[str, frozenset[str]]
    ) -> None:
        """Read from exactly these offsets next."""
        wanted = {Place(one.topic, one.partition): one for one in offsets if one.topic in sources}
        same = wanted.keys() == self._offsets.keys() and sources.keys() == self._sources.keys()
        if self._consumer is not None and not same:
            self.close()
        self._offsets, self._sources = wanted, dict(sources)
        if self._consumer is None:
            return
        for place, at in self._consumer.positions().items():
            if at != wanted[place].next:
                self._consumer.seek(place.topic, place.partition, wanted[place].next)

    def poll(self, limit: int, wait_ms: int) -> Sequence[Received]:
        """Give the next entries; none while the broker is away."""
        if self._clock.monotonic() < self._away_until:
            return []
        try:
            consumer = self._consumer or self._connect()
            found = consumer.poll(max_entries=limit, wait_ms=wait_ms)
        except TransportError as error:
            self._away_until = self._clock.monotonic() + _AWAY_SECONDS
            _log.warning("kafka is away", extra={"code": error.code, "cause": error.cause})
            return []
        except StalledConsumer:
            self.close()
            raise
        except StreamBroken as broken:
            numbers: dict[str, int | str] = {
                "topic": broken.place.topic,
                "partition": broken.place.partition,
                **broken.numbers,
            }
            raise SourceBroken(broken.code, numbers) from broken
        return self._received(found)

    def close(self) -> None:
        """Let go of the connections."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close()

    def require_offsets(self) -> None:
        """Raise OffsetMissing when a followed topic has no stored offset, or none is followed."""
        if not self._sources:
            raise OffsetMissing("no topic has a producer: placet audit producer add")
        begun = {place.topic for place in self._offsets}
        for topic in sorted(self._sources.keys() - begun):
            raise OffsetMissing(
                "a topic has no stored offset: placet audit producer add", context={"topic": topic}
            )

    def _connect(self) -> EntryConsumer:
        self.require_offsets()
        self._consumer = EntryConsumer(
            self._brokers,
            positions={place: one.next for place, one in self._offsets.items()},
            identities={
                one.topic: TopicIdentity(cluster_id=one.cluster_id, topic_id=one.topic_id)
                for one in self._offsets.values()
            },
            clock=self._clock,
        )
        return self._consumer

    def _received(self, found: Iterable[EntryRecord]) -> list[Received]:
        times: dict[int, datetime] = {}  # the broker stamps a batch of a producer with one time
        received: list[Received] = []
        place = KafkaPlace("", 0, -1)
        for (topic, partition), offset, ms, value, sealed in found:
            at = times.get(ms)
            if at is None:
                at = times[ms] = datetime.fromtimestamp(min(max(ms, 0), _LAST_MS) / 1000, UTC)
            if place != (topic, partition, offset):  # the entries of a record have one place
                place = KafkaPlace(topic, partition, offset)
            received.append(Received(place, value, sealed, at, self._sources[topic]))
        return received
