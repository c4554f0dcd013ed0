# SPDX-License-Identifier: Apache-2.0
"""`python -m services.audit_log serve|work|sequence|migrate|check-config`."""

import argparse
import os
import sys

from audit_log.adapters.databases import databases
from audit_log.bootstrap import BODY_LIMITS, SERVICE, THREADS, build, migrate, sequence, work
from audit_log.domain.errors import LogMismatch
from audit_log.settings import AuditSettings
from shared.clock import Clock, SystemClock
from shared.database_roles import require_lesser_roles
from shared.keys import KeyStoreError
from shared.logging import configure
from shared.serving import serve, until_stopped
from shared.settings import SettingsError, load

_FAILED, _BAD_CONFIGURATION = 1, 2
_COMMANDS = ("serve", "work", "sequence", "migrate", "check-config")


def main() -> int:
    """Run a command; status 2 when the configuration is not usable, 1 when the log is not."""
    parser = argparse.ArgumentParser(prog="python -m services.audit_log", description=__doc__)
    parser.add_argument("command", choices=_COMMANDS)
    command = parser.parse_args().command
    clock = SystemClock()
    try:
        settings = load(AuditSettings, os.environ)
        if command == "migrate":
            return _migrate(settings, clock)
        parts = build(settings, clock=clock)
        if command != "check-config":
            configure(SERVICE, settings.log_level)
            require_lesser_roles(databases(settings), development=settings.development)
    except (SettingsError, KeyStoreError) as fault:
        print(f"audit_log cannot start: {fault}", file=sys.stderr)
        return _BAD_CONFIGURATION
    if command == "check-config":
        print("The configuration is usable.")
        return 0
    if command == "serve":
        serve(
            "services.audit_log.wsgi:create",
            settings.bind,
            threads=THREADS,
            limits=BODY_LIMITS,
            factory=True,
        )
    return (work if command == "work" else sequence)(parts, until_stopped())


def _migrate(settings: AuditSettings, clock: Clock) -> int:
    configure(SERVICE, settings.log_level)
    try:
        migrate(settings, clock=clock)
    except LogMismatch as fault:
        print(f"audit_log cannot migrate: {fault}", file=sys.stderr)
        return _FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
