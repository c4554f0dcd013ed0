# SPDX-License-Identifier: Apache-2.0
"""A real clearinghouse process and a real nginx, in a node played over HTTP."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.fakes.clearinghouse import DATASET, PERMIT, local_id
from tests.fakes.clearinghouse_feeds import REGISTER, dataset_body, listed, permits_body
from tests.fakes.clearinghouse_node import AUDIENCE, Node, node
from tests.support.nginx import nginx
from tests.support.waiting import wait_until

PEOPLE: Final = 10
ALLOWED: Final = 6
FILE: Final = "genome.vcf.gz"
STALE_SECONDS: Final = 60


@dataclass(frozen=True)
class Reply:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def reason(self) -> str:
        """The reason code that the client was told."""
        return self.headers.get("x-placet-reason", "")


class Clearinghouse:
    """One process, started and stopped by the test."""

    def __init__(self, folder: Path, around: Node, **changes: str) -> None:
        self.folder = folder
        self.around = around
        self.socket = folder / "c.sock"
        self.spool = folder / "spool"
        self.log = folder / "clearinghouse.log"
        self.changes = changes
        self.process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        """Give the settings of this process."""
        secret = self.folder / "secret"
        secret.touch(mode=0o600)
        secret.write_text("secret")
        trusted = self.folder / "trusted.json"
        trusted.write_text(json.dumps(self.around.trusted()))
        url = self.around.url
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {
            **kept,
            "PLACET_ENV": "development",
            "PLACET_NODE": "ZZ",
            "PLACET_BIND": f"unix:{self.socket}",
            "PLACET_PUBLIC_URL": f"{url}/clearinghouse",
            "PLACET_TOKEN_ISSUER": self.around.idp,
            "PLACET_TOKEN_JWKS_URL": f"{self.around.idp}/jwks",
            "PLACET_TOKEN_ENDPOINT": f"{self.around.idp}/token",
            "PLACET_AUDIENCE": AUDIENCE,
            "PLACET_CLIENT_ID": "clearinghouse",
            "PLACET_CLIENT_SECRET_FILE": str(secret),
            "PLACET_KEYS_DIR": str(self.folder / "keys"),
            "PLACET_AUDIT_INTAKE_URL": f"{url}/audit/v1/intake",
            "PLACET_TRUSTED_SOURCES": str(trusted),
            "PLACET_CONSENT_FEED_URL": f"{url}/consent/v1/feed",
            "PLACET_CONSENT_FEED_JWKS_URL": f"{url}/consent/api/jwk",
            "PLACET_CONSENT_FEED_ISSUER": f"{url}/consent",
            "PLACET_PERMIT_FEED_URL": f"{url}/permits/v1/feed",
            "PLACET_PERMIT_FEED_JWKS_URL": f"{url}/permits/api/feed-jwk",
            "PLACET_PERMIT_FEED_ISSUER": f"{url}/permits",
            "PLACET_PERMIT_ISSUER": f"{url}/permits",
            "PLACET_PERMIT_JWKS_URL": f"{url}/permits/api/permit-jwk",
            "PLACET_SPOOL_DIR": str(self.spool),
            "PLACET_STALE_SECONDS": str(STALE_SECONDS),
            **self.changes,
        }

    def run(self, command: str) -> subprocess.CompletedProcess[bytes]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "services.clearinghouse", command],
            env=self.environment(),
            cwd=Path(__file__).resolve().parents[3],
            capture_output=True,
            check=False,
            timeout=60,
        )

    def start(self, *, ready: bool = True) -> None:
        """Start serving; with `ready`, wait until everything may be decided on."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.clearinghouse", "serve"],
                env=self.environment(),
                cwd=Path(__file__).resolve().parents[3],
                stdin=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        wait_until(lambda: self.ended() or self.answers(), "the clearinghouse to answer")
        assert not self.ended(), self.log.read_text()
        if ready:
            wait_until(lambda: self.state()["ready"], "the clearinghouse to catch up")

    def ended(self) -> bool:
        """Say whether the process is gone."""
        assert self.process is not None
        return self.process.poll() is not None

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Send a signal to the master and wait for its end."""
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(30)

    def kill(self) -> None:
        """Kill master and worker at once, as a power cut would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def worker(self) -> int:
        """Give the process id of the worker, in which everything happens."""
        assert self.process is not None
        tasks = Path(f"/proc/{self.process.pid}/task")
        children = [
            int(child)
            for task in tasks.iterdir()
            for child in (task / "children").read_text().split()
        ]
        holding = [child for child in children if self.spool / "lock" in _open_files(child)]
        assert len(holding) == 1, children
        return holding[0]

    def answers(self) -> bool:
        """Say whether somebody answers on the socket."""
        try:
            return self.ask("/healthz").status == http.client.OK
        except OSError:
            return False

    def state(self) -> dict[str, object]:
        """Give what `/v1/state` says."""
        found: dict[str, object] = json.loads(self.ask("/v1/state").body)
        return found

    def ask(self, path: str, **headers: str) -> Reply:
        """Ask over the unix socket."""
        connection = _UnixConnection(str(self.socket))
        with contextlib.closing(connection):
            connection.request("GET", path, headers=headers)
            return _reply(connection.getresponse())


