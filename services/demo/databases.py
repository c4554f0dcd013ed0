# SPDX-License-Identifier: Apache-2.0
"""One database and two roles per service on the embedded server, migrated; producers made known.

Each service migrates itself with its own command; this module only runs the commands.
"""

import base64
import hashlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.demo import environment
from services.demo.environment import CONTACTS, Node
from services.demo.materials import PRODUCERS
from services.demo.postgres import EmbeddedPostgres
from services.demo.postgres_host import tie_to_parent
from services.demo.processes import SERVICES
from shared.keys import KeyStore

_LAST_LINES = 2000


class SetupFailed(RuntimeError):
    """A step before the start did not work; the message holds the end of what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Databases:
    """The URL of each database for the processes, and for the owner of its tables."""

    run: Mapping[str, str]
    own: Mapping[str, str]


def create(postgres: EmbeddedPostgres) -> Databases:
    """Create what is missing."""
    names = (*SERVICES, CONTACTS)
    own = {service: postgres.create_service(service) for service in names}
    return Databases(run={service: postgres.runtime_url(service) for service in names}, own=own)


def migrate(node: Node, databases: Databases) -> None:
    """Bring every schema up to date, all three at once, as the owners. Raises SetupFailed.

    Skipped when nothing has changed since these databases were migrated last: it would only cost
    every later start some seconds.
    """
    done = node.layout.root / "run" / "migrated"
    wanted = _digest_of_migrations()
    if done.exists() and done.read_text() == wanted:
        return
    _run_together(
        {
            f"{service}.migrate": (
                (sys.executable, "-m", f"services.{service}", "migrate"),
                {
                    **environment.of_service(node, service, databases.run),
                    **environment.of_owner(service, databases.own),
                },
            )
            for service in SERVICES
        },
        node.layout.root / "log",
    )
    done.write_text(wanted)


def _digest_of_migrations() -> str:
    digest = hashlib.sha256()
    root = Path(__file__).resolve().parents[2]
    for service in SERVICES:
        folder = root / service
        privileges = sorted((folder / "adapters").rglob("privileges.py"))
        for path in (*privileges, *sorted(folder.rglob("migrations/**/*.py"))):
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def register_producers(node: Node, databases: Mapping[str, str]) -> None:
    """Tell the log who may write which chain, once per state folder. Raises SetupFailed."""
    done = node.layout.root / "run" / "producers.done"
    if done.exists():
        return
    environ = environment.of_service(node, "audit_log", databases)
    commands = {}
    for service in PRODUCERS:
        source = node.source(service)
        topic = ("--topic", environment.audit_topic(service)) if node.transport == "kafka" else ()
        key = vkey(source, KeyStore(node.layout.keys(service) / "heartbeat"))
        words = ("--src", source, "--client-id", service, "--vkey", key, *topic)
        command = (sys.executable, "-m", "services.cli", "audit", "producer", "add", *words)
        commands[f"{service}.producer"] = (command, environ)
    _run_together(commands, node.layout.root / "log")
    done.touch()


def vkey(name: str, store: KeyStore) -> str:
    """Give the verifier key of a store's active Ed25519 key under a name (C2SP signed-note)."""
    public = store.active().private.public_key()
    blob = b"\x01" + public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    key_id = hashlib.sha256(name.encode() + b"\n" + blob).digest()[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(blob).decode()}"


def _run_together(
    commands: Mapping[str, tuple[Sequence[str], Mapping[str, str]]], logs: Path
) -> None:
    """Run commands side by side, each writing to a log of its own; raise for the first failure."""
    logs.mkdir(parents=True, exist_ok=True)
    running = {}
    for name, (argv, environ) in commands.items():
        with (logs / f"{name}.log").open("wb") as log:
            running[name] = subprocess.Popen(
                argv,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=tie_to_parent(),  # noqa: PLW1509  one prctl call
            )
    failed = [name for name, process in running.items() if process.wait() != 0]
    for name in failed:
        said = (logs / f"{name}.log").read_text(errors="replace")[-_LAST_LINES:]
        raise SetupFailed(f"{' '.join(commands[name][0][1:])} failed:\n{said}")
