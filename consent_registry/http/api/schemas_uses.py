# SPDX-License-Identifier: Apache-2.0
"""Who used a participant's data, as JSON: shapes only."""

from marshmallow import fields

from consent_registry.http.api.cohort_schemas import ProjectSchema
from shared.api import StrictSchema


class UseSchema(StrictSchema):
    """What happened on one day (UTC) in one way, so many times."""

    day = fields.String(required=True)
    dataset = fields.String(required=True)
    title = fields.String(required=True)
    kind = fields.String(required=True)
    node = fields.String(required=True)
    decision = fields.String(required=True, allow_none=True)
    purposes = fields.List(fields.String(), required=True)
    times = fields.Integer(required=True)


class NotReportingSchema(StrictSchema):
    """A node whose word is missing in the log."""

    node = fields.String(required=True)
    missing_reports = fields.Integer(required=True)
    silent = fields.Boolean(required=True)
    silent_since = fields.String(required=True, allow_none=True)


class PermitOfSchema(StrictSchema):
    """One permit for a dataset of hers; `why` and `awaiting` say why it never had her data.

    `ended_at` is when it ended before its time, null where it did not.
    """

    dataset = fields.String(required=True)
    permit_id = fields.String(required=True)
    project = fields.Nested(ProjectSchema, required=True, allow_none=True)
    purpose = fields.Dict(keys=fields.String(), required=True)
    begun_at = fields.String(required=True)
    within = fields.Boolean(required=True)
    left_at = fields.String(required=True, allow_none=True)
    why = fields.String(required=True, allow_none=True)
    awaiting = fields.Boolean(required=True)
    ended_at = fields.String(required=True, allow_none=True)


class DespiteSchema(StrictSchema):
    """A permit that holds her in spite of her opt-out (EHDS Article 71(4)), and why."""

    permit_id = fields.String(required=True)
    dataset = fields.String(required=True)
    title = fields.String(required=True)
    law = fields.String(required=True)
    justification = fields.String(required=True)
    since = fields.String(required=True)
    left_at = fields.String(required=True, allow_none=True)


class UsesSchema(StrictSchema):
    """Who used one participant's data; `log_checked` is below which entry that was recomputed.

    The log names `log_unresolved` cohorts of which nobody could say whether they hold her. Of what
    was recorded in the months `log_dropped` most is kept no more, and not among the uses.
    """

    participant = fields.String(required=True)
    permits = fields.List(fields.Nested(PermitOfSchema), required=True)
    uses = fields.List(fields.Nested(UseSchema), required=True)
    despite_opt_out = fields.List(fields.Nested(DespiteSchema), required=True)
    log_size = fields.Integer(required=True)
    log_checked = fields.Integer(required=True)
    log_differed = fields.Integer(required=True)
    log_unresolved = fields.Integer(required=True)
    log_dropped = fields.List(fields.String(), required=True)
    not_reporting = fields.List(fields.Nested(NotReportingSchema), required=True)
