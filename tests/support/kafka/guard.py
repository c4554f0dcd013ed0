# SPDX-License-Identifier: Apache-2.0
"""What a broker needs to know its clients: a certificate authority, listeners over TLS, a user."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from shared.brokers import Brokers
from tests.support.ports import free_port

USER: Final = "placet-test"
PASSWORD: Final = "a password that nobody may see"
_LIFE: Final = timedelta(days=1)


class Authority:
    """A certificate authority of its own, in a folder of PEM files."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = _name(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        made = self._builder(self._name, self._key.public_key())
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.file: Final = folder / f"{name}.pem"
        self.file.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def vouch(self, name: str, addresses: Sequence[str] = ()) -> tuple[Path, Path]:
        """Make a key and a certificate for it; give the files of both, certificate first."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._builder(_name(name), key.public_key())
        if addresses:
            names = [x509.IPAddress(ip_address(one)) for one in addresses]
            made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
        certificate, secret = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        certificate.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))
        secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return certificate, secret

    def _builder(
        self, subject: x509.Name, public: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _LIFE)
            .not_valid_after(now + _LIFE)
        )


class Guard:
    """Two listeners for clients: one asks for a certificate, the other for a user and password."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._authority = Authority(folder, "authority")
        self._client = self._authority.vouch("client")
        certificate, key = self._authority.vouch("broker", ["127.0.0.1"])
        self._store = folder / "broker.store"
        self._store.write_bytes(key.read_bytes() + certificate.read_bytes())
        self._by_certificate, self._by_user = free_port(), free_port()

    @property
    def listeners(self) -> str:
        """The listeners as Kafka's configuration names them."""
        return f"SSL://127.0.0.1:{self._by_certificate},SASL_SSL://127.0.0.1:{self._by_user}"

    @property
    def properties(self) -> str:
        """The lines of configuration behind them."""
        return f"""\
ssl.keystore.type=PEM
ssl.keystore.location={self._store}
ssl.truststore.type=PEM
ssl.truststore.location={self._authority.file}
ssl.enabled.protocols=TLSv1.3
listener.name.ssl.ssl.client.auth=required
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=\\
org.apache.kafka.common.security.scram.ScramLoginModule required;
"""

    @property
    def scram(self) -> str:
        """The user, as the storage tool takes it."""
        return f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"

    @property
    def by_certificate(self) -> Brokers:
        """How somebody with a certificate connects."""
        certificate, key = self._client
        return Brokers(
            addresses=(f"127.0.0.1:{self._by_certificate}",),
            ca_file=self._authority.file,
            certificate_file=certificate,
            key_file=key,
        )

    @property
    def by_user(self) -> Brokers:
        """How somebody with a password connects."""
        return Brokers(
            addresses=(f"127.0.0.1:{self._by_user}",),
            ca_file=self._authority.file,
            user=USER,
            password=PASSWORD,
        )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
