# SPDX-License-Identifier: Apache-2.0
"""GA4GH service-info 1.0.0: what this service is, at `/service-info`."""

from dataclasses import dataclass
from typing import Final

from flask import Flask, Response, jsonify

from shared.auth import public
from shared.version import VERSION

_SPECIFICATION: Final = "1.0.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceInfo:
    """The members of service-info that differ between services."""

    id: str
    name: str
    artifact: str
    description: str
    organisation: str
    organisation_url: str
    environment: str
    group: str = "org.placet"
    artifact_version: str = _SPECIFICATION


def install(app: Flask, info: ServiceInfo) -> None:
    """Serve `/service-info`."""

    @public("says what this service is; GA4GH service-info is open")
    def service_info() -> Response:
        return jsonify(
            {
                "id": info.id,
                "name": info.name,
                "type": {
                    "group": info.group,
                    "artifact": info.artifact,
                    "version": info.artifact_version,
                },
                "description": info.description,
                "organization": {"name": info.organisation, "url": info.organisation_url},
                "environment": info.environment,
                "version": VERSION,
            }
        )

    app.add_url_rule("/service-info", "service_info", service_info)
