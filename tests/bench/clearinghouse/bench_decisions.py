# SPDX-License-Identifier: Apache-2.0
"""How fast requests are decided: at a real process over its socket, and part by part.

Limits are measured in the same run: bare fsyncs of as many bytes on the same disk (times the
requests that share one), and bare RS256 verifications, which every request would cost without the
memory of verified tokens.
"""

import http.client
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from tests.bench.figure import Figure, rate
from tests.fakes.clearinghouse_node import Node, node
from tests.fakes.clearinghouse_publishers import keys
from tests.integration.clearinghouse.suite import ALLOWED, Clearinghouse, path_of, populate
from tests.support.spool import a_fact, opened

CLIENTS: Final = 16
SECONDS: Final = 3.0
ENTRY_BYTES: Final = 1024
_ROUND: Final = 50


def figures() -> Iterator[Figure]:
    """Measure fsyncs, signatures, the spool, and whole decisions."""
    with tempfile.TemporaryDirectory(prefix="placet-bench-") as name:
        folder = Path(name)
        fsyncs = _fsyncs(folder / "file")
        signatures = _signatures()
        yield Figure(
            name=f"entries spooled by {CLIENTS} threads",
            per_second=_spooled(folder / "spool"),
            limit="bare fsyncs",
            limit_per_second=fsyncs,
        )
        decided = _decided(folder)
        yield Figure(
            name=f"requests decided for {CLIENTS} clients",
            per_second=decided,
            limit="bare fsyncs",
            limit_per_second=fsyncs,
        )
        yield Figure(
            name=f"requests decided for {CLIENTS} clients",
            per_second=decided,
            limit="bare RS256 verifications, one core",
            limit_per_second=signatures,
        )


def _fsyncs(path: Path) -> float:
    with path.open("wb") as file:
        descriptor, block = file.fileno(), os.urandom(ENTRY_BYTES)

        def some() -> int:
            for _ in range(_ROUND):
                os.write(descriptor, block)
                os.fdatasync(descriptor)
            return _ROUND

        return rate(some)


def _signatures() -> float:
    private = keys("idp").active().private
    assert isinstance(private, rsa.RSAPrivateKey)
    message = os.urandom(700)
    signature = private.sign(message, padding.PKCS1v15(), SHA256())
    public = private.public_key()

    def some() -> int:
        for _ in range(_ROUND):
            public.verify(signature, message, padding.PKCS1v15(), SHA256())
        return _ROUND

    return rate(some)


def _spooled(path: Path) -> float:
    with opened(path) as store, ThreadPoolExecutor(CLIENTS) as pool:
        fact = a_fact()

        def some() -> int:
            list(pool.map(store.writer.append, [fact] * _ROUND))
            store.relay.step()
            return _ROUND

        return rate(some)


def _decided(folder: Path) -> float:
    with node() as around:
        populate(around)
        process = Clearinghouse(folder, around, PLACET_LOG_LEVEL="warning")
        process.start()
        try:
            return _load(process, around)
        finally:
            process.kill()


def _load(process: Clearinghouse, around: Node) -> float:
    token = around.token()
    stop = threading.Event()
    counts = [0] * CLIENTS

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("clearinghouse")
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.connect(str(process.socket))
        headers = {
            "Authorization": f"Bearer {token}",
            "X-Original-Method": "GET",
            "X-Original-Path": path_of(number % ALLOWED),
            "X-Original-Remote": "127.0.0.1",
        }
        while not stop.is_set():
            connection.request("GET", "/v1/decide", headers=headers)
            reply = connection.getresponse()
            reply.read()
            assert reply.status == http.client.OK
            counts[number] += 1

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    time.sleep(1.0)
    before, began = sum(counts), time.perf_counter()
    time.sleep(SECONDS)
    done, took = sum(counts) - before, time.perf_counter() - began
    stop.set()
    for thread in threads:
        thread.join()
    return done / took
