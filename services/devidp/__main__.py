# SPDX-License-Identifier: Apache-2.0
"""`python -m services.devidp serve|check-config`: the development identity provider."""

import argparse
import os
import sys

from services.devidp.bootstrap import create_app
from services.devidp.registry_file import RegistryError
from services.devidp.settings import DevidpSettings
from shared.clock import SystemClock
from shared.keys import KeyStoreError
from shared.logging import configure
from shared.serving import serve
from shared.settings import SettingsError, load

BAD_CONFIGURATION = 2


def main() -> int:
    """Run a command; status 2 when the configuration is not usable."""
    parser = argparse.ArgumentParser(prog="python -m services.devidp", description=__doc__)
    parser.add_argument("command", choices=("serve", "check-config"))
    command = parser.parse_args().command
    try:
        settings = load(DevidpSettings, os.environ)
        create_app(settings, clock=SystemClock())
    except (SettingsError, RegistryError, KeyStoreError) as fault:
        print(f"devidp cannot start: {fault}", file=sys.stderr)
        return BAD_CONFIGURATION
    if command == "serve":
        configure("devidp", settings.log_level)
        serve("services.devidp.wsgi:create", settings.bind, factory=True)
    print("The configuration is usable.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
