# SPDX-License-Identifier: Apache-2.0
"""`/v1/mondo/releases`: load a release of the disease hierarchy, and see which ones there are."""

from typing import Any, Final

from flask import request
from marshmallow import Schema, fields

from consent_registry.domain.disease_files import Release
from consent_registry.domain.release_changes import EXAMPLES, CodeChange
from consent_registry.http.edge import current_tools
from consent_registry.usecases.hierarchy import list_releases, load_release
from shared.api import ApiBlueprint, StrictSchema
from shared.auth import current_principal, requires, requires_any
from shared.clock import to_rfc3339

blueprint: Final = ApiBlueprint("mondo", __name__, description="Releases of the disease hierarchy")

MAX_UPLOAD_BYTES: Final = 256 * 1024 * 1024


class LoadQuerySchema(StrictSchema):
    """Whether to look only."""

    dry_run = fields.Boolean(required=True)


class ReleaseSchema(Schema):
    """A release; `active_since` is null unless it is the one in use."""

    sha256 = fields.String()
    version = fields.String()
    terms = fields.Integer()
    loaded_at = fields.String()
    active_since = fields.String(allow_none=True)


class LoadedSchema(Schema):
    """What a release changes, by illness that many people name; people are rounded stand-ins."""

    dry_run = fields.Boolean()
    release = fields.Nested(ReleaseSchema)
    replaces = fields.String()
    changes = fields.List(fields.Dict())


class ReleaseListSchema(Schema):
    """All stored releases, the newest first."""

    releases = fields.List(fields.Nested(ReleaseSchema))


@blueprint.route("/v1/mondo/releases", methods=["POST"])
@requires("consents.write")
@blueprint.raw_body("application/json", "application/gzip", "application/octet-stream")
@blueprint.arguments(LoadQuerySchema, location="query")
@blueprint.response(200, LoadedSchema)
def load(query: dict[str, Any]) -> dict[str, Any]:
    """Compare a release (OBO Graph JSON, gzipped or not) with the one in use, and activate it."""
    request.max_content_length = MAX_UPLOAD_BYTES
    found = load_release(
        request.get_data(cache=False),
        dry_run=query["dry_run"],
        tools=current_tools(),
        principal=current_principal(),
    )
    return {
        "dry_run": query["dry_run"],
        "release": _release(found.release),
        "replaces": found.replaces,
        "changes": [_change(change, found.people[change.code]) for change in found.changes],
    }


@blueprint.route("/v1/mondo/releases")
@requires_any("consents.read", "consents.write", "cohorts.evaluate")
@blueprint.response(200, ReleaseListSchema)
def every() -> dict[str, Any]:
    """Give all stored releases."""
    return {"releases": [_release(one) for one in list_releases(tools=current_tools())]}


def _release(found: Release) -> dict[str, Any]:
    return {
        "sha256": found.sha256,
        "version": found.version,
        "terms": found.terms,
        "loaded_at": to_rfc3339(found.loaded_at),
        "active_since": to_rfc3339(found.active_since) if found.active_since else None,
    }


def _change(change: CodeChange, people: int) -> dict[str, Any]:
    return {
        "code": change.code,
        "label": change.label,
        "people": people,
        "fate": change.fate.value,
        "replaced_by": change.replaced_by,
        "consider": list(change.consider),
        "gains": len(change.gains),
        "losses": len(change.losses),
        "gained": list(change.gains[:EXAMPLES]),
        "lost": list(change.losses[:EXAMPLES]),
    }
