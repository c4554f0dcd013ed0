# SPDX-License-Identifier: Apache-2.0
"""`python -m services.gateway serve|check-config`: nginx with the shipped configuration."""

import argparse
import os
import shutil
import sys
from typing import NoReturn

from services.gateway.render import Gateway, command, write
from services.gateway.settings import GatewaySettings
from shared.settings import SettingsError, load

_USAGE = 2


def main() -> NoReturn:
    """Write the configuration, then become nginx; status 2 for a bad configuration."""
    parser = argparse.ArgumentParser(prog="python -m services.gateway", description=__doc__)
    parser.add_argument("command", choices=("serve", "check-config"))
    asked = parser.parse_args().command
    try:
        gateway = _gateway(load(GatewaySettings, os.environ))
        write(gateway)
    except SettingsError as fault:
        print(f"gateway cannot start: {fault}", file=sys.stderr)
        sys.exit(_USAGE)
    program = [*command(gateway)]
    if asked == "check-config":
        program.append("-t")
    os.execv(program[0], program)  # noqa: S606 - this process becomes nginx; no shell is wanted


def _gateway(settings: GatewaySettings) -> Gateway:
    nginx = shutil.which(settings.nginx) or shutil.which(settings.nginx, path="/usr/sbin")
    if nginx is None:
        raise SettingsError([f"PLACET_NGINX: there is no program {settings.nginx}"])
    return Gateway(
        listen=settings.bind,
        socket=settings.socket,
        data=settings.data,
        run=settings.run,
        show_state=settings.env == "development",
        workers=settings.workers,
        nginx=nginx,
    )


if __name__ == "__main__":
    main()
