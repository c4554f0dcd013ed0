# SPDX-License-Identifier: Apache-2.0
"""How long the broker keeps what it was sent, asked of the broker itself."""

from collections.abc import Sequence
from datetime import timedelta

from audit_log.domain.copies import lifetime
from shared.brokers import Brokers
from shared.kafka_io import applied_configs


class BrokerCopies:
    """A `ReadCopies` over one cluster."""

    def __init__(self, brokers: Brokers) -> None:
        self._brokers = brokers

    def __call__(self, topics: Sequence[str]) -> dict[str, timedelta | None]:
        """Ask; a topic that is not there is left out, and stays unread."""
        configs, broker = applied_configs(self._brokers, topics)
        return {topic: lifetime(config, broker) for topic, config in configs.items()}
