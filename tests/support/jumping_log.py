# SPDX-License-Identifier: Apache-2.0
"""A real process of the log on a host whose clock jumps: `python -m tests.support.jumping_log CMD`.

The file that `PLACET_TEST_CLOCK` names holds by how many seconds the wall clock is off, and may
change at any time. The seconds since an arbitrary instant go on as they do.
"""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

from services.audit_log import __main__ as real
from shared.clock import SystemClock


class JumpingClock(SystemClock):
    """The host's clock, and what the file says."""

    def __init__(self) -> None:
        self._file = Path(os.environ["PLACET_TEST_CLOCK"])

    def now(self) -> datetime:
        """Give the time, off as it is."""
        return super().now() + timedelta(seconds=float(self._file.read_text() or 0))


def main() -> int:
    """Run the log's own entry point by that clock."""
    setattr(real, "SystemClock", JumpingClock)  # noqa: B010  a name the product does not lend
    sys.argv = ["services.audit_log", *sys.argv[1:]]
    return real.main()


if __name__ == "__main__":
    sys.exit(main())
