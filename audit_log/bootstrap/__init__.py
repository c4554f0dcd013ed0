# SPDX-License-Identifier: Apache-2.0
"""The only module that knows every part of audit_log: settings to adapters to processes.

Reads no environment and decides nothing.
"""

from audit_log.bootstrap.parts import BODY_LIMITS, SERVICE, THREADS, Parts, build, migrate
from audit_log.bootstrap.serving import create_app
from audit_log.bootstrap.working import (
    create_exporter,
    create_integrity_runner,
    create_publisher,
    create_query_runner,
    create_self_checker,
    create_watcher,
    create_witnesses,
    sequence,
    work,
)

__all__ = [
    "BODY_LIMITS",
    "SERVICE",
    "THREADS",
    "Parts",
    "build",
    "create_app",
    "create_exporter",
    "create_integrity_runner",
    "create_publisher",
    "create_query_runner",
    "create_self_checker",
    "create_watcher",
    "create_witnesses",
    "migrate",
    "sequence",
    "work",
]
