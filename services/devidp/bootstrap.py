# SPDX-License-Identifier: Apache-2.0
"""Builds the provider's application from its settings; the only module that knows every part."""

from typing import Final

from flask import Flask

from services.devidp.registry_file import read_registry, read_secrets
from services.devidp.server import build_provider
from services.devidp.settings import DevidpSettings
from services.devidp.tokens import TokenSigner
from services.devidp.views import create_views
from shared import health, logging
from shared.clock import Clock
from shared.keys import KeyStore
from shared.pages import PageSettings, install_pages
from shared.pages.endings import MemoryEndedSessions
from shared.problems import register_problems

_JSON_PATHS: Final = ("/token", "/userinfo", "/jwks", "/.well-known")
_WITHOUT_COOKIE: Final = ("/token", "/userinfo")
_MAX_BODY_BYTES: Final = 65_536


def create_app(settings: DevidpSettings, *, clock: Clock) -> Flask:
    """Build the application.

    Raises KeyStoreError or RegistryError when keys, registry or secrets cannot be used.
    """
    registry = read_registry(settings.registry_file)
    app = Flask("services.devidp", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _MAX_BODY_BYTES
    logging.install(app, clock)
    register_problems(app)
    health.install(app, {})
    _dress(app, settings, clock)
    signer = TokenSigner(issuer=settings.public_url, keys=KeyStore(settings.keys_dir), clock=clock)
    provider = build_provider(
        app, registry=registry, secrets=read_secrets(registry), signer=signer, clock=clock
    )
    app.register_blueprint(create_views(provider))
    return app


def _dress(app: Flask, settings: DevidpSettings, clock: Clock) -> None:
    install_pages(
        app,
        settings=PageSettings(
            service="devidp",
            title="Development sign-in",
            public_url=settings.public_url,
            session_key=settings.session_key,
            development=True,
        ),
        sign_in=None,
        clock=clock,
        ended=MemoryEndedSessions(clock),
        api_prefixes=_JSON_PATHS,
        csrf_exempt_paths=_WITHOUT_COOKIE,
    )
