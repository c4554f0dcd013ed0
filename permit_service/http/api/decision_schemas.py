# SPDX-License-Identifier: Apache-2.0
"""The shapes of questions about uses of permits, and of their answers."""

from typing import Any, Final

from marshmallow import Schema, fields, validate

from permit_service.usecases.cover import MAX_USES, Cover
from shared.api import StrictSchema

_LONGEST: Final = 255
_TIME: Final = "RFC 3339 in UTC; now when left out"


def _about(text: str) -> dict[str, Any]:
    return {"description": text}


def _optional(longest: int, about: str) -> fields.String:
    return fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=longest),
        metadata=_about(about),
    )


class UserSchema(StrictSchema):
    """A person as the identity provider knows them."""

    iss = fields.String(required=True, validate=validate.Length(min=1, max=_LONGEST))
    sub = fields.String(required=True, validate=validate.Length(min=1, max=_LONGEST))


class PermitUseSchema(StrictSchema):
    """One use at one instant, as known at another. What is left out is not held against it."""

    permit_id = fields.String(required=True, validate=validate.Length(min=1, max=128))
    user = fields.Nested(
        UserSchema,
        load_default=None,
        allow_none=True,
        metadata=_about("who used it; a use without anybody is never covered"),
    )
    dataset = _optional(_LONGEST, "whose data was used")
    cohort_id = _optional(_LONGEST, "the frozen cohort that the use names")
    node = _optional(64, "the node that let it, such as zz")
    country = _optional(64, "whence it was asked, such as FI")
    purposes = fields.List(
        fields.String(),
        load_default=list,
        metadata=_about("DUO identifiers under which it was asked for"),
    )
    effective_at = fields.String(load_default=None, metadata=_about(_TIME))
    known_at = fields.String(load_default=None, metadata=_about(_TIME))


class PermitUsesSchema(StrictSchema):
    """Up to 500 questions."""

    questions = fields.List(
        fields.Nested(PermitUseSchema), required=True, validate=validate.Length(max=MAX_USES)
    )


class CoverSchema(Schema):
    """Whether the permit covered the use as it stood then; `reasons` say why not."""

    answer = fields.String(metadata=_about(", ".join(one.value for one in Cover)))
    reasons = fields.List(fields.String(), metadata=_about("codes, the gravest first"))


class CoversSchema(Schema):
    """One answer for each question, in their order."""

    answers = fields.List(fields.Nested(CoverSchema))
