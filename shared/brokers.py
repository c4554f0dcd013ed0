# SPDX-License-Identifier: Apache-2.0
"""Which Kafka brokers, and how they and we know each other: a value; nothing connects here.

With a CA file the connection is TLS 1.3 and the broker's name is checked; a certificate and key say
who we are (mutual TLS), or a user and password do (SCRAM-SHA-512, RFC 5802, never without TLS).
Without a CA file everything is in the clear, which production refuses (`shared.settings`).
"""

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_MECHANISM: Final = "SCRAM-SHA-512"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brokers:
    """The brokers of one cluster as host:port, and the credentials that they ask for.

    It can be pickled for a process of our own; no repr shows the password.
    """

    addresses: tuple[str, ...]
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    user: str = ""
    password: str = field(default="", repr=False)

    def faults(self) -> Iterable[str]:
        """Name each half of a credential whose other half is missing, and each file not usable."""
        if (self.certificate_file is None) != (self.key_file is None):
            yield "PLACET_KAFKA_CERTIFICATE_FILE and PLACET_KAFKA_KEY_FILE: one without the other"
        if bool(self.user) != bool(self.password):
            yield "PLACET_KAFKA_USER and PLACET_KAFKA_PASSWORD_FILE: one without the other"
        if self.ca_file is None:
            if self.certificate_file is not None or self.user:
                yield "PLACET_KAFKA_CA_FILE: is not set, and credentials never travel without TLS"
            return
        try:
            self._context()
        except (OSError, ssl.SSLError):
            yield "PLACET_KAFKA_CA_FILE and its neighbours: no readable PEM files that fit"

    def options(self) -> Mapping[str, object]:
        """Give what every client of the library is made with; files are read anew each time."""
        options: dict[str, object] = {"bootstrap_servers": list(self.addresses)}
        if self.ca_file is None:
            return options
        options |= {"security_protocol": "SSL", "ssl_context": self._context()}
        if self.user:
            options |= {
                "security_protocol": "SASL_SSL",
                "sasl_mechanism": _MECHANISM,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
            }
        return options

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        if self.certificate_file is not None and self.key_file is not None:
            # An encrypted key is refused: a service has nobody who could type its password.
            context.load_cert_chain(self.certificate_file, self.key_file, password=_no_password)
        return context


def _no_password() -> str:
    raise OSError("the key is encrypted")
