# SPDX-License-Identifier: Apache-2.0
"""Finish grants that a crash, an overtaken freeze or a silent registry left behind."""

from permit_service.ports import Ports
from permit_service.usecases.issue import issue
from permit_service.usecases.read import due_grants
from shared.tracing import current_trace_id


class GrantWorker:
    """Tries every grant that is due; any number of these may run, one wins each try."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def step(self) -> bool:
        """Try what is due now; True when there was something."""
        due = due_grants(ports=self._ports)
        for application_id in due:
            issue(application_id, trace_id=current_trace_id(), ports=self._ports)
        return bool(due)
