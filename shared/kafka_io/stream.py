# SPDX-License-Identifier: Apache-2.0
"""The receiving side: assigned partitions, explicit positions, and no silent step.

A gap, a replaced topic or a truncated log is an error that names itself. Positions are the
caller's: it stores them with what it read, in one transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import Any, ClassVar, Final, NamedTuple

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import (
    CorruptRecordError,
    KafkaError,
    LogTruncationError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    UnsupportedCodecError,
)

from shared.brokers import Brokers
from shared.clock import Clock
from shared.kafka_io.batches import bound_batches
from shared.kafka_io.hearing import Hearing
from shared.kafka_io.library import (
    BOOTSTRAP_MS,
    REQUEST_MS,
    client_options,
    keep_library_quiet,
    translated,
)
from shared.kafka_io.topics import TopicIdentity, described, open_admin
from shared.transport import SEALED_HEADER, TransportError, TransportUnavailable

STALL_SECONDS: Final = 10.0
_MAX_FETCH_BYTES: Final = 16 * 1024 * 1024
_MAX_HELD_BYTES: Final = 32 * 1024 * 1024
_AT_ONCE: Final = 64  # records, each within `MOST_UNPACKED`
_OF_RECORDS: Final = (CorruptRecordError, UnsupportedCodecError)
_ASKED, _REPLACED = 1, 2  # what was tried on a deaf client: its position, another client
_NO_NUMBERS: Final[Mapping[str, int]] = MappingProxyType({})


class Place(NamedTuple):
    """One partition of one topic."""

    topic: str
    partition: int


class StreamBroken(Exception):
    """Reading on would skip or mix records; somebody must look. `code` says what happened."""

    code: ClassVar[str] = "stream_broken"

    def __init__(self, place: Place, numbers: Mapping[str, int] = _NO_NUMBERS) -> None:
        said = "".join(f" {name}={number}" for name, number in numbers.items())
        super().__init__(f"{self.code} {place.topic}/{place.partition}{said}")
        self.place: Final = place
        self.numbers: Final = numbers


class OffsetGone(StreamBroken):
    """The next offset is no longer, or not yet, in the partition: `asked`, `first`, `end`."""

    code = "offset_gone"


class TopicReplaced(StreamBroken):
    """The name means another topic, or another cluster, than the stored offsets belong to."""

    code = "topic_replaced"


class PartitionUnknown(StreamBroken):
    """The topic has a partition without a position: what is written there would go unread."""

    code = "partition_unknown"


class LogTruncated(StreamBroken):
    """The broker lost records that had been acknowledged."""

    code = "log_truncated"


class RecordUnreadable(StreamBroken):
    """What comes next cannot be taken apart, or would come apart into more than anybody sends.

    Its producer wrote it so, and the broker took it: `offset` is where it stands.
    """

    code = "record_unreadable"


class StalledConsumer(StreamBroken):
    """Records wait, and the library delivers none even to a fresh client: end the process."""

    code = "consumer_stalled"


class Record(NamedTuple):
    """One record as it came: nothing parsed, nothing checked.

    `timestamp_ms` is the broker's append time where topics say so. A tuple, because one is made for
    every entry; a header's value may be absent.
    """

    place: Place
    offset: int
    timestamp_ms: int
    key: bytes
    all_headers: Sequence[tuple[str, bytes | None]]
    value: bytes

    def __repr__(self) -> str:
        """Name the place; what came is left out."""
        return f"Record(place={self.place!r}, offset={self.offset})"

    @property
    def sealed(self) -> bytes:
        """An entry's sealed parts, empty when their header is missing; the first of them counts."""
        for name, value in self.all_headers:
            if name == SEALED_HEADER:
                return value or b""
        return b""

    @property
    def headers(self) -> Mapping[str, str]:
        """The other headers as text, read when asked for; the first of a name counts."""
        texts: dict[str, str] = {}
        for name, value in self.all_headers:
            if name != SEALED_HEADER:
                texts.setdefault(name, (value or b"").decode(errors="replace"))
        return texts


