# SPDX-License-Identifier: Apache-2.0
"""Reports as JSON: shapes only."""

from marshmallow import fields, validate

from audit_log.http.api.schemas import AsOfSchema, IntegritySchema, MissingSchema, PersonSchema
from audit_log.usecases.who_used import MAX_PEOPLE
from shared.api import StrictSchema


class SubjectsSchema(StrictSchema):
    """One person, by her number in each dataset."""

    people = fields.List(
        fields.Nested(PersonSchema),
        required=True,
        validate=validate.Length(min=1, max=MAX_PEOPLE),
    )
    as_of = fields.Integer(
        strict=True, allow_none=True, validate=validate.Range(min=0, max=1 << 53)
    )


class UseSchema(StrictSchema):
    """What happened on one day (UTC) in one way: `count` entries, the latest at index `newest`."""

    day = fields.String(required=True)
    dataset = fields.String(required=True)
    type = fields.String(required=True)
    src = fields.String(required=True)
    decision = fields.String(required=True, allow_none=True)
    purposes = fields.List(fields.String(), required=True)
    count = fields.Integer(required=True)
    newest = fields.Integer(required=True)


class SubjectReportSchema(StrictSchema):
    """Uses, newest first; `count` is the number of entries that they sum up."""

    uses = fields.List(fields.Nested(UseSchema), required=True)
    count = fields.Integer(required=True)
    as_of = fields.Nested(AsOfSchema, required=True)
    integrity = fields.Nested(IntegritySchema, required=True, allow_none=True)
    missing = fields.List(fields.Nested(MissingSchema), required=True)
