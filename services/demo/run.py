# SPDX-License-Identifier: Apache-2.0
"""`make run`: a whole node on this machine, from an empty folder to URLs, until Ctrl-C.

Everything that lives is a child of this process and dies with it. Refuses to run unless
PLACET_ENV=development: its keys and logins protect nothing.
"""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.demo import databases, environment, materials
from services.demo.console import Progress
from services.demo.control import ControlServer
from services.demo.environment import Node
from services.demo.greeting import greeting
from services.demo.layout import Layout, StateRefused, hold_state
from services.demo.live import Live, StartFailed
from services.demo.ports import Ports, PortsRefused, settle
from services.demo.postgres import EmbeddedPostgres, PostgresUnavailable
from services.demo.processes import specs
from services.demo.supervisor import Supervisor
from shared.brokers import Brokers
from shared.clock import SystemClock
from shared.processes import until_stopped

OK, FAILED, USAGE = 0, 1, 2
_TOPICS: Final = {
    **{environment.audit_topic(service): 3 for service in materials.PRODUCERS},
    "consent.changes.v1": 3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How to run: where, with what, and whether to play the story at the first start."""

    state: Path
    fresh: bool = False
    people: int = 500
    story: bool = True
    transport: str = "http"
    kafka_bootstrap: str = ""
    log_level: str = "info"
    policy: Path | None = None

    def faults(self, environ: Mapping[str, str]) -> list[str]:
        """Name everything that forbids this run."""
        found = []
        if environ.get("PLACET_ENV") != "development":
            found.append("PLACET_ENV: must be development; this run's keys and logins are not safe")
        if self.transport == "kafka" and not self.kafka_bootstrap:
            found.append("--kafka-bootstrap: is needed with --transport kafka")
        if self.policy is not None and not self.policy.exists():
            found.append("--policy: there is no such file")
        if self.people < 1:
            found.append("--people: is not a number of at least 1")
        try:
            Ports.from_environ(environ)
        except PortsRefused as refused:
            found += refused.faults
        return found


def run(wishes: Wishes) -> int:
    """Run until SIGINT or SIGTERM; give the exit status (2 for a configuration that cannot be)."""
    progress = Progress(SystemClock())
    faults = wishes.faults(os.environ)
    if faults:
        return _refuse(progress, faults)
    try:
        with hold_state(wishes.state, fresh=wishes.fresh) as layout:
            return _run(wishes, layout, progress)
    except PortsRefused as refused:
        return _refuse(progress, list(refused.faults))
    except StateRefused as refused:
        return _refuse(progress, [str(refused)])
    except (databases.SetupFailed, PostgresUnavailable) as failure:
        progress.fault(f"placet did not start: {failure}")
        return FAILED
    except StartFailed as failure:
        progress.fault(f"placet did not start: {failure}")
        return failure.status


def _run(wishes: Wishes, layout: Layout, progress: Progress) -> int:
    stop = until_stopped()
    node = Node(
        layout=layout,
        ports=settle(os.environ, layout.root / "run" / "ports.json"),
        transport=wishes.transport,
        kafka_bootstrap=wishes.kafka_bootstrap,
        log_level=wishes.log_level,
        policy=wishes.policy,
    )
    with ExitStack() as held:
        postgres = held.enter_context(EmbeddedPostgres(layout.postgres))
        progress.step("PostgreSQL answers")
        materials.prepare(node)
        progress.step("keys, secrets, people and trust list are in place")
        urls = databases.create(postgres)
        databases.migrate(node, urls)
        progress.step("databases are migrated")
        _make_topics(node)
        databases.register_producers(node, urls.run)
        clock = SystemClock()
        supervisor = Supervisor(clock=clock, say=progress.step)
        held.callback(supervisor.stop_all)
        control = held.enter_context(ControlServer(layout.control_socket, supervisor))
        live = Live(
            node=node,
            supervisor=supervisor,
            control=control,
            progress=progress,
            clock=clock,
            stop=stop,
            revive=postgres.revive,
        )
        live.start(specs(node, urls.run))
        if not stop.is_set():
            _greet(wishes, live)
        live.stay()
    progress.step("stopped; the same command continues from here")
    return OK


def _greet(wishes: Wishes, live: Live) -> None:
    played = live.node.layout.root / "story" / "played"
    if wishes.story and not played.exists():
        live.progress.step(f"playing the story on {wishes.people} people")
        if live.play(wishes.people):
            played.touch()
            live.progress.step("the story came out as expected")
        elif not live.stop.is_set():
            live.progress.step("the story came out differently: see above")
    if not live.stop.is_set():
        live.progress.plain(greeting(live.node))


def _make_topics(node: Node) -> None:
    if node.transport == "kafka":
        from shared.kafka_io import ensure_topics

        ensure_topics(Brokers(addresses=tuple(node.kafka_bootstrap.split(","))), _TOPICS)


def _refuse(progress: Progress, faults: list[str]) -> int:
    progress.fault("placet cannot run:\n" + "\n".join(f"  {fault}" for fault in faults))
    return USAGE
