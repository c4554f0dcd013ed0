# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.bench.audit_log.pouring`: produce at a given rate, for `bench_freshness` alone.

Everything is sealed before the first line on standard input; then a slice goes out every tenth of
a second, and the moment before each is printed. A process of its own, as producers are.
"""

import sys
import time
from typing import Final

from shared.brokers import Brokers
from shared.kafka_io import KafkaTransport
from tests.bench.audit_log.filling import send_all, spoken

SLICES_A_SECOND: Final = 10


def main(bootstrap: str, topic: str, per_second: int, seconds: int) -> None:
    """Seal, wait for the word, pour."""
    rows = list(spoken(per_second * seconds, topic))
    transport = KafkaTransport(Brokers(addresses=(bootstrap,)))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    began, size = time.time(), per_second // SLICES_A_SECOND
    for number in range(seconds * SLICES_A_SECOND):
        time.sleep(max(0.0, began + number / SLICES_A_SECOND - time.time()))
        sys.stdout.write(f"{time.time():.6f}\n")
        send_all(transport, rows[number * size : (number + 1) * size])
    transport.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
