# SPDX-License-Identifier: Apache-2.0
"""The shapes of what is exchanged by foreign standards. What is inside, the standard says."""

from typing import Any, Final

from marshmallow import Schema, fields, validate

from consent_registry.usecases.receipts import MAX_RECEIPT_CHARS
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


class ReceiptSchema(Schema):
    """A receipt: as JSON-LD, the same as a JWS (ES256), and the compact JWS of its QR code."""

    receipt = fields.Dict(metadata=_about("dpv-27560:receipt-eu-gdpr"))
    signed = fields.String(metadata=_about("typ placet-consent-receipt+jws, keys at /api/jwk"))
    compact = fields.String(metadata=_about("typ placet-receipt+jws; says nothing of a person"))
    check_url = fields.String(metadata=_about("what the QR code says; open to everybody"))


class CheckReceiptSchema(StrictSchema):
    """A receipt as it was signed, compact or whole."""

    receipt = fields.String(required=True, validate=validate.Length(max=MAX_RECEIPT_CHARS))


class CheckedReceiptSchema(Schema):
    """What anybody may learn of a receipt."""

    valid = fields.Boolean(metadata=_about("this registry signed it"))
    recorded_at = fields.String(allow_none=True)
    latest = fields.Boolean(
        allow_none=True, metadata=_about("nothing was recorded since; null when that is not known")
    )


class DescriptionSchema(Schema):
    """A dcat:Dataset as JSON-LD; its members are HealthDCAT-AP's, each with a list of values."""

    id = fields.String(data_key="@id")
    type = fields.List(fields.String(), data_key="@type")
    people = fields.List(
        fields.Dict(),
        data_key="healthdcatap:numberOfUniqueIndividuals",
        metadata=_about("a rounded stand-in, decided once a day; left out when it is small"),
    )
