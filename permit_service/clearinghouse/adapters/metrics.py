# SPDX-License-Identifier: Apache-2.0
"""What an operator watches: decisions by reason, age of registers, what waits in the spool.

Labels are reason codes and register names; never a person, a path or a permit.
"""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily

from permit_service.clearinghouse.domain.outcome import Decision
from permit_service.clearinghouse.usecases.board import RegisterState
from shared.spool.relay import Backlog


class Meters:
    """Counts decisions as they fall; reads the rest when the monitoring asks."""

    def __init__(
        self,
        registry: CollectorRegistry,
        *,
        registers: Callable[[], Mapping[str, RegisterState]],
        backlog: Callable[[], Backlog],
        spool_bytes: Callable[[], int],
    ) -> None:
        self._registers = registers
        self._backlog = backlog
        self._spool_bytes = spool_bytes
        self._decisions = Counter(
            "placet_decisions_total", "Requests decided.", ("reason",), registry=registry
        )
        registry.register(self)

    def decided(self, decision: Decision) -> Decision:
        """Count a decision and give it on."""
        self._decisions.labels(decision.reason.value).inc()
        return decision

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Read the present figures (called by the Prometheus client)."""
        ages = GaugeMetricFamily(
            "placet_register_age_seconds",
            "Age of what is known of a register; -1 before the first catch-up.",
            labels=("register",),
        )
        for name, state in self._registers().items():
            ages.add_metric((name,), -1.0 if state.age_seconds is None else state.age_seconds)
        yield ages
        yield GaugeMetricFamily(
            "placet_spool_entries", "Entries not yet in the log.", value=self._backlog().entries
        )
        yield GaugeMetricFamily(
            "placet_spool_bytes", "What the spool takes on disk.", value=self._spool_bytes()
        )
