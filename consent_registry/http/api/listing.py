# SPDX-License-Identifier: Apache-2.0
"""`/v1/mandates` and `/v1/deaths`: the desk's lists, a page at a time."""

from typing import Any, Final

from marshmallow import Schema, fields

from consent_registry.http.api import person_present
from consent_registry.http.api.person_schemas import MandateSchema
from consent_registry.http.api.schemas import AsOfSchema
from consent_registry.http.edge import current_tools, instants_of
from consent_registry.usecases.listing import list_deaths, list_mandates
from shared.api import ApiBlueprint
from shared.auth import current_principal, requires
from shared.clock import to_rfc3339

blueprint: Final = ApiBlueprint(
    "listing", __name__, description="Every mandate and every death on record"
)
_TIME: Final = {"description": "RFC 3339 in UTC"}
_NEXT: Final = {"description": "`before` of the next page; null on the last"}


class BeforeSchema(AsOfSchema):
    """Where a page begins: `next_before` of the one before it; left out, with the newest."""

    before = fields.String(load_default=None, metadata=_NEXT)


class MandateEntrySchema(Schema):
    """One mandate, whose it is, and whether it was in_force, ended or unreadable then."""

    participant = fields.String()
    state = fields.String()
    mandate = fields.Nested(MandateSchema)


class MandatePageSchema(Schema):
    """A page of mandates, the newest first."""

    mandates = fields.List(fields.Nested(MandateEntrySchema))
    next_before = fields.String(allow_none=True, metadata=_NEXT)


class DeathEntrySchema(Schema):
    """One death as it was recorded; `stands` is false once it was taken back."""

    participant = fields.String()
    died_at = fields.String(metadata=_TIME)
    recorded_at = fields.String(metadata=_TIME)
    stands = fields.Boolean()


class DeathPageSchema(Schema):
    """A page of deaths, the newest first."""

    deaths = fields.List(fields.Nested(DeathEntrySchema))
    next_before = fields.String(allow_none=True, metadata=_NEXT)


@blueprint.route("/v1/mandates")
@requires("consents.write")
@blueprint.arguments(BeforeSchema, location="query")
@blueprint.response(200, MandatePageSchema)
def get_mandates(query: dict[str, Any]) -> dict[str, Any]:
    """Give every mandate that had begun by an instant, as known at another, a page at a time."""
    tools, principal, times = current_tools(), current_principal(), instants_of(query, "/query")
    found = list_mandates(query["before"], *times, tools=tools, principal=principal)
    return {
        "mandates": [
            {
                "participant": one.pseudonym,
                "state": one.state.value,
                "mandate": person_present.mandate(one.mandate),
            }
            for one in found.entries
        ],
        "next_before": found.next_before,
    }


@blueprint.route("/v1/deaths")
@requires("consents.write")
@blueprint.arguments(BeforeSchema, location="query")
@blueprint.response(200, DeathPageSchema)
def get_deaths(query: dict[str, Any]) -> dict[str, Any]:
    """Give every death by an instant as known at another, also those taken back, in pages."""
    tools, principal, times = current_tools(), current_principal(), instants_of(query, "/query")
    found = list_deaths(query["before"], *times, tools=tools, principal=principal)
    return {
        "deaths": [
            {
                "participant": one.pseudonym,
                "died_at": to_rfc3339(one.died_at),
                "recorded_at": to_rfc3339(one.recorded_at),
                "stands": one.stands,
            }
            for one in found.entries
        ],
        "next_before": found.next_before,
    }
