# SPDX-License-Identifier: Apache-2.0
"""The shapes of what is exchanged by foreign standards. What is inside, the standard says."""

from typing import Any, Final

from marshmallow import Schema, fields, validate

from shared.api import StrictSchema

_TIME: Final = "RFC 3339 in UTC"


def _about(text: str) -> dict[str, Any]:
    return {"description": text}


class FhirQuerySchema(StrictSchema):
    """Which release, at which instant, as known at which."""

    release = fields.String(load_default="5.0", validate=validate.OneOf(("4.0", "5.0")))
    effective_at = fields.String(load_default=None, metadata=_about(_TIME))
    known_at = fields.String(load_default=None, metadata=_about(_TIME))


class BundleSchema(Schema):
    """A FHIR Bundle of type collection; its entries are Consent resources."""

    resource_type = fields.String(data_key="resourceType")
    type = fields.String()
    timestamp = fields.String(metadata=_about(_TIME))
    entry = fields.List(fields.Dict(), metadata=_about("each has a Consent as its resource"))
