# SPDX-License-Identifier: Apache-2.0
"""This producer's signed word about its own chain, so that the log notices a chain cut short."""

from collections.abc import Callable

from sqlalchemy import Engine

from consent_registry.adapters.tables import OUTBOX
from consent_registry.adapters.unit_of_work import Producer
from shared.clock import Clock
from shared.heartbeat import heartbeat_fact
from shared.ids import IdSource
from shared.outbox import Outbox
from shared.tracing import current_trace_id


class ChainVoice:
    """Appends a heartbeat to the producer's chain; `sign` gives raw Ed25519."""

    def __init__(
        self,
        engine: Engine,
        producer: Producer,
        *,
        sign: Callable[[bytes], bytes],
        ids: IdSource,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._producer = producer
        self._sign = sign
        self._ids = ids
        self._clock = clock

    def step(self) -> bool:
        """Sign the newest place of the chain and append that; the next one can wait."""
        with self._engine.begin() as connection:
            outbox = Outbox(
                connection,
                tables=OUTBOX,
                src=self._producer.src,
                topic=self._producer.topic,
                ids=self._ids,
                clock=self._clock,
            )
            outbox.record(
                heartbeat_fact(
                    outbox.head(),
                    occurred_at=self._clock.now(),
                    trace_id=current_trace_id(),
                    sign=self._sign,
                )
            )
            outbox.flush()
        return False
