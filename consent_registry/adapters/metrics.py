# SPDX-License-Identifier: Apache-2.0
"""What an operator watches of the registry, read when the monitoring asks.

Labels are kinds, datasets and nodes; never a person, and no number counts people or what they
changed: monitoring has many readers. With the database away these
figures are missing, which is an alarm of its own.
"""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.exc import SQLAlchemyError

from consent_registry.usecases.watching import Watch


class Meters:
    """A collector of the Prometheus client."""

    def __init__(self, registry: CollectorRegistry, watch: Callable[[], Watch]) -> None:
        self._watch = watch
        registry.register(self)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Give the figures without their values: registering asks no database."""
        yield from (self._unreadable(), self._ages())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Read the present figures."""
        try:
            found = self._watch()
        except SQLAlchemyError:
            return
        unreadable, ages = self._unreadable(), self._ages()
        for kind, number in found.unreadable.items():
            unreadable.add_metric((kind.value,), number)
        for node in found.nodes:
            labels = (node.word.node, node.word.dataset)
            ages.add_metric(labels, node.age.total_seconds())
        yield from (unreadable, ages)

    @staticmethod
    def _unreadable() -> GaugeMetricFamily:
        return GaugeMetricFamily(
            "placet_unreadable_consents",
            "Stored consents met within a day that cannot be read; their people are left out.",
            labels=("kind",),
        )

    @staticmethod
    def _ages() -> GaugeMetricFamily:
        return GaugeMetricFamily(
            "placet_unacknowledged_seconds",
            "For how long a node has lacked a change; 0 when it lacks none.",
            labels=("node", "dataset"),
        )
