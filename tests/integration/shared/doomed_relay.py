# SPDX-License-Identifier: Apache-2.0
"""A process whose relay is killed after the other side has everything and before it deletes."""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from shared.db import engine
from shared.events import parse_entry
from shared.outbox import Relay
from shared.transport import OutboxRow
from tests.integration.shared.sample.tables import OUTBOX


class KilledWhenSent:
    """Writes what it is given to a file, then dies as by `kill -9`."""

    def __init__(self, out: Path) -> None:
        self._out = out

    def send(self, batch: Sequence[OutboxRow]) -> int:
        self._out.write_text("\n".join(str(parse_entry(row.value).seq) for row in batch))
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("still alive")

    def close(self) -> None:
        """Nothing to let go of."""


if __name__ == "__main__":
    Relay(engine(sys.argv[1]), OUTBOX, KilledWhenSent(Path(sys.argv[2]))).step()
