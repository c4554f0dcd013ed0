# SPDX-License-Identifier: Apache-2.0
"""What a person sees while a node starts: one line per step, with the seconds since the start."""

import sys

from shared.clock import Clock


class Progress:
    """Writes lines to standard output at once; holds no secret and is given none."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.monotonic()

    def step(self, text: str) -> None:
        """Tell what has been done or what begins."""
        elapsed = self._clock.monotonic() - self._began
        print(f"[{elapsed:6.1f} s] {text}", flush=True)

    def plain(self, text: str) -> None:
        """Write a line as it is."""
        print(text, flush=True)

    @staticmethod
    def fault(text: str) -> None:
        """Write a line about something that stops the run."""
        print(text, file=sys.stderr, flush=True)
