# SPDX-License-Identifier: Apache-2.0
"""What goes in and out about holds, terms and dropped ranges: shapes only."""

from marshmallow import fields, validate

from audit_log.domain.holds import MAX_ENTRIES, HoldKind
from shared.api import StrictSchema

_INDEX = validate.Range(min=0, max=1 << 53)


class HoldWantedSchema(StrictSchema):
    """What to hold: a person, a permit, a dataset, or a case with its entries.

    `matter` is a case's id, or a code for one elsewhere; without `entries`, those are held that the
    requests to open in the case name.
    """

    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in HoldKind]))
    authority = fields.String(required=True, validate=validate.Length(min=1, max=64))
    dataset = fields.String(allow_none=True, validate=validate.Length(min=1, max=256))
    ordinal = fields.Integer(strict=True, allow_none=True, validate=_INDEX)
    permit = fields.String(allow_none=True, validate=validate.Length(min=1, max=256))
    matter = fields.String(allow_none=True, validate=validate.Length(min=1, max=64))
    entries = fields.List(
        fields.Integer(strict=True, validate=_INDEX),
        load_default=list,
        validate=validate.Length(max=MAX_ENTRIES),
    )


class HoldStepSchema(StrictSchema):
    """What to do with a hold: two officers lift it, one asking, the other doing it."""

    action = fields.String(required=True, validate=validate.OneOf(("ask_lift", "lift")))


class HoldSchema(StrictSchema):
    """A legal hold; `state` is `in_force`, `lift_asked` or `lifted`."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    authority = fields.String(required=True)
    matter = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    placed_by = fields.String(required=True)
    placed_at = fields.String(required=True)
    lift_asked_by = fields.String(required=True, allow_none=True)
    lift_asked_at = fields.String(required=True, allow_none=True)
    lifted_by = fields.String(required=True, allow_none=True)
    lifted_at = fields.String(required=True, allow_none=True)


class HoldsSchema(StrictSchema):
    """Every hold, the newest first."""

    holds = fields.List(fields.Nested(HoldSchema), required=True)


class TermSchema(StrictSchema):
    """A class's term in months, and the least and the most that may be set."""

    name = fields.String(required=True)
    months = fields.Integer(required=True)
    floor = fields.Integer(required=True)
    ceiling = fields.Integer(required=True)


class DroppedSchema(StrictSchema):
    """A class's entries of one month between two indexes, whose search rows were dropped.

    How many rows is null in figures for everybody.
    """

    class_ = fields.String(required=True, data_key="class", attribute="class")
    month = fields.String(required=True)
    first = fields.Integer(required=True)
    last = fields.Integer(required=True)
    rows = fields.Integer(required=True, allow_none=True)
    held = fields.Integer(required=True, allow_none=True)


class RetentionSchema(StrictSchema):
    """Every class's term, the terms set in the policy file, and what was dropped."""

    classes = fields.List(fields.Nested(TermSchema), required=True)
    types = fields.Dict(required=True)
    dropped = fields.List(fields.Nested(DroppedSchema), required=True)
