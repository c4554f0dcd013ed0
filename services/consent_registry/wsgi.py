# SPDX-License-Identifier: Apache-2.0
"""The WSGI application of consent_registry, made from the environment."""

import os

from flask import Flask

from consent_registry.bootstrap import SERVICE, build, create_app
from consent_registry.settings import ConsentSettings
from shared.clock import SystemClock
from shared.logging import configure
from shared.settings import load


def create() -> Flask:
    """Build the application in a worker; raises what settings and keys deserve."""
    settings = load(ConsentSettings, os.environ)
    configure(SERVICE, settings.log_level)
    return create_app(build(settings, clock=SystemClock()))
