# SPDX-License-Identifier: Apache-2.0
"""Tell consent_registry the rulings that it could not be told at once."""

from permit_service.ports import Ports
from permit_service.usecases.rule import tell_next


class RulingWorker:
    """Tells what waits, application by application; a repeated telling changes nothing."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def step(self) -> bool:
        """Go on once; True when something was told."""
        return tell_next(ports=self._ports)
