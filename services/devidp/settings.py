# SPDX-License-Identifier: Apache-2.0
"""What the development identity provider is told through the environment."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from shared.settings import Kind, Secret, setting

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_MIN_SESSION_KEY_CHARS: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class DevidpSettings:
    """The provider's settings; without `PLACET_ENV=development` there are none that load."""

    env: str = setting(
        "PLACET_ENV",
        doc="Must be development: this provider's passwords are the login names.",
        kind=Kind.CHOICE,
        choices=("development", "production"),
        example="development",
    )
    bind: str = setting(
        "PLACET_BIND",
        doc="Where to listen: host:port or unix:/absolute/path.",
        kind=Kind.BIND,
        example="127.0.0.1:8090",
    )
    public_url: str = setting(
        "PLACET_PUBLIC_URL",
        doc="The issuer: the URL under which browsers and services reach this provider.",
        kind=Kind.URL,
        example="http://127.0.0.1:8090",
    )
    keys_dir: Path = setting(
        "PLACET_KEYS_DIR",
        doc="The folder of the signing keys (RS256).",
        kind=Kind.PATH,
        example="/var/lib/placet/devidp/keys",
    )
    registry_file: Path = setting(
        "PLACET_REGISTRY_FILE",
        doc="The JSON file of resources, people and clients.",
        kind=Kind.PATH,
        example="/var/lib/placet/devidp/registry.json",
    )
    session_key: Secret = setting(
        "PLACET_SESSION_KEY_FILE",
        doc="A file (mode 0600) with at least 32 random characters that sign the session cookie.",
        kind=Kind.SECRET_FILE,
        example="/run/secrets/session",
    )
    log_level: str = setting(
        "PLACET_LOG_LEVEL",
        doc="The least severe record that is written.",
        kind=Kind.CHOICE,
        choices=("debug", "info", "warning", "error"),
        default="info",
    )

    def check(self) -> Iterable[str]:
        """Name what makes this provider unsafe or unusable."""
        parts = urlsplit(self.public_url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            yield "PLACET_PUBLIC_URL: must be https or an address of this machine itself"
        if self.env != "development":
            yield "PLACET_ENV: must be development, this provider serves nothing else"
        if len(self.session_key.reveal()) < _MIN_SESSION_KEY_CHARS:
            yield f"PLACET_SESSION_KEY_FILE: needs at least {_MIN_SESSION_KEY_CHARS} characters"
