# SPDX-License-Identifier: Apache-2.0
"""`python -m services.consent_registry serve|work|migrate|check-config`."""

import argparse
import os
import sys

from consent_registry.bootstrap import SERVICE, THREADS, body_limits, build, migrate, work
from consent_registry.settings import ConsentSettings
from shared.clock import SystemClock
from shared.logging import configure
from shared.serving import serve, until_stopped
from shared.settings import SettingsError, load

BAD_CONFIGURATION = 2


def main() -> int:
    """Run a command; status 2 when the configuration is not usable."""
    parser = argparse.ArgumentParser(
        prog="python -m services.consent_registry", description=__doc__
    )
    parser.add_argument("command", choices=("serve", "work", "migrate", "check-config"))
    command = parser.parse_args().command
    try:
        settings = load(ConsentSettings, os.environ)
        if command == "migrate":
            configure(SERVICE, settings.log_level)
            migrate(settings)
            return 0
        parts = build(settings, clock=SystemClock())
    except SettingsError as fault:
        print(f"consent_registry cannot start: {fault}", file=sys.stderr)
        return BAD_CONFIGURATION
    if command == "check-config":
        print("The configuration is usable.")
        return 0
    configure(SERVICE, settings.log_level)
    if command == "serve":
        serve(
            "services.consent_registry.wsgi:create",
            settings.bind,
            threads=THREADS,
            limits=body_limits(settings),
            factory=True,
        )
    work(parts, until_stopped())
    return 0


if __name__ == "__main__":
    sys.exit(main())
