# SPDX-License-Identifier: Apache-2.0
"""Runs litewitness, a witness that is not ours: Filippo Valsorda's, in Go, with its own storage.

It signs through an ssh-agent, so a small one is served here with one Ed25519 key. Its table of logs
is filled as its own `witnessctl add-log` and `add-key` do.
"""

import contextlib
import socket
import sqlite3
import struct
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit_log.domain.cosignature import cosigner_key
from audit_log.domain.merkle import EMPTY_ROOT
from audit_log.domain.note import VerifierKey
from tests.support.go import build_tool
from tests.support.ports import free_port
from tests.support.waiting import wait_until

TOOL = Path(__file__).parents[1] / "tools" / "litewitness"
PACKAGE = "filippo.io/torchwood/cmd/litewitness"
NAME = "litewitness.example/w1"
_TYPE = b"ssh-ed25519"
_IDENTITIES, _SIGN = 11, 13  # draft-ietf-sshm-ssh-agent sections 3.5 and 3.6
_ANSWERS = {_IDENTITIES: 12, _SIGN: 14}


@dataclass(frozen=True, kw_only=True)
class Litewitness:
    """A running litewitness: where it takes checkpoints, and the key of its cosignatures."""

    url: str
    key: VerifierKey


@contextlib.contextmanager
def litewitness(folder: Path, log: VerifierKey) -> Iterator[Litewitness]:
    """Run a litewitness that witnesses one log until the block ends."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    address = f"127.0.0.1:{free_port()}"
    folder.mkdir(exist_ok=True)
    _know(folder / "witness.db", log)
    with _agent(folder / "agent", private), (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            [
                str(build_tool(TOOL, PACKAGE)),
                f"-name={NAME}",
                f"-db={folder / 'witness.db'}",
                f"-ssh-agent={folder / 'agent'}",
                f"-listen={address}",
                f"-key={sha256(public).hexdigest()}",
            ],
            stdout=said,
            stderr=said,
        )
        try:
            wait_until(lambda: _listens(address), "litewitness listens", 30)
            yield Litewitness(url=f"http://{address}", key=cosigner_key(NAME, public))
        finally:
            process.terminate()
            process.wait(timeout=30)


def _know(path: Path, log: VerifierKey) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute(
            "CREATE TABLE log (origin TEXT PRIMARY KEY, tree_size INTEGER NOT NULL,"
            " tree_hash TEXT NOT NULL)"
        )
        database.execute(
            "CREATE TABLE key (origin TEXT NOT NULL, key TEXT NOT NULL,"
            " FOREIGN KEY(origin) REFERENCES log(origin))"
        )
        root = b64encode(EMPTY_ROOT).decode()
        database.execute("INSERT INTO log VALUES (?, 0, ?)", (log.name, root))
        database.execute("INSERT INTO key VALUES (?, ?)", (log.name, str(log)))
        database.commit()


@contextlib.contextmanager
def _agent(path: Path, private: Ed25519PrivateKey) -> Iterator[None]:
    """Serve an ssh-agent that holds this one key."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    threading.Thread(target=_serve, args=(connection, private), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield


def _serve(connection: socket.socket, private: Ed25519PrivateKey) -> None:
    blob = _string(_TYPE) + _string(private.public_key().public_bytes_raw())
    with connection, connection.makefile("rb") as incoming:
        while head := incoming.read(4):
            (length,) = struct.unpack(">I", head)
            request = incoming.read(length)
            if request[0] == _IDENTITIES:
                body = struct.pack(">I", 1) + _string(blob) + _string(b"")
            elif request[0] == _SIGN:
                (skip,) = struct.unpack_from(">I", request, 1)
                (size,) = struct.unpack_from(">I", request, 5 + skip)
                message = request[9 + skip : 9 + skip + size]
                body = _string(_string(_TYPE) + _string(private.sign(message)))
            else:
                connection.sendall(struct.pack(">IB", 1, 5))
                continue
            connection.sendall(_string(bytes((_ANSWERS[request[0]],)) + body))


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _listens(address: str) -> bool:
    host, _, port = address.partition(":")
    with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
        return True
    return False