class AssignedStream:
    """Reads given partitions from given offsets.

    `positions` holds the next offset of every partition to read, `expected` the identity under
    which they were stored; a name that means something else now raises TopicReplaced, at once and
    before any later delivery, and so does a partition that is not among the positions
    (PartitionUnknown).
    """

    def __init__(
        self,
        brokers: Brokers,
        *,
        positions: Mapping[Place, int],
        expected: Mapping[str, TopicIdentity],
        clock: Clock,
        client_id: str = "placet",
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        keep_library_quiet()
        bound_batches()
        self._brokers = brokers
        self._client_id = client_id
        self._expected = dict(expected)
        self._next = dict(positions)
        self._hearing = Hearing(self._next, stall_seconds=stall_seconds, clock=clock)
        self._admin: Any = None
        self._consumer: Any = None
        self._failed: Exception | None = None

    def poll(self, max_records: int, wait_ms: int) -> list[Record]:
        """Give the next records, in order within each partition; empty when `wait_ms` passed.

        Raises StreamBroken (never skips), or TransportUnavailable while the broker is away.
        """
        if not self._next:
            return []
        self._hearing.asks()
        if self._has_gone_deaf():
            self._drop()
            return []  # the next poll is another client's
        with self._reading_again(), translated():
            found = self._fetch(max_records, wait_ms)
            if found:
                self._require_same_topics()  # after the fetch: what was fetched came from these
        self._hearing.heard(Place(part.topic, part.partition) for part in found)
        return self._taken(found)

    def positions(self) -> Mapping[Place, int]:
        """Give the next offset of every partition."""
        return dict(self._next)

    def seek(self, place: Place, offset: int) -> None:
        """Read this partition from `offset` next, as after a transaction that was rolled back."""
        self._next[place], self._failed = offset, None
        if self._consumer is not None:
            self._consumer.seek(TopicPartition(*place), offset)

    def end_offsets(self) -> Mapping[Place, int]:
        """Ask where each partition ends now: the lag is this less `positions`."""
        with translated():
            return self._ends(self._connected())

    def close(self) -> None:
        """Let go of the connections."""
        self._drop()

    @contextmanager
    def _reading_again(self) -> Iterator[None]:
        """Have what was fetched and not given fetched again: the client stands behind it."""
        try:
            yield
        except (TransportError, TopicReplaced, PartitionUnknown):
            if self._consumer is not None:
                for place, offset in self._next.items():
                    self._consumer.seek(TopicPartition(*place), offset)
            raise

    def _fetch(self, max_records: int, wait_ms: int) -> Mapping[Any, Sequence[Any]]:
        try:
            return self._polled(max_records, wait_ms)
        except (OffsetOutOfRangeError, NoOffsetForPartitionError) as error:
            self._require_same_topics()
            raise self._gone() from error
        except LogTruncationError as error:
            self._require_same_topics()  # one made anew is another topic, and no shorter one
            raise LogTruncated(self._any_place()) from error
        except Exception as error:
            if not _blames_a_record(error):
                raise
            raise self._unreadable(error) from error

    def _polled(self, max_records: int, wait_ms: int) -> Mapping[Any, Sequence[Any]]:
        """Poll a few records at a time, so that no number of large ones is held at once.

        What was polled before an error is given first, and the error raised by the next call: the
        library raises it once.
        """
        consumer = self._connected()
        failed, self._failed = self._failed, None
        if failed is not None:
            raise failed
        found: dict[Any, list[Any]] = {}
        left, held = max_records, 0
        while left > 0 and held < _MAX_HELD_BYTES:
            try:
                few = consumer.poll(
                    timeout_ms=0 if found else wait_ms, max_records=min(left, _AT_ONCE)
                )
            except Exception as error:
                if not found:
                    raise
                self._failed = error
                break
            if not few:
                break
            for part, items in few.items():
                found.setdefault(part, []).extend(items)
                left -= len(items)
                held += sum(one.serialized_value_size + one.serialized_header_size for one in items)
        return found

    def _taken(self, found: Mapping[Any, Sequence[Any]]) -> list[Record]:
        records: list[Record] = []
        for part, batch in found.items():
            place = Place(part.topic, part.partition)
            following = self._next[place]
            for item in batch:
                if item.offset < following:
                    continue  # a compressed batch may begin before the offset asked for
                records.append(_record(place, item))
                following = item.offset + 1
            self._next[place] = following
        return records

    def _has_gone_deaf(self) -> bool:
        """Notice a client that went deaf: records wait and none come (kafka-python issue 3106).

        It may be deaf to one partition alone. Asked for its position, it is known to wake; and it
        says that there is nothing to give where only the marks of transactions are left. Raises
        StalledConsumer when another client was deaf to the same.
        """
        suspects = self._hearing.suspects()
        if not suspects:
            return False
        with translated():
            consumer = self._connected()
            self._require_same_topics()
            ends = self._ends(consumer)
            behind = [place for place in suspects if ends[place] > self._next[place]]
            times = self._hearing.judge(suspects, behind)
            for place in behind:
                part = TopicPartition(*place)
                asked = times[place] == _ASKED
                if asked and consumer.position(part, timeout_ms=REQUEST_MS) >= ends[place]:
                    self._hearing.heard([place])
        worst = max(times, key=times.__getitem__, default=None)
        if worst is None or times[worst] <= _ASKED:
            return False
        if times[worst] > _REPLACED:
            raise StalledConsumer(worst, {"position": self._next[worst]})
        return True

    def _connected(self) -> Any:
        if self._consumer is None:
            self._require_same_topics()
            self._consumer = self._client(self._next)
        return self._consumer

    def _client(self, positions: Mapping[Place, int]) -> Any:
        consumer = KafkaConsumer(
            **client_options(self._brokers),
            client_id=self._client_id,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            allow_auto_create_topics=False,
            fetch_max_wait_ms=250,
            max_partition_fetch_bytes=_MAX_FETCH_BYTES,
            request_timeout_ms=REQUEST_MS,
            bootstrap_timeout_ms=BOOTSTRAP_MS,
            reconnect_backoff_max_ms=2_000,
            metrics_enabled=False,
        )
        consumer.assign([TopicPartition(*place) for place in positions])
        for place, offset in positions.items():
            consumer.seek(TopicPartition(*place), offset)
        return consumer

    def _unreadable(self, error: Exception) -> Exception:
        """Name the partition whose next record is to blame; the error itself when none is.

        Each that has records is read by itself, from where the log stands: the client that failed
        does not say which it was, and gives nothing more.
        """
        self._drop()
        ends = self._ends(self._connected())
        for place in [one for one, end in ends.items() if end > self._next[one]]:
            alone = self._client({place: self._next[place]})
            try:
                alone.poll(timeout_ms=REQUEST_MS, max_records=1)
            except Exception as again:
                if not _blames_a_record(again):
                    raise
                return RecordUnreadable(place, {"offset": self._next[place]})
            finally:
                alone.close()
        return error

    def _require_same_topics(self) -> None:
        if self._admin is None:
            self._admin = open_admin(self._brokers)
        topics = {place.topic for place in self._next}
        now = described(self._admin, topics)
        for topic in sorted(topics):
            if topic not in now:  # deleted, or a starting broker that does not know it yet
                raise TransportUnavailable("unknown_topic")
            identity, partitions = now[topic]
            if identity != self._expected[topic]:
                raise TopicReplaced(next(p for p in self._next if p.topic == topic))
            for partition in sorted(partitions):
                if Place(topic, partition) not in self._next:
                    raise PartitionUnknown(Place(topic, partition))

    def _ends(self, consumer: Any) -> Mapping[Place, int]:
        parts = [TopicPartition(*place) for place in self._next]
        found = consumer.end_offsets(parts, timeout_ms=REQUEST_MS)
        return {Place(part.topic, part.partition): int(end) for part, end in found.items()}

    def _gone(self) -> StreamBroken:
        """Name the partition whose next offset does not exist, with the exact gap."""
        parts = [TopicPartition(*place) for place in self._next]
        firsts = self._consumer.beginning_offsets(parts, timeout_ms=REQUEST_MS)
        for place, end in self._ends(self._consumer).items():
            asked, first = self._next[place], int(firsts[TopicPartition(*place)])
            if not first <= asked <= end:
                return OffsetGone(place, {"asked": asked, "first": first, "end": end})
        return OffsetGone(self._any_place())

    def _any_place(self) -> Place:
        return min(self._next)

    def _drop(self) -> None:
        consumer, self._consumer, self._failed = self._consumer, None, None
        admin, self._admin = self._admin, None
        for client in (consumer, admin):
            if client is not None:
                with suppress(KafkaError):
                    client.close()


def _blames_a_record(error: Exception) -> bool:
    """Tell whether the library failed at what it was sent, and not at reaching the broker."""
    return isinstance(error, _OF_RECORDS) or not isinstance(error, KafkaError | TransportError)


def _record(place: Place, item: Any) -> Record:
    key, value = item.key or b"", item.value or b""
    return Record(place, item.offset, item.timestamp, key, item.headers, value)