@dataclass
class Suite:
    """A node with Rita's permit on six of ten people, its clearinghouse and its gateway."""

    around: Node
    clearinghouse: Clearinghouse
    gateway: str
    data: Path

    def get(
        self,
        path: str,
        *,
        token: str | None = None,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a request to the gateway exactly as given: the path is not normalised here."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        url = urlsplit(self.gateway)
        connection = http.client.HTTPConnection(str(url.hostname), url.port, timeout=60)
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            connection.endheaders()
            return _reply(connection.getresponse())

    def read(self, member: int, *, token: str | None = None) -> Reply:
        """Ask for one member's file, as Rita unless told otherwise."""
        return self.get(path_of(member), token=self.around.token() if token is None else token)

    def seen(self, register: str = REGISTER) -> int:
        """Give the revision of a register that the clearinghouse shows."""
        registers = self.clearinghouse.state()["registers"]
        assert isinstance(registers, dict)
        revision: int = registers[register]["revision"]
        return revision


def refused(reply: Reply, status: int, reason: str) -> None:
    """Check a refusal: its status, its reason, and that nothing of a file came with it."""
    assert (reply.status, reply.reason) == (status, reason)
    assert b"VCF" not in reply.body


def path_of(member: int) -> str:
    return f"/data/{DATASET}/{local_id(member)}/{FILE}"


def content_of(member: int) -> bytes:
    return f"##fileformat=VCFv4.3 of {member}\n".encode() * 50


def populate(around: Node) -> None:
    """Give Rita a permit on the first six of ten people."""
    around.consent.registers[REGISTER] = dataset_body(around.cohort(range(ALLOWED)), people=PEOPLE)
    around.permits.registers["permits"] = permits_body(
        listed(around.permit_jws(), permit_id=PERMIT)
    )
    around.visas = {"rita": [around.visa()], "stranger": []}


def write_data(data: Path) -> None:
    """Write one file per person, and one that concerns them all."""
    for member in range(PEOPLE):
        folder = data / DATASET / local_id(member)
        folder.mkdir(parents=True)
        (folder / FILE).write_bytes(content_of(member))
    (data / DATASET / "all.vcf.gz").write_bytes(b"everybody")


@contextlib.contextmanager
def running(folder: Path, *, ready: bool = True, **changes: str) -> Iterator[Suite]:
    """Start everything on a populated node; stop everything at the end."""
    data = folder / "data"
    write_data(data)
    with node() as around:
        populate(around)
        clearinghouse = Clearinghouse(folder, around, **changes)
        clearinghouse.start(ready=ready)
        try:
            with nginx(data, clearinghouse.socket, folder / "gateway") as gateway:
                yield Suite(around, clearinghouse, gateway, data)
        finally:
            if not clearinghouse.ended():
                clearinghouse.kill()


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("clearinghouse", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _open_files(process: int) -> set[Path]:
    found = set()
    for link in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.add(link.readlink())
    return found


def _reply(response: http.client.HTTPResponse) -> Reply:
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Reply(response.status, headers, response.read())
