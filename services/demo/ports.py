# SPDX-License-Identifier: Apache-2.0
"""The TCP ports of a local run: fixed defaults, overridable, remembered with the state.

URLs carry ports, tokens and accounts carry URLs: a run that has state keeps its ports.
"""

import json
import random
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

_LOOPBACK: Final = "127.0.0.1"
_HIGHEST: Final = 65_535
_LOWEST_PICK, _HIGHEST_PICK = 20_000, 32_000  # below Linux's ephemeral ports (32768 and up)


class PortsRefused(ValueError):
    """Ports that cannot be used; `faults` has one line per fault."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """One port per listening process; all on 127.0.0.1."""

    gateway: int = 8080
    consent_registry: int = 8081
    permit_service: int = 8082
    audit_log: int = 8083
    devidp: int = 8090
    visa_source: int = 8091

    def url(self, name: str) -> str:
        """Give the URL of a process, without a trailing slash."""
        return f"http://{_LOOPBACK}:{getattr(self, name)}"

    def bind(self, name: str) -> str:
        """Give the address a process listens on."""
        return f"{_LOOPBACK}:{getattr(self, name)}"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read PLACET_GATEWAY_PORT and its like; the word `auto` anywhere picks a free port.

        Raises PortsRefused naming every bad value.
        """
        faults: list[str] = []
        chosen: dict[str, int] = {}
        for name, default in asdict(cls()).items():
            given = environ.get(variable(name), str(default))
            if given == "auto":
                chosen[name] = _free(set(chosen.values()))
            elif given.isascii() and given.isdigit() and 0 < int(given) <= _HIGHEST:
                chosen[name] = int(given)
            else:
                faults.append(f"{variable(name)}: is not a port number, nor `auto`")
        if len(set(chosen.values())) < len(chosen):
            faults.append("two processes were given one port")
        if faults:
            raise PortsRefused(faults)
        return cls(**chosen)


def variable(name: str) -> str:
    """Give the environment variable that overrides a process's port."""
    return f"PLACET_{name.upper()}_PORT"


def settle(environ: Mapping[str, str], record: Path) -> Ports:
    """Give the ports of this run: those its state was made with, or the environment's.

    Raises PortsRefused when the two differ, or when another program uses one of them.
    """
    asked = {name for name in asdict(Ports()) if environ.get(variable(name), "auto") != "auto"}
    ports = Ports.from_environ(environ)
    if record.exists():
        held = Ports(**json.loads(record.read_text()))
        moved = [name for name in sorted(asked) if getattr(held, name) != getattr(ports, name)]
        if moved:
            raise PortsRefused(
                [
                    f"{variable(name)}: this state was made with port {getattr(held, name)}; "
                    "keep it, or start over with FRESH=1"
                    for name in moved
                ]
            )
        ports = held
    taken = [
        f"port {port} is in use: stop that program, or set {variable(name)}"
        for name, port in asdict(ports).items()
        if not _is_free(port)
    ]
    if taken:
        raise PortsRefused(taken)
    record.write_text(json.dumps(asdict(ports)) + "\n")
    return ports


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except OSError:
            return False
    return True


def _free(but: set[int]) -> int:
    """Pick a free port that the system never hands out to outgoing connections."""
    choices = random.SystemRandom().sample(range(_LOWEST_PICK, _HIGHEST_PICK), k=1000)
    return next(port for port in choices if port not in but and _is_free(port))
