# SPDX-License-Identifier: Apache-2.0
"""Whom a fault test kills in a running suite: every process that its runner starts.

The leaders by their supervised names, the workers below them, and PostgreSQL by one process of its
own, after whose death the server starts itself anew. What each lets grow comes from the load.
"""

from collections.abc import Sequence
from functools import partial

from tests.support.process_table import children, command
from tests.support.random_havoc import Children, Measure
from tests.support.suite import RunningSuite
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
    found.append(Children("postgresql", partial(backend, node), grows["consent_registry.serve"]))
    return found


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
    """Give the process that leads the node's PostgreSQL."""
    record = node.folder / "postgres" / "data" / "postmaster.pid"
    return int(record.read_text().split()[0])


def backend(node: RunningSuite) -> Sequence[int]:
    """Give a process of PostgreSQL that serves one of ours; there is none while it recovers."""
    serving = [pid for pid in children(postmaster(node)) if "_runtime " in command(pid)]
    return serving[-1:]
