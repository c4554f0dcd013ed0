# SPDX-License-Identifier: Apache-2.0
"""Whom a fault test kills in a running suite: every process that its runner starts.

The leaders by their supervised names, the workers below them, and PostgreSQL: its first process,
which the runner starts again, and one that serves ours, after whose death the server starts itself
anew. Beside the sequencer a second one stands by. What each lets grow comes from the load.
"""

import subprocess
import sys
from collections.abc import Sequence
from functools import partial

from tests.support.process_table import children, command, environment
from tests.support.random_havoc import Children, Measure, Mortal
from tests.support.suite import ROOT, RunningSuite
from tests.support.suite_load import SuiteLoad


def victims(node: RunningSuite, load: SuiteLoad) -> list[Children]:
    """Give them all, each with what says that it is at work."""
    grows = _grows(load)
    found = []
    for name in node.processes():
        found.append(Children(name, partial(leader, node, name), grows[name]))
        if children(pid_of(node, name)):
            below = Children(f"{name}: worker", partial(workers, node, name), grows[name])
            found.append(below)
    grow = grows["consent_registry.serve"]
    found.append(Children("postgresql", partial(leading, node), grow))
    found.append(Children("postgresql: backend", partial(backend, node), grow))
    return found


def standby(node: RunningSuite, load: SuiteLoad) -> Mortal:
    """Give a second sequencer, which leads whenever the supervised one does not."""
    environ = environment(pid_of(node, "audit_log.sequence"))

    def start() -> subprocess.Popen[bytes]:
        with (node.folder / "log" / "standby.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "services.audit_log", "sequence"],
                cwd=ROOT,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    return Mortal("audit_log.sequence: standby", start, load.counts("entries"))


def _grows(load: SuiteLoad) -> dict[str, Measure]:
    return {
        "audit_log.sequence": load.counts("entries"),
        "audit_log.serve": load.counts("heads"),
        "audit_log.work": load.counts("entries"),
        "clearinghouse": load.counts("reads"),
        "consent_registry.serve": load.counts("evaluations"),
        "consent_registry.work": load.counts("entries of consent_registry"),
        "devidp": load.counts("sign-ins"),
        "gateway": load.counts("reads"),
        "permit_service.serve": load.counts("case views"),
        "permit_service.work": load.counts("entries of permit_service"),
        "visa_source": load.counts("visa sources"),
    }


def pid_of(node: RunningSuite, name: str) -> int:
    """Give the process of now, or 0."""
    return int(node.processes()[name]["pid"] or 0)


def leader(node: RunningSuite, name: str) -> Sequence[int]:
    """Give the process that the runner itself started."""
    pid = pid_of(node, name)
    return [pid] if pid else []


def workers(node: RunningSuite, name: str) -> Sequence[int]:
    """Give the first of the processes below it."""
    return children(pid_of(node, name))[:1]


def postmaster(node: RunningSuite) -> int:
    """Give the process that leads the node's PostgreSQL, or 0."""
    record = node.folder / "postgres" / "data" / "postmaster.pid"
    words = record.read_text().split() if record.exists() else []
    return int(words[0]) if words else 0


def leading(node: RunningSuite) -> Sequence[int]:
    """Give the first process of PostgreSQL; the record may be of one that is gone by now."""
    pid = postmaster(node)
    return [pid] if str(node.folder / "postgres" / "data") in command(pid) else []


def backend(node: RunningSuite) -> Sequence[int]:
    """Give a process of PostgreSQL that serves one of ours; there is none while it recovers."""
    serving = [pid for pid in children(postmaster(node)) if "_runtime " in command(pid)]
    return serving[-1:]
