# SPDX-License-Identifier: Apache-2.0
"""The development identity provider for tests: as an application, on a thread, as a process."""

import contextlib
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from wsgiref.types import WSGIApplication

import requests
from werkzeug.serving import make_server

from services.devidp.bootstrap import create_app
from services.devidp.registry import Registry, demo_registry
from services.devidp.registry_file import create_secrets, write_registry
from services.devidp.settings import DevidpSettings
from shared.clock import Clock
from shared.keys import KeyStore
from shared.settings import load
from tests.support.ports import free_port
from tests.support.waiting import wait_until


@dataclass(frozen=True, slots=True, kw_only=True)
class DevidpFiles:
    """A provider's folder: its environment, its registry and its clients' secrets."""

    issuer: str
    environment: Mapping[str, str]
    registry: Registry

    def secret(self, client_id: str) -> str:
        """Give a confidential client's secret."""
        client = self.registry.client(client_id)
        assert client is not None
        assert client.secret_file is not None
        return client.secret_file.read_text(encoding="utf-8").strip()


def devidp_files(
    folder: Path,
    *,
    port: int | None = None,
    pages: Mapping[str, str] | None = None,
    participants: Sequence[str] = ("anna", "bo", "carl"),
) -> DevidpFiles:
    """Write everything a provider needs into a folder."""
    issuer = f"http://127.0.0.1:{port or free_port()}"
    registry = demo_registry(
        node="ZZ",
        pages=pages or {"consent_registry": "http://127.0.0.1:8999"},
        secrets_folder=folder / "secrets",
        participants=participants,
    )
    create_secrets(registry)
    write_registry(registry, folder / "registry.json")
    KeyStore.create(folder / "keys", "RS256")
    session_key = folder / "session.key"
    session_key.touch(mode=0o600)
    session_key.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    environment = {
        "PLACET_ENV": "development",
        "PLACET_BIND": issuer.removeprefix("http://"),
        "PLACET_PUBLIC_URL": issuer,
        "PLACET_KEYS_DIR": str(folder / "keys"),
        "PLACET_REGISTRY_FILE": str(folder / "registry.json"),
        "PLACET_SESSION_KEY_FILE": str(session_key),
        "PLACET_LOG_LEVEL": "debug",
    }
    return DevidpFiles(issuer=issuer, environment=environment, registry=registry)


@contextlib.contextmanager
def devidp_on_thread(files: DevidpFiles, clock: Clock) -> Iterator[None]:
    """Serve the provider's application over real HTTP from this process, with a given clock."""
    app = create_app(load(DevidpSettings, files.environment), clock=clock)
    with served(app, int(files.issuer.rpartition(":")[2])):
        yield


@contextlib.contextmanager
def served(app: WSGIApplication, port: int) -> Iterator[None]:
    """Serve any WSGI application on a thread of this process."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def devidp_process(files: DevidpFiles, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the provider as the suite runs it, wait until it answers, keep what it writes."""
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.devidp", "serve"],
            env={"PATH": os.environ["PATH"], **files.environment},
            stdout=written,
            stderr=written,
        )
        try:
            wait_until(lambda: _answers(files.issuer), "the identity provider answers")
            yield process
        finally:
            process.terminate()
            process.wait(timeout=30)


def _answers(issuer: str) -> bool:
    try:
        return requests.get(f"{issuer}/healthz", timeout=2).ok
    except requests.ConnectionError:
        return False
