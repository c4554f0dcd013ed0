# SPDX-License-Identifier: Apache-2.0
"""Cases and saved searches as JSON: shapes only."""

from marshmallow import fields, validate

from audit_log.domain.cases import MAX_REVEALED
from audit_log.http.api.schemas import AccountSchema
from audit_log.http.api.schemas_exports import FilterSchema
from audit_log.usecases.export import GROUPS
from audit_log.usecases.saved_queries import MAX_HOURS
from shared.api import StrictSchema

_INDEX = validate.Range(min=0, max=1 << 53)
_SHORT = validate.Length(min=1, max=64)


class NewCaseSchema(StrictSchema):
    """Why a case is opened: a code, and the number under which others know it."""

    reason = fields.String(required=True, validate=_SHORT)
    reference = fields.String(allow_none=True, validate=validate.Length(min=1, max=160))


class CaseSchema(StrictSchema):
    """A case; closed for good once `closed_at` is there."""

    id = fields.String(required=True)
    reason = fields.String(required=True)
    reference = fields.String(required=True, allow_none=True)
    owner = fields.Nested(AccountSchema, required=True)
    opened_at = fields.String(required=True)
    closed_at = fields.String(required=True, allow_none=True)


class CaseListSchema(StrictSchema):
    """Cases, the newest first."""

    cases = fields.List(fields.Nested(CaseSchema), required=True)


class NewRevealSchema(StrictSchema):
    """Which sealed groups of which entries to open."""

    indexes = fields.List(
        fields.Integer(strict=True, validate=_INDEX),
        required=True,
        validate=validate.Length(min=1, max=MAX_REVEALED),
    )
    groups = fields.List(
        fields.String(validate=validate.OneOf(GROUPS)),
        required=True,
        validate=validate.Length(min=1, max=len(GROUPS)),
    )


class RevealDecisionSchema(StrictSchema):
    """A second officer's word."""

    approved = fields.Boolean(required=True, truthy={True}, falsy={False})


class RevealSchema(StrictSchema):
    """A request to open: `asked`, `approved` or `refused`, by whom, and until when it opens."""

    id = fields.String(required=True)
    indexes = fields.List(fields.Integer(), required=True)
    groups = fields.List(fields.String(), required=True)
    asked_by = fields.Nested(AccountSchema, required=True)
    asked_at = fields.String(required=True)
    state = fields.String(required=True)
    decided_by = fields.Nested(AccountSchema, required=True, allow_none=True)
    decided_at = fields.String(required=True, allow_none=True)
    opens_until = fields.String(required=True, allow_none=True)


class CaseFileSchema(CaseSchema):
    """A case with its requests, the oldest first."""

    reveals = fields.List(fields.Nested(RevealSchema), required=True)


class OpeningSchema(StrictSchema):
    """One opened part, checked against its commitment; the salt (base64) lets others check it."""

    idx = fields.Integer(required=True)
    group = fields.String(required=True)
    salt = fields.String(required=True)
    value = fields.Dict(required=True)


class OpeningsSchema(StrictSchema):
    """What was opened; `erased` counts parts that erasures destroyed.

    `gone` counts those that are not there for another reason: their term is over, or they are lost.
    """

    openings = fields.List(fields.Nested(OpeningSchema), required=True)
    erased = fields.Integer(required=True)
    gone = fields.Integer(required=True)


class NewQuerySchema(StrictSchema):
    """A search to keep and to run every so many hours; the name is a code."""

    name = fields.String(required=True, validate=_SHORT)
    filter = fields.Nested(FilterSchema, required=True)
    hours = fields.Integer(
        strict=True, required=True, validate=validate.Range(min=1, max=MAX_HOURS)
    )


class QuerySchema(StrictSchema):
    """A saved search: at which size it last ran and how many matched; ended without `next_at`."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    hours = fields.Integer(required=True)
    next_at = fields.String(required=True, allow_none=True)
    as_of = fields.Integer(required=True)
    count = fields.Integer(required=True)


class QueryListSchema(StrictSchema):
    """One's own saved searches."""

    queries = fields.List(fields.Nested(QuerySchema), required=True)


class QueryRunSchema(StrictSchema):
    """One run: what matched, what of it is new since `before`, and how many are gone.

    Of `unresolved` cohorts that entries name nobody could say whether they hold the person asked
    for: what names them is not counted.
    """

    number = fields.Integer(required=True)
    ran_at = fields.String(required=True)
    before = fields.Integer(required=True)
    as_of = fields.Integer(required=True)
    count = fields.Integer(required=True)
    new = fields.Integer(required=True)
    gone = fields.Integer(required=True)
    unresolved = fields.Integer(required=True)
    indexes = fields.List(fields.Integer(), required=True)


class QueryFileSchema(QuerySchema):
    """A saved search with its filter, null once it was ended, and its runs, the newest first."""

    filter = fields.Dict(required=True, allow_none=True)
    runs = fields.List(fields.Nested(QueryRunSchema), required=True)
