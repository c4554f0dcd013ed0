# SPDX-License-Identifier: Apache-2.0
"""What an operator watches of the registry, read when the monitoring asks.

Labels are kinds, datasets and nodes; never a person. With the database away these
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
        yield from (self._unreadable(), self._ages(), self._behind())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Read the present figures."""
        try:
            found = self._watch()
        except SQLAlchemyError:
            return
        unreadable, ages, behind = self._unreadable(), self._ages(), self._behind()
        for kind, number in found.unreadable.items():
            unreadable.add_metric((kind.value,), number)
        for node in found.nodes:
            labels = (node.word.node, node.word.dataset)
            ages.add_metric(labels, node.age.total_seconds())
            behind.add_metric(labels, max(0, node.newest - node.word.revision))
        yield from (unreadable, ages, behind)

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

    @staticmethod
    def _behind() -> GaugeMetricFamily:
        return GaugeMetricFamily(
            "placet_unacknowledged_revisions",
            "How many revisions of a dataset a node has not acknowledged.",
            labels=("node", "dataset"),
        )
