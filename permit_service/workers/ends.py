# SPDX-License-Identifier: Apache-2.0
"""Tell consent_registry the ends of permits that it was not told yet."""

from permit_service.ports import Ports
from permit_service.usecases.tell_ends import tell_ends


class EndWorker:
    """Tells what waits; a repeated telling changes nothing."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def step(self) -> bool:
        """Tell once; what is refused is tried again at the next look, not at once."""
        tell_ends(ports=self._ports)
        return False
