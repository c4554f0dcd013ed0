# SPDX-License-Identifier: Apache-2.0
"""Every process of the suite with its settings, and every web application, built and not served.

The one list of them: documents and guards go over it, so that a service cannot be forgotten in
one of them.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType
from typing import Final

from flask import Flask

from audit_log import bootstrap as audit_log
from audit_log.settings import AuditSettings
from consent_registry import bootstrap as consent_registry
from consent_registry.settings import ConsentSettings
from permit_service import bootstrap as permit_service
from permit_service.clearinghouse import bootstrap as clearinghouse
from permit_service.clearinghouse.settings import ClearinghouseSettings, configure
from permit_service.settings import PermitSettings
from services.devidp import bootstrap as devidp
from services.devidp.settings import DevidpSettings
from services.gateway.settings import GatewaySettings
from shared.clock import SystemClock
from shared.settings import load

Environment = Mapping[str, str]

SETTINGS: Final[Mapping[str, type[object]]] = MappingProxyType(
    {
        "audit_log": AuditSettings,
        "clearinghouse": ClearinghouseSettings,
        "consent_registry": ConsentSettings,
        "devidp": DevidpSettings,
        "gateway": GatewaySettings,
        "permit_service": PermitSettings,
    }
)
"""The settings of each folder of `services/` that is a process."""


@contextlib.contextmanager
def _audit_log(environ: Environment) -> Iterator[Flask]:
    parts = audit_log.build(load(AuditSettings, environ), clock=SystemClock())
    try:
        yield audit_log.create_app(parts)
    finally:
        parts.engine.dispose()


@contextlib.contextmanager
def _clearinghouse(environ: Environment) -> Iterator[Flask]:
    built = clearinghouse.build(configure(environ))
    try:
        yield built.app
    finally:
        built.close()


@contextlib.contextmanager
def _consent_registry(environ: Environment) -> Iterator[Flask]:
    parts = consent_registry.build(load(ConsentSettings, environ), clock=SystemClock())
    try:
        yield consent_registry.create_app(parts)
    finally:
        parts.engine.dispose()


@contextlib.contextmanager
def _devidp(environ: Environment) -> Iterator[Flask]:
    yield devidp.create_app(load(DevidpSettings, environ), clock=SystemClock())


@contextlib.contextmanager
def _permit_service(environ: Environment) -> Iterator[Flask]:
    parts = permit_service.build(load(PermitSettings, environ), clock=SystemClock())
    try:
        yield permit_service.create_app(parts)
    finally:
        parts.engine.dispose()


APPLICATIONS: Final[Mapping[str, Callable[[Environment], AbstractContextManager[Flask]]]] = (
    MappingProxyType(
        {
            "audit_log": _audit_log,
            "clearinghouse": _clearinghouse,
            "consent_registry": _consent_registry,
            "devidp": _devidp,
            "permit_service": _permit_service,
        }
    )
)
"""How each web application is built from an environment; each is released at the block's end."""

WITHOUT_API: Final = frozenset({"devidp"})
"""Applications that describe themselves otherwise: OpenID Connect discovery."""


def built(name: str, environ: Environment) -> AbstractContextManager[Flask]:
    """Build the application `name`; it opens no connection until it is asked something."""
    return APPLICATIONS[name](environ)


def paths() -> Mapping[str, Path]:
    """Give the folder of each process in `services/`."""
    services = Path(__file__).resolve().parents[1]
    return {name: services / name for name in SETTINGS}
