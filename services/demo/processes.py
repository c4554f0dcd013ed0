# SPDX-License-Identifier: Apache-2.0
"""Every process of a local node, in the order in which they are started."""

import signal
import sys
from collections.abc import Mapping
from typing import Final

from services.demo import environment
from services.demo.environment import Node
from services.demo.supervisor import ProcessSpec

SERVICES: Final = ("audit_log", "consent_registry", "permit_service")
_COMMANDS: Final = (
    ("audit_log", "serve"),
    ("audit_log", "sequence"),
    ("consent_registry", "serve"),
    ("permit_service", "serve"),
    ("consent_registry", "work"),
    ("permit_service", "work"),
    ("audit_log", "work"),
)


def specs(node: Node, databases: Mapping[str, str]) -> tuple[ProcessSpec, ...]:
    """Give the processes; `databases` has the database URL of each of the three services."""
    services = {service: environment.of_service(node, service, databases) for service in SERVICES}
    return (
        _python(node, "devidp", "services.devidp", "serve", environment.of_devidp(node)),
        *(
            _python(node, f"{service}.{command}", f"services.{service}", command, services[service])
            for service, command in _COMMANDS
        ),
        _python(
            node,
            "clearinghouse",
            "services.clearinghouse",
            "serve",
            environment.of_clearinghouse(node),
        ),
        _python(
            node, "visa_source", "services.story.visa_source", "", environment.of_visa_source(node)
        ),
        _python(
            node,
            "gateway",
            "services.gateway",
            "serve",
            environment.of_gateway(node),
            # A killed nginx master leaves its workers behind; one that is asked to end does not.
            farewell=signal.SIGTERM,
        ),
    )


def _python(
    node: Node,
    name: str,
    module: str,
    command: str,
    environ: Mapping[str, str],
    *,
    farewell: signal.Signals = signal.SIGKILL,
) -> ProcessSpec:
    return ProcessSpec(
        name=name,
        argv=(sys.executable, "-m", module, *((command,) if command else ())),
        environ=environ,
        log=node.layout.log(name),
        farewell=farewell,
    )
