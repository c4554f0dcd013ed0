# SPDX-License-Identifier: Apache-2.0
"""`python -m services.permit_service serve|work|migrate|check-config`."""

import argparse
import os
import sys

from permit_service.adapters.databases import databases
from permit_service.bootstrap import SERVICE, THREADS, build, migrate, work
from permit_service.settings import PermitSettings
from shared.clock import SystemClock
from shared.database_roles import require_lesser_roles
from shared.keys import KeyStoreError
from shared.logging import configure
from shared.serving import serve, until_stopped
from shared.settings import SettingsError, load

BAD_CONFIGURATION = 2


def main() -> int:
    """Run a command; status 2 when the configuration is not usable."""
    parser = argparse.ArgumentParser(prog="python -m services.permit_service", description=__doc__)
    parser.add_argument("command", choices=("serve", "work", "migrate", "check-config"))
    command = parser.parse_args().command
    try:
        settings = load(PermitSettings, os.environ)
        if command == "migrate":
            configure(SERVICE, settings.log_level)
            migrate(settings)
            return 0
        parts = build(settings, clock=SystemClock())
        if command != "check-config":
            configure(SERVICE, settings.log_level)
            require_lesser_roles(databases(settings), development=settings.development)
    except (SettingsError, KeyStoreError) as fault:
        print(f"permit_service cannot start: {fault}", file=sys.stderr)
        return BAD_CONFIGURATION
    if command == "check-config":
        print("The configuration is usable.")
        return 0
    if command == "serve":
        serve("services.permit_service.wsgi:create", settings.bind, threads=THREADS, factory=True)
    work(parts, until_stopped())
    return 0


if __name__ == "__main__":
    sys.exit(main())
