# SPDX-License-Identifier: Apache-2.0
"""The WSGI application of permit_service, made from the environment."""

import os

from flask import Flask

from permit_service.bootstrap import SERVICE, build, create_app
from permit_service.settings import PermitSettings
from shared.clock import SystemClock
from shared.logging import configure
from shared.settings import load


def create() -> Flask:
    """Build the application in a worker; raises what settings and keys deserve."""
    settings = load(PermitSettings, os.environ)
    configure(SERVICE, settings.log_level)
    return create_app(build(settings, clock=SystemClock()))
