# SPDX-License-Identifier: Apache-2.0
"""Note the applications that nobody decided in time."""

from permit_service.ports import Ports
from permit_service.usecases.silence import note_silence
from shared.tracing import current_trace_id


class SilenceWorker:
    """Notes each once; any number of these may run."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def step(self) -> bool:
        """Look once; terms end by the day, so that there is never a reason to look at once."""
        note_silence(trace_id=current_trace_id(), ports=self._ports)
        return False
