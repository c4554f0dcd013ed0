# SPDX-License-Identifier: Apache-2.0
"""The shapes of the rights desk's requests and answers."""

from typing import Any, Final

from marshmallow import Schema, fields, validate

from shared.api import StrictSchema

_TIME: Final = "RFC 3339 in UTC"
_CODE: Final = validate.Length(min=1, max=64)


def _about(text: str) -> dict[str, Any]:
    return {"description": text}


class NewErasureSchema(StrictSchema):
    """On which ground of GDPR Article 17(1) somebody is to be erased."""

    ground = fields.String(
        required=True, validate=_CODE, metadata=_about("gdpr_17_1_a to gdpr_17_1_f")
    )


class ErasurePartSchema(Schema):
    """A part of an erasure; without a time it has not confirmed."""

    part = fields.String()
    confirmed_at = fields.String(metadata=_about(_TIME))


class ErasureSchema(Schema):
    """An erasure; `complete_on` is stated once all but the waiting has confirmed."""

    erasure_id = fields.String()
    ground = fields.String()
    state = fields.String(metadata=_about("asked, running, settling or complete"))
    asked_at = fields.String(metadata=_about(_TIME))
    confirmed_at = fields.String(metadata=_about(_TIME))
    complete_on = fields.String(metadata=_about("the first day without any copy"))
    parts = fields.List(fields.Nested(ErasurePartSchema))


class NewHoldSchema(StrictSchema):
    """Why somebody's data must stay, and until when."""

    ground = fields.String(
        required=True, validate=_CODE, metadata=_about("gdpr_17_3_b to gdpr_17_3_e")
    )
    until = fields.String(required=True, metadata=_about(_TIME))


class HoldSchema(Schema):
    """A legal hold."""

    hold_id = fields.String()
    ground = fields.String()
    set_at = fields.String(metadata=_about(_TIME))
    until = fields.String(metadata=_about(_TIME))
    lifted_at = fields.String(metadata=_about(_TIME))
