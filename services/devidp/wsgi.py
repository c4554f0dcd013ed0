# SPDX-License-Identifier: Apache-2.0
"""The WSGI application of the development identity provider, made from the environment."""

import os

from flask import Flask

from services.devidp.bootstrap import create_app
from services.devidp.settings import DevidpSettings
from shared.clock import SystemClock
from shared.logging import configure
from shared.settings import load


def create() -> Flask:
    """Build the application in a worker; raises what the settings and files deserve."""
    settings = load(DevidpSettings, os.environ)
    configure("devidp", settings.log_level)
    return create_app(settings, clock=SystemClock())
