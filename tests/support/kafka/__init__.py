# SPDX-License-Identifier: Apache-2.0
"""A real Apache Kafka broker for tests: one KRaft node of the 4.1 line, from its own jars."""

from tests.support.kafka.broker import KafkaBroker, forget_failed_connections, session_broker
from tests.support.kafka.jars import BrokerUnavailable, prepare

__all__ = [
    "BrokerUnavailable",
    "KafkaBroker",
    "forget_failed_connections",
    "prepare",
    "session_broker",
]
