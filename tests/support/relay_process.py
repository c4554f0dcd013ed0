# SPDX-License-Identifier: Apache-2.0
"""A producer's relay as a process: `python -m tests.support.relay_process DATABASE BOOTSTRAP`."""

import sys

from shared.brokers import Brokers
from shared.clock import SystemClock
from shared.db import engine
from shared.kafka_io import KafkaTransport
from shared.logging import configure
from shared.outbox import Relay
from shared.processes import run_loop, until_stopped
from tests.integration.shared.sample.tables import OUTBOX


def main() -> None:
    """Empty the outbox until told to stop."""
    database, bootstrap = sys.argv[1:]
    configure("relay", "warning")
    relay = Relay(
        engine(database), OUTBOX, KafkaTransport(Brokers(addresses=(bootstrap,))), batch_rows=50
    )
    run_loop(relay.step, clock=SystemClock(), stop=until_stopped(), idle_seconds=0.05, name="relay")


if __name__ == "__main__":
    main()
