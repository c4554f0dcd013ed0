# SPDX-License-Identifier: Apache-2.0
"""The gateway's nginx configuration, rendered from the shipped templates.

Every value is checked against a narrow alphabet before it stands in the configuration, and a mark
without a value, or a value without a mark, is an error: nothing can be injected or forgotten.
"""

import os
import pwd
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.settings import SettingsError

_HERE: Final = Path(__file__).resolve().parent
_MARK: Final = re.compile(r"@([A-Z_]+)@")
_PATH: Final = re.compile(r"/[A-Za-z0-9._/+-]*", re.ASCII)
_LISTEN: Final = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}", re.ASCII)
_MAX_SOCKET_CHARS: Final = 107
_MAX_WORKERS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """One nginx: where it listens, whom it asks, what it serves and where it may write.

    `data` holds `<dataset>/<local id>/<file>`; it is served under `/data/`. `run` is a folder of
    its own for pid, temporary and log files. `show_state` opens `/clearinghouse/state`.
    """

    listen: str
    socket: Path
    data: Path
    run: Path
    show_state: bool = False
    workers: int = 1
    nginx: str = "nginx"

    def faults(self) -> Sequence[str]:
        """Name everything that must not stand in a configuration."""
        found = []
        if not _LISTEN.fullmatch(self.listen):
            found.append("PLACET_BIND: is not host:port")
        for name, path in (
            ("PLACET_CLEARINGHOUSE_SOCKET", self.socket),
            ("PLACET_DATA_DIR", self.data),
            ("PLACET_RUN_DIR", self.run),
        ):
            if not _PATH.fullmatch(str(path)):
                found.append(f"{name}: is not a plain absolute path")
        if len(os.fsencode(self.socket)) > _MAX_SOCKET_CHARS:
            found.append("PLACET_CLEARINGHOUSE_SOCKET: is too long for a unix socket")
        if not 0 < self.workers <= _MAX_WORKERS:
            found.append(f"PLACET_WORKERS: is not between 1 and {_MAX_WORKERS}")
        return found


def write(gateway: Gateway) -> Path:
    """Write the configuration into the gateway's own folder; give its path.

    Raises SettingsError naming every bad value; then nothing was written.
    """
    faults = gateway.faults()
    if faults:
        raise SettingsError(faults)
    gateway.run.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = gateway.run / "nginx.conf"
    path.write_text(render(gateway), encoding="ascii")
    return path


def render(gateway: Gateway) -> str:
    """Give the configuration's text."""
    # nginx compares every part of an opened path: the folder's own name must have no symlink.
    data = str(Path(os.path.realpath(gateway.data)))
    locations = _fill("clearinghouse-locations.conf", {"DATA": data})
    if gateway.show_state:
        locations += "\n" + _fill("state-location.conf", {})
    return _fill(
        "nginx.conf",
        {
            "USER": _user_line(),
            "WORKERS": str(gateway.workers),
            "RUN": str(gateway.run),
            "ERROR_LOG": "stderr",
            "LISTEN": gateway.listen,
            "MAP": _fill("clearinghouse-map.conf", {"SOCKET": str(gateway.socket)}),
            "LOCATIONS": locations,
        },
    )


def command(gateway: Gateway) -> Sequence[str]:
    """Give the command that runs this gateway in the foreground, logging to standard error."""
    conf = str(gateway.run / "nginx.conf")
    return (gateway.nginx, "-p", str(gateway.run), "-e", "stderr", "-c", conf)


def _user_line() -> str:
    """Keep the workers under this very account when the master is root.

    Otherwise nginx would change to `nobody`, who can read neither the data nor the socket.
    """
    if os.geteuid() != 0:
        return ""
    return f"user {pwd.getpwuid(os.geteuid()).pw_name};"


def _fill(template: str, values: Mapping[str, str]) -> str:
    text = (_HERE / template).read_text(encoding="ascii")
    wanted = set(_MARK.findall(text))
    if wanted != set(values):
        raise ValueError(f"{template}: marks and values differ")
    return _MARK.sub(lambda mark: values[mark[1]], text)
