# SPDX-License-Identifier: Apache-2.0
"""The shapes of findings and rules as JSON."""

from marshmallow import ValidationError, fields, validate, validates_schema

from audit_log.domain.findings import MAX_PAGE, FindingState
from audit_log.domain.rules.catalogue import RULES, Severity
from shared.api import StrictSchema

_WORD = validate.Length(min=1, max=64)


class FindingQuerySchema(StrictSchema):
    """Which findings, and from which on: `before` is an id, `next` of the page before."""

    rule = fields.String(load_default=None, validate=validate.OneOf(list(RULES)))
    state = fields.String(
        load_default=None, validate=validate.OneOf([state.value for state in FindingState])
    )
    severity = fields.String(
        load_default=None, validate=validate.OneOf([grade.value for grade in Severity])
    )
    before = fields.Integer(load_default=None, validate=validate.Range(min=1, max=1 << 53))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MAX_PAGE))


class FindingSchema(StrictSchema):
    """A finding; `evidence` are indexes of entries, `first_seq` to `last_seq` places of a chain.

    `detail` holds further codes and numbers: of R0 topic, partition and offsets, or the row.
    """

    id = fields.Integer(required=True)
    rule = fields.String(required=True)
    code = fields.String(required=True)
    severity = fields.String(required=True)
    state = fields.String(required=True)
    owner = fields.String(required=True, allow_none=True)
    src = fields.String(required=True, allow_none=True)
    epoch = fields.Integer(required=True, allow_none=True)
    first_seq = fields.Integer(required=True, allow_none=True)
    last_seq = fields.Integer(required=True, allow_none=True)
    evidence = fields.List(fields.Integer(), required=True)
    detail = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)
    opened_at = fields.String(required=True)
    closed_at = fields.String(required=True, allow_none=True)
    closed_reason = fields.String(required=True, allow_none=True)


class FindingPageSchema(StrictSchema):
    """A page of findings, newest first; `next` goes into `before`."""

    findings = fields.List(fields.Nested(FindingSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


class TransitionSchema(StrictSchema):
    """What to do with a finding: assign it (to the caller, unless an owner is named), or close."""

    action = fields.String(required=True, validate=validate.OneOf(("assign", "close")))
    owner = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 256))
    reason = fields.String(load_default=None, allow_none=True, validate=_WORD)

    @validates_schema
    def fits_the_action(
        self, data: dict[str, object], *, partial: object, many: bool, unknown: object
    ) -> None:
        """Demand a reason for closing only; the keywords are marshmallow's and say nothing here."""
        closing = data.get("action") == "close"
        if closing == (data.get("reason") is None) or (closing and data.get("owner") is not None):
            raise ValidationError("Closing needs a reason and no owner, assigning no reason.")


class CheckSchema(StrictSchema):
    """How far a check has come: the next entry it will see, and since when that one waits."""

    name = fields.String(required=True)
    next = fields.Integer(required=True)
    waiting_since = fields.String(required=True, allow_none=True)


class RuleSchema(StrictSchema):
    """A rule with its numbers; `missing` is what no entry can tell it yet."""

    id = fields.String(required=True)
    what = fields.String(required=True)
    severity = fields.String(required=True)
    thresholds = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    missing = fields.String(required=True)
    open = fields.Integer(required=True)


class RulesSchema(StrictSchema):
    """What is checked, and how much of the published log (`size`) it has covered."""

    size = fields.Integer(required=True)
    checks = fields.List(fields.Nested(CheckSchema), required=True)
    rules = fields.List(fields.Nested(RuleSchema), required=True)
