# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.support.kafka`: fetch the broker before the tests start."""

import sys

from tests.support.kafka.jars import BrokerUnavailable, prepare


def main() -> int:
    try:
        folder = prepare()
    except BrokerUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"Apache Kafka is ready: {len(list(folder.glob('*.jar')))} jars\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
