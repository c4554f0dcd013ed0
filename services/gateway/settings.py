# SPDX-License-Identifier: Apache-2.0
"""The gateway's settings."""

from dataclasses import dataclass
from pathlib import Path

from shared.settings import Kind, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Where the gateway listens, whom it asks and what it serves."""

    env: str = setting(
        "PLACET_ENV",
        doc="In development the clearinghouse's state is shown.",
        kind=Kind.CHOICE,
        choices=("development", "production"),
        default="production",
    )
    bind: str = setting(
        "PLACET_BIND", doc="Where to listen.", kind=Kind.BIND, example="127.0.0.1:8080"
    )
    socket: Path = setting(
        "PLACET_CLEARINGHOUSE_SOCKET",
        doc="The clearinghouse's unix socket.",
        kind=Kind.PATH,
        example="/run/placet/clearinghouse.sock",
    )
    data: Path = setting(
        "PLACET_DATA_DIR",
        doc="The folder of the data: <dataset>/<local id>/<file>.",
        kind=Kind.PATH,
        example="/srv/placet/data",
    )
    run: Path = setting(
        "PLACET_RUN_DIR",
        doc="A folder for the gateway's own pid, temporary and configuration files.",
        kind=Kind.PATH,
        example="/run/placet/gateway",
    )
    workers: int = setting(
        "PLACET_WORKERS",
        doc="nginx's worker processes.",
        kind=Kind.INTEGER,
        default="1",
        minimum=1,
        maximum=64,
    )
    nginx: str = setting("PLACET_NGINX", doc="The nginx program.", default="nginx")
