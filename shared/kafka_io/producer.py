# SPDX-License-Identifier: Apache-2.0
"""The sending side: outbox rows to Kafka, acknowledged by every in-sync replica before counted.

It goes in rounds. One round fits into one record batch, so each partition accepts all of its rows
or none; the next round waits for it. A round that fails ends the producer, so that nothing of it
can still arrive behind rows sent later: order holds per key without transactions.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from kafka import KafkaProducer
from kafka.errors import KafkaError

from shared.brokers import Brokers
from shared.kafka_io.library import as_transport_error, client_options, keep_library_quiet
from shared.kafka_io.packing import ENTRIES_HEADER, LAYOUT, packed
from shared.transport import SEALED_HEADER, OutboxRow, RowKind

PATIENCE_MS: Final = 30_000
# A broker that follows the suite's topic settings takes record batches up to 131,072 bytes.
ROUND_BYTES: Final = 100_000
_BATCH_BYTES: Final = 262_144
_ROW_OVERHEAD: Final = 400  # headers and framing
_LINGER_MS: Final = 1_000  # a round is flushed at once; until then it stays one batch


class KafkaTransport:
    """The transport over Kafka. It connects when first used and again after a failure.

    While the broker is away `send` gives up after about `patience_ms` (at least 3,000); the relay
    tries again.
    """

    def __init__(
        self, brokers: Brokers, *, client_id: str = "placet", patience_ms: int = PATIENCE_MS
    ) -> None:
        keep_library_quiet()
        self._brokers = brokers
        self._client_id = client_id
        self._patience_ms = max(patience_ms, 3 * _LINGER_MS)
        self._producer: Any = None

    def send(self, batch: Sequence[OutboxRow]) -> int:
        """Send in rounds; see `shared.transport.Transport.send`."""
        accepted = 0
        for rows in rounds(batch):
            count, error = self._send_round(rows)
            accepted += count
            if error is not None:
                self._drop()
                if accepted == 0:
                    raise as_transport_error(error) from error
                break
        return accepted

    def close(self) -> None:
        """Let go of the connections."""
        self._drop()

    def _send_round(self, rows: Sequence[OutboxRow]) -> tuple[int, KafkaError | None]:
        """Send rows and wait for all of them; count those before the first failure."""
        futures: dict[int, Any] = {}  # by the place of each row among `rows`
        failure: KafkaError | None = None
        try:
            producer = self._connected()
            for places in _records(rows):
                together = [rows[place] for place in places]
                first = together[0]
                future = producer.send(
                    first.topic,
                    value=first.value if len(together) == 1 else packed(together),
                    key=first.key.encode(),
                    headers=_headers(together),
                )
                futures.update(dict.fromkeys(places, future))
            producer.flush(timeout=2 * self._patience_ms / 1000)
        except KafkaError as error:
            failure = error
        for count in range(len(rows)):
            future = futures.get(count)
            if future is None or not future.succeeded():
                found = None if future is None else future.exception
                return count, found or failure or KafkaError()
        return len(rows), failure

    def _connected(self) -> Any:
        if self._producer is None:
            one_try_ms = self._patience_ms // 3
            self._producer = KafkaProducer(
                **client_options(self._brokers),
                client_id=self._client_id,
                # Said aloud: with acks, retries or in-flight set otherwise the library would turn
                # idempotence off and only warn.
                enable_idempotence=True,
                acks="all",
                max_in_flight_requests_per_connection=5,
                compression_type="zstd",
                batch_size=_BATCH_BYTES,
                linger_ms=_LINGER_MS,
                delivery_timeout_ms=self._patience_ms,
                request_timeout_ms=one_try_ms,
                max_block_ms=one_try_ms,
                bootstrap_timeout_ms=one_try_ms,
                reconnect_backoff_max_ms=2_000,
                allow_auto_create_topics=False,
                metrics_enabled=False,
            )
        return self._producer

    def _drop(self) -> None:
        """End the producer and whatever it still holds."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(KafkaError):
                producer.close(timeout=0)


def rounds(batch: Sequence[OutboxRow]) -> Iterator[Sequence[OutboxRow]]:
    """Cut a batch so that the rows of one round fit into one record batch."""
    rows: list[OutboxRow] = []
    size = 0
    for row in batch:
        weight = len(row.value) + len(row.sealed) + len(row.key) + _ROW_OVERHEAD
        if rows and size + weight > ROUND_BYTES:
            yield rows
            rows, size = [], 0
        rows.append(row)
        size += weight
    if rows:
        yield rows


def _records(rows: Sequence[OutboxRow]) -> Iterable[Sequence[int]]:
    """Put the rows of a round into records, each given by its rows' places.

    The entries of one key go together; what has headers, as a message does, goes alone.
    """
    records: dict[tuple[str, str, int], list[int]] = {}
    for place, row in enumerate(rows):
        alone = 0 if row.kind is RowKind.ENTRY and not row.headers else place + 1
        records.setdefault((row.topic, row.key, alone), []).append(place)
    return records.values()


def _headers(rows: Sequence[OutboxRow]) -> list[tuple[str, bytes]]:
    first = rows[0]
    if len(rows) > 1:
        return [(ENTRIES_HEADER, LAYOUT)]
    headers = [(name, text.encode()) for name, text in first.headers.items()]
    if first.kind is RowKind.ENTRY:
        headers.append((SEALED_HEADER, first.sealed))
    return headers
