# SPDX-License-Identifier: Apache-2.0
"""Exports as JSON: shapes only."""

from marshmallow import fields, validate

from audit_log.domain.pack import MAX_PACK_ENTRIES
from audit_log.http.api.schemas import SearchSchema
from audit_log.usecases.export import GROUPS
from shared.api import StrictSchema

_INDEX = validate.Range(min=0, max=1 << 53)


class FilterSchema(SearchSchema):
    """What entries must have in common, as a search has it."""

    class Meta(SearchSchema.Meta):
        """A filter knows no pages."""

        exclude = ("after", "as_of", "exact_count", "limit")


class ExportAskedSchema(StrictSchema):
    """What a pack is to hold: a filter's entries or those of a list; `open` names sealed groups.

    What is opened was approved within `case`.
    """

    filter = fields.Nested(FilterSchema, allow_none=True)
    indexes = fields.List(
        fields.Integer(strict=True, validate=_INDEX),
        allow_none=True,
        validate=validate.Length(min=1, max=MAX_PACK_ENTRIES),
    )
    as_of = fields.Integer(strict=True, allow_none=True, validate=_INDEX)
    open = fields.List(fields.String(validate=validate.OneOf(GROUPS)), load_default=list)
    case = fields.String(allow_none=True, validate=validate.Length(min=1, max=64))
    reason = fields.String(allow_none=True, validate=validate.Length(min=1, max=64))


class ExportSchema(StrictSchema):
    """How far an export has come; `entry_id` is the entry in which the log says it."""

    id = fields.String(required=True)
    state = fields.String(required=True)
    asked_at = fields.String(required=True)
    as_of = fields.Integer(required=True)
    count = fields.Integer(required=True, allow_none=True)
    opened = fields.Integer(required=True)
    entry_id = fields.String(required=True, allow_none=True)
    fault = fields.String(required=True, allow_none=True)
