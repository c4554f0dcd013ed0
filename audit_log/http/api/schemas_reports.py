# SPDX-License-Identifier: Apache-2.0
"""Reports as JSON: shapes only."""

from marshmallow import fields, validate

from audit_log.http.api.keeping_schemas import DroppedSchema
from audit_log.http.api.schemas import (
    AsOfSchema,
    CohortAnswerSchema,
    IntegritySchema,
    MissingSchema,
    NamedCohortSchema,
    PersonSchema,
    StatedSchema,
)
from audit_log.http.api.schemas_exports import FilterSchema
from audit_log.usecases.who_used import MAX_COHORTS, MAX_PEOPLE
from shared.api import StrictSchema


class SubjectSchema(PersonSchema):
    """One person's number in one dataset, and which of its cohorts hold her."""

    cohorts = fields.List(
        fields.Nested(CohortAnswerSchema),
        load_default=list,
        validate=validate.Length(max=MAX_COHORTS),
    )


class DatasetsSchema(StrictSchema):
    """The datasets of one person."""

    datasets = fields.List(
        fields.String(validate=validate.Length(min=1, max=64)),
        required=True,
        validate=validate.Length(min=1, max=MAX_PEOPLE),
    )
    as_of = fields.Integer(
        strict=True, allow_none=True, validate=validate.Range(min=0, max=1 << 53)
    )


class NamedInSchema(StrictSchema):
    """The cohorts of one dataset that published entries name."""

    dataset = fields.String(required=True)
    cohorts = fields.List(fields.Nested(NamedCohortSchema), required=True)


class CohortsNamedSchema(StrictSchema):
    """What must be answered for a report that rests on the size `as_of`."""

    as_of = fields.Integer(required=True)
    datasets = fields.List(fields.Nested(NamedInSchema), required=True)


class SubjectsSchema(StrictSchema):
    """One person, by her number in each dataset."""

    people = fields.List(
        fields.Nested(SubjectSchema),
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
    """Uses, newest first; `count` is the number of entries that they sum up.

    What was done with `cohorts_unresolved` cohorts is not among them: it was not said whether they
    hold the person. Nor is what was `dropped`, for its rows outlived their term.
    """

    uses = fields.List(fields.Nested(UseSchema), required=True)
    count = fields.Integer(required=True)
    as_of = fields.Nested(AsOfSchema, required=True)
    integrity = fields.Nested(IntegritySchema, required=True, allow_none=True)
    missing = fields.List(fields.Nested(MissingSchema), required=True)
    dropped = fields.List(fields.Nested(DroppedSchema), required=True)
    cohorts_unresolved = fields.Integer(required=True)


class ImpactAskedSchema(StrictSchema):
    """A filter as a search has it; within an open `case`, permits are named."""

    filter = fields.Nested(FilterSchema, required=True)
    as_of = fields.Integer(
        strict=True, allow_none=True, validate=validate.Range(min=0, max=1 << 53)
    )
    case = fields.String(allow_none=True, validate=validate.Length(min=1, max=64))


class ActivityAskedSchema(ImpactAskedSchema):
    """What to count; with `public`, figures that may be shown to anybody, and no permits."""

    public = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class FigureSchema(StrictSchema):
    """One figure: `entries` is exact, or a ten or `<10` where it is for everybody."""

    month = fields.String(required=True)
    dataset = fields.String(required=True, allow_none=True)
    type = fields.String(required=True)
    decision = fields.String(required=True, allow_none=True)
    entries = fields.String(required=True)


class PermitUseSchema(StrictSchema):
    """Entries under one permit in one dataset and month; `number` tells permits apart here."""

    permit = fields.String(required=True, allow_none=True)
    number = fields.Integer(required=True)
    month = fields.String(required=True)
    dataset = fields.String(required=True, allow_none=True)
    entries = fields.Integer(required=True)


class ReportSchema(StatedSchema):
    """What every report says about itself, and the permits it reaches."""

    as_of = fields.Nested(AsOfSchema, required=True)
    permits = fields.List(fields.Nested(PermitUseSchema), required=True)
    more_permits = fields.Boolean(required=True)


class ActivitySchema(ReportSchema):
    """What was done, by month, dataset, type and decision."""

    figures = fields.List(fields.Nested(FigureSchema), required=True)


class ReachedDatasetSchema(StrictSchema):
    """A dataset reached; `people` is a number of people as a ten, or `<10`.

    They are those whom entries seal. The people of `cohorts`, which entries name instead, come on
    top: consent_registry knows how many they are.
    """

    dataset = fields.String(required=True)
    entries = fields.Integer(required=True)
    people = fields.String(required=True)
    cohorts = fields.Integer(required=True)


class ImpactSchema(ReportSchema):
    """What a breach reaches; `accounts` counts those who acted."""

    entries = fields.Integer(required=True)
    first_at = fields.String(required=True, allow_none=True)
    last_at = fields.String(required=True, allow_none=True)
    accounts = fields.Integer(required=True)
    datasets = fields.List(fields.Nested(ReachedDatasetSchema), required=True)
