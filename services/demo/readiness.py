# SPDX-License-Identifier: Apache-2.0
"""Whether the processes of a local node answer; asks, and changes nothing."""

import http.client
import json
from dataclasses import dataclass
from http import HTTPStatus

from services.demo.ports import Ports

_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One question: a process is ready when this path answers 200 (and says `ready`, if asked)."""

    name: str
    port: int
    path: str
    says_ready: bool = False

    def passes(self) -> bool:
        """Ask once."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_SECONDS)
        try:
            connection.request("GET", self.path)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if answer.status != HTTPStatus.OK:
            return False
        return not self.says_ready or json.loads(body).get("ready") is True


def probes(ports: Ports) -> tuple[Probe, ...]:
    """Give the questions of a whole node; the clearinghouse is asked through the gateway."""
    return (
        Probe(name="devidp", port=ports.devidp, path="/healthz"),
        Probe(name="visa_source", port=ports.visa_source, path="/healthz"),
        Probe(name="audit_log", port=ports.audit_log, path="/readyz"),
        Probe(name="consent_registry", port=ports.consent_registry, path="/readyz"),
        Probe(name="permit_service", port=ports.permit_service, path="/readyz"),
        Probe(
            name="gateway and clearinghouse",
            port=ports.gateway,
            path="/clearinghouse/state",
            says_ready=True,
        ),
    )
