# SPDX-License-Identifier: Apache-2.0
"""Checkpoints cosigned a second by one witness, asked over HTTP as other nodes ask it.

A whole `serve` process on a real PostgreSQL witnesses 32 logs. Eight clients, each with a
connection that it keeps, bring PLACET_BENCH_CHECKPOINTS (6,400) in all: the next one of each of
their logs in turn, with its consistency proof. Every answer must be 200, and afterwards the
witness must show the last checkpoint of every log.
The limit is what no witness can do without, on as many connections to the database: one Ed25519
signature checked, one made, one row changed and committed durably.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
import requests

from audit_log.adapters.key_files import create_missing_keys
from audit_log.adapters.witness_store import PostgresWitnessStore
from audit_log.domain.submission import origin_digest
from shared.clock import SystemClock
from shared.db import engine
from tests.bench.audit_log.checkpoints import PRIVATE, STEP, bring, key_of, submissions
from tests.bench.database import migrated, server
from tests.bench.figure import Figure
from tests.bench.processor import family_seconds
from tests.support.ports import free_port
from tests.support.waiting import wait_until

CHECKPOINTS: Final = int(os.environ.get("PLACET_BENCH_CHECKPOINTS", "6400"))
LOGS: Final = 32
CLIENTS: Final = 8


def figures() -> Iterator[Figure]:
    """Bring checkpoints to a witness, then do the bare work of as many."""
    rounds = max(CHECKPOINTS // LOGS, 1)
    made = submissions(LOGS, rounds)
    brought = [[log for row in made for log in row[own::CLIENTS]] for own in range(CLIENTS)]
    with server() as running, tempfile.TemporaryDirectory(prefix="placet-bench-") as folder:
        url = migrated(running, "audit_log", "bench_witness")
        watch(url)
        with serving(url, Path(folder)) as (port, pid):
            spent = [-family_seconds(running.pid), -family_seconds(pid), -time.process_time()]
            seconds = at_once(lambda own: bring(port, brought[own]))
            spent[0] += family_seconds(running.pid)
            spent[1] += family_seconds(pid)
            spent[2] += time.process_time()
            require_cosigned(port, rounds)
        bare = at_once(lambda own: bare_work(url, own, brought[own]))
    done = rounds * LOGS
    each = [f"{one / done * 1e3:.2f}" for one in spent]
    yield Figure(
        name="audit_log: checkpoints cosigned by one witness",
        per_second=done / seconds,
        limit="one signature checked, one made, one row committed",
        limit_per_second=done / bare,
        note=f"{done:,} checkpoints of {LOGS} logs over {CLIENTS} connections; CPU ms of each:"
        f" PostgreSQL {each[0]}, witness {each[1]}, clients {each[2]}",
    )


def watch(url: str) -> None:
    """Let the witness cosign the logs."""
    made = engine(url)
    store = PostgresWitnessStore(made)
    for log in range(LOGS):
        store.watch(key_of(log), SystemClock().now())
    made.dispose()


@contextmanager
def serving(url: str, folder: Path) -> Iterator[tuple[int, int]]:
    """Run the service; gives its port and its process."""
    create_missing_keys(folder / "keys")
    port = free_port()
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.audit_log", "serve"],
            env={"PATH": os.environ["PATH"], **environment(url, folder, port)},
            stderr=log,
        )
        try:
            wait_until(lambda: answers(port), "the witness to answer")
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(timeout=30)


def environment(url: str, folder: Path, port: int) -> dict[str, str]:
    """Give the service's settings; nobody signs in to a witness, so no identity provider runs."""
    for name in ("client", "session", "pages"):
        secret = folder / name
        secret.touch(mode=0o600)
        secret.write_text("s" * 64, encoding="utf-8")
    nobody = "http://127.0.0.1:9"
    return {
        "PLACET_ENV": "development",
        "PLACET_NODE": "ZZ",
        "PLACET_BIND": f"127.0.0.1:{port}",
        "PLACET_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PLACET_DATABASE_URL": url,
        "PLACET_TOKEN_ISSUER": nobody,
        "PLACET_TOKEN_JWKS_URL": f"{nobody}/jwks",
        "PLACET_TOKEN_ENDPOINT": f"{nobody}/token",
        "PLACET_AUDIENCE": "urn:placet:zz:audit_log",
        "PLACET_CLIENT_ID": "audit_log",
        "PLACET_CLIENT_SECRET_FILE": str(folder / "client"),
        "PLACET_KEYS_DIR": str(folder / "keys"),
        "PLACET_TRANSPORT": "http",
        "PLACET_AUDIT_INTAKE_URL": f"http://127.0.0.1:{port}/v1/intake",
        "PLACET_SESSION_KEY_FILE": str(folder / "session"),
        "PLACET_SIGN_IN_ISSUER": nobody,
        "PLACET_SIGN_IN_CLIENT_ID": "audit_log-pages",
        "PLACET_SIGN_IN_CLIENT_SECRET_FILE": str(folder / "pages"),
    }


def answers(port: int) -> bool:
    """Tell whether the service is up."""
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).ok
    except requests.ConnectionError:
        return False


def at_once(work: Callable[[int], None]) -> float:
    """Let every client work; give the seconds until the last has ended."""
    with ThreadPoolExecutor(max_workers=CLIENTS) as pool:
        began = time.perf_counter()
        list(pool.map(work, range(CLIENTS)))
        return time.perf_counter() - began


def require_cosigned(port: int, rounds: int) -> None:
    """Raise RuntimeError unless the witness shows the last checkpoint of every log."""
    for log in range(LOGS):
        digest = origin_digest(key_of(log).name)
        shown = requests.get(f"http://127.0.0.1:{port}/witness/{digest}/checkpoint", timeout=30)
        if int(shown.text.split("\n")[1]) != rounds * STEP:
            raise RuntimeError("a checkpoint was answered and is not there")


def bare_work(url: str, own: int, bodies: Sequence[bytes]) -> None:
    """Check a signature, make one and commit a row, as often as there are bodies."""
    public = PRIVATE.public_key()
    logs = range(own, LOGS, CLIENTS)
    with psycopg.connect(url, autocommit=True) as connection:
        for number, body in enumerate(bodies, start=CHECKPOINTS * STEP):  # a log only grows
            signature = PRIVATE.sign(body)
            public.verify(signature, body)
            connection.execute(
                "UPDATE witness_state SET size = %s, note = %s WHERE origin = %s",
                (number, body, key_of(logs[number % len(logs)]).name),
                prepare=True,
            )
