# SPDX-License-Identifier: Apache-2.0
"""What `/metrics` says of the log itself: sizes, whether it signs, how late its witnesses are."""

import logging
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from audit_log.domain.errors import NotPublished
from audit_log.ports import Transaction
from audit_log.usecases import read
from shared.clock import Clock

_log = logging.getLogger(__name__)


class LogGauges(Collector):
    """Reads the log when it is asked; silent before the first checkpoint and without a database."""

    def __init__(self, transaction: Transaction, clock: Clock) -> None:
        self._transaction = transaction
        self._clock = clock

    def describe(self) -> Iterable[Metric]:
        """Say nothing beforehand: the database is not asked at the start."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Give the gauges."""
        try:
            with self._transaction() as log:
                found = read.standing(log.reader, self._clock.now())
        except NotPublished:
            return
        except SQLAlchemyError:
            _log.warning("the log's gauges cannot be read")  # what else is counted is still given
            return
        yield _gauge("placet_log_size", "Entries published.", found.newest.size)
        signs = found.signing == "signing"
        yield _gauge("placet_log_signing", "Whether new checkpoints are signed.", int(signs))
        if found.witnessed is not None and found.lag is not None:
            text = "Entries under a quorum's cosignatures."
            yield _gauge("placet_log_witnessed_size", text, found.witnessed.size)
            text = "Age of the newest witnessed checkpoint while a newer one is published."
            yield _gauge("placet_log_witness_lag_seconds", text, found.lag.total_seconds())


def install(registry: CollectorRegistry, transaction: Transaction, clock: Clock) -> None:
    """Add the gauges to a registry."""
    registry.register(LogGauges(transaction, clock))


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)
