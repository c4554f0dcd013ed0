# SPDX-License-Identifier: Apache-2.0
"""`python -m services.clearinghouse serve|check-config`: decides data requests for nginx."""

import argparse
import os
import sys

from permit_service.clearinghouse.bootstrap import require_free_spool
from permit_service.clearinghouse.settings import configure
from services.clearinghouse import wsgi
from shared import logging
from shared.serving import serve
from shared.settings import SettingsError

_OK, _FAILED, _USAGE = 0, 1, 2


def main() -> int:
    """Run a command; status 2 for a bad configuration, 1 for a spool that is taken."""
    parser = argparse.ArgumentParser(prog="python -m services.clearinghouse", description=__doc__)
    parser.add_argument("command", choices=("serve", "check-config"))
    command = parser.parse_args().command
    try:
        configuration = configure(os.environ)
    except SettingsError as fault:
        print(f"clearinghouse cannot start: {fault}", file=sys.stderr)
        return _USAGE
    if command == "serve":
        logging.configure("clearinghouse", configuration.settings.log_level)
        try:
            require_free_spool(configuration)
        except wsgi.CANNOT_START as fault:
            print(f"clearinghouse cannot start: {fault}", file=sys.stderr)
            return _FAILED
        serve(
            "services.clearinghouse.wsgi:create",
            configuration.settings.bind,
            threads=configuration.settings.threads,
            factory=True,
        )
    print("The configuration is usable.")
    return _OK


if __name__ == "__main__":
    sys.exit(main())
